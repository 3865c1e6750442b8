#ifndef DESKD_FCGI_HEALTH_H /* fcgi/health.h - /healthz: the process lives; /readyz: it can do its \
                               work */
#define DESKD_FCGI_HEALTH_H
#include "fcgi/router.h"

extern const struct route health_routes[];
#endif
