#ifndef DESKD_TENANT_TENANT_H /* modules/tenant/tenant.h - a help desk of its own: directory,      \
                                 keys, life */
#define DESKD_TENANT_TENANT_H
#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

enum tenant_status { TENANT_ACTIVE = 1, TENANT_SUSPENDED = 2, TENANT_DELETING = 3 };

struct tenant {
    int64_t id;
    const char *name;  /* short, [a-z0-9-], unique: what deskctl calls it */
    const char *title; /* "Acme Hosting" */
    const char *host;  /* primary host name: of all links */
    const char *locale, *timezone;
    enum tenant_status status;
    struct crypto_key key; /* derive others from it by purpose; never stored open */
    int64_t created_at;
};

/* All take the global handle. master: the provider's key file, which wraps the tenants' keys. */
/* 1 found, 0 absent, -1. host is compared lowered and without port. */
int tenant_by_host(struct db *global, struct arena *a, const struct crypto_key *master,
                   const char *host, struct tenant *out, struct err *err);
int tenant_by_name(struct db *global, struct arena *a, const struct crypto_key *master,
                   const char *name, struct tenant *out, struct err *err);
int tenant_by_id(struct db *global, struct arena *a, const struct crypto_key *master, int64_t id,
                 struct tenant *out, struct err *err);
/* Every tenant in order of name. */
int tenant_all(struct db *global, struct arena *a, const struct crypto_key *master,
               struct tenant **out, size_t *n, struct err *err);

struct tenant_new {
    const char *name, *title, *host, *locale, *timezone;
};
/* Tenant, its domain, its first department "Support" with address support@host, its counters.
 * ERR_DUPLICATE, ERR_INVALID tell what is wrong with the names. */
int tenant_create(struct db *global, struct arena *a, const struct crypto_key *master,
                  const struct tenant_new *new_tenant, struct tenant *out, struct err *err);
int tenant_set_status(struct db *global, int64_t id, enum tenant_status status, struct err *err);
int tenant_domain_add(struct db *global, int64_t id, const char *host, struct err *err);
int tenant_domain_remove(struct db *global, int64_t id, const char *host, struct err *err);
int tenant_domains(struct db *global, struct arena *a, int64_t id, const char ***hosts, size_t *n,
                   struct err *err);
/* Removes every row and file of it; safe to run again after a crash. data_dir as in the
 * configuration. */
int tenant_delete(struct db *global, struct arena *a, int64_t id, const char *data_dir,
                  struct err *err);

/* Reads the master key (32 bytes, mode 0600), or makes it where there is none yet. */
int tenant_master_key(struct arena *a, const char *data_dir, struct crypto_key *out,
                      struct err *err);

/* "https://host:port/path" of this tenant. */
struct conf;
char *tenant_url(struct arena *a, const struct conf *conf, const struct tenant *t,
                 const char *path);
#endif
