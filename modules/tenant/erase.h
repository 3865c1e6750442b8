#ifndef DESKD_TENANT_ERASE_H /* modules/tenant/erase.h - which tables hold rows of tenants */
#define DESKD_TENANT_ERASE_H
#include <stddef.h>

/* The i-th table that tenant_delete empties, children first; NULL behind the last. */
const char *tenant_table(size_t i);
#endif
