#ifndef DESKD_FCGI_HEALTH_H /* fcgi/health.h - does the process live, can it work */
#define DESKD_FCGI_HEALTH_H
#include "fcgi/router.h"

extern const struct route health_routes[];
#endif
