#ifndef DESKD_TENANT_PRIVATE_H /* modules/tenant/tenant_private.h - names and keys, as the files   \
                                  here share them */
#define DESKD_TENANT_PRIVATE_H
#include "tenant/tenant.h"

/* A host name in lower case, without port and without the root's dot; NULL where it is none. */
const char *host_normal(struct arena *a, const char *host);

void *tenant_seal_key(struct arena *a, const struct crypto_key *master, int64_t id,
                      const struct crypto_key *key, size_t *n);
int tenant_open_key(struct arena *a, const struct crypto_key *master, int64_t id,
                    const void *sealed, size_t n, struct crypto_key *out, struct err *err);
#endif
