#ifndef DESKD_FCGI_PAGES_PEOPLE_ROUTES_H /* fcgi/pages/people_routes.h - routes of people and      \
                                            departments */
#define DESKD_FCGI_PAGES_PEOPLE_ROUTES_H
#include "fcgi/router.h"

extern const struct route login_routes[], agents_routes[], departments_routes[], profile_routes[];
#endif
