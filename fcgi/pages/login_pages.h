#ifndef DESKD_FCGI_PAGES_LOGIN_PAGES_H /* fcgi/pages/login_pages.h - routes of login_pages.c */
#define DESKD_FCGI_PAGES_LOGIN_PAGES_H
struct route;
extern const struct route login_routes[];
#endif
