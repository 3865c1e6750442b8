#ifndef DESKD_FCGI_PAGES_PAGES_H /* fcgi/pages/pages.h - all routes, the frame of pages */
#define DESKD_FCGI_PAGES_PAGES_H
#include "fcgi/router.h"

struct counts;
struct desk;
struct err;
struct list_row;
struct request;
struct roster;
struct view;
struct viewer;

/* Adds to v what every page shows around its content: tenant_title, viewer_name, viewer_initials,
 * viewer_theme, the navigation. Not called for pages about failures of ours (5xx), where the
 * database may be away. */
int pages_frame(struct request *rq, struct view *v, struct err *err);
/* Departments, people and counters as the viewer sees them; read once a request. NULL with err set.
 */
const struct desk *pages_desk(struct request *rq, struct err *err);
/* What plugins show at a place ("ticket.side"), as name; nothing where they show nothing. */
struct deskd_place;
void show_slot(struct request *rq, struct view *v, const char *name, const char *place,
               const struct deskd_place *where);
/* The counters alone. */
const struct counts *pages_counts(struct request *rq, struct err *err);

/* A ticket of a list: the names of a row of tickets/list. */
void list_show_row(struct view *v, const struct viewer *viewer, const struct roster *names,
                   const struct list_row *r, int64_t now);

extern const struct route notices_routes[];
extern const struct route events_routes[];
extern const struct route list_routes[];
extern const struct route search_routes[];
extern const struct route ticket_routes[];
extern const struct route ticket_action_routes[];
extern const struct route ticket_new_routes[];
extern const struct route ticket_file_routes[];
extern const struct route contact_routes[];
extern const struct route follow_routes[];
extern const struct route mail_log_routes[];
extern const struct route styleguide_routes[];
extern const struct route plugins_routes[];
extern const struct route rules_routes[];
extern const struct route calendars_routes[];
extern const struct route canned_routes[];
extern const struct route ticket_rules_routes[];
extern const struct route ticket_merge_routes[];
extern const struct route ticket_transfer_routes[];
#endif
