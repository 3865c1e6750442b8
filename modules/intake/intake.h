#ifndef DESKD_INTAKE_INTAKE_H /* modules/intake/intake.h - from a raw mail to a ticket, in steps   \
                                 that can be repeated */
#define DESKD_INTAKE_INTAKE_H
#include "intake/mail_in.h"
#include "intake/spool.h"
#include "tenant/tenant.h"

struct conf;
struct crypto_key;
struct db_conn;
struct plugins;

/* What the steps need; lives as long as the process. */
struct intake {
    const struct conf *conf;
    struct db_conn *conn;
    struct crypto_key master_key;
    struct plugins *plugins; /* NULL: none */
};

enum route_verdict {
    ROUTE_ACCEPT,
    ROUTE_UNKNOWN,   /* no such address: 550 */
    ROUTE_SUSPENDED, /* the tenant is suspended: 450, the sender tries again */
};
/* Who takes mail for this address. -1: the directory cannot be asked (451). */
int intake_route(const struct intake *in, struct arena *a, const char *address,
                 struct tenant *tenant, enum route_verdict *verdict, struct err *err);
/* Spools a mail for one recipient: durable on return. *id is the accepted mail's. */
int intake_accept(const struct intake *in, struct arena *a, int64_t tenant_id, const char *from,
                  const char *to, const char *raw, size_t n, int64_t *id, struct err *err);
/* Imports one waiting mail: 1 done with *out, 0 not ours now (another process has it, or its tenant
 * is suspended), -1 it will be tried again. Safe to be killed anywhere. */
int intake_import(const struct intake *in, struct arena *a, int64_t id, struct mail_in *out,
                  struct err *err);
/* Imports a mail that is not in the spool, as if it had been received at e->received_at (demo,
 * migration). */
int intake_import_raw(const struct intake *in, struct arena *a, const struct envelope *e,
                      const char *raw, size_t n, struct mail_in *out, struct err *err);
/* A parked mail goes back to the spool: 1, 0 where it is not parked, -1. */
int intake_retry(const struct intake *in, struct arena *a, int64_t tenant_id, int64_t id,
                 struct err *err);
#endif
