#ifndef DESKD_FCGI_PAGES_PAGES_H /* fcgi/pages/pages.h - all routes, the frame of pages */
#define DESKD_FCGI_PAGES_PAGES_H
struct err;
struct request;
struct view;

/* Adds to v what every page shows around its content: tenant_title, viewer_name, viewer_initials,
 * viewer_theme, the navigation. Not called for pages about failures of ours (5xx), where the
 * database may be away. */
int pages_frame(struct request *rq, struct view *v, struct err *err);
#endif
