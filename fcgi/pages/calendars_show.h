#ifndef DESKD_FCGI_PAGES_CALENDARS_SHOW_H /* fcgi/pages/calendars_show.h - a calendar as people    \
                                             see it */
#define DESKD_FCGI_PAGES_CALENDARS_SHOW_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct calendar_exception;
struct calendar_plan;
struct calendar_record;
struct err;
struct request;
struct view;

/* Names of the seven fields of the week: "day0" is Monday. */
extern const char *const calendar_day_fields[7];

/* "Mon–Fri 09:00–17:00; Sat 10:00–12:00"; a word for one that is never open. */
const char *calendars_week_text(struct arena *a, const struct calendar_plan *plan);
/* The fields of config/calendars/_form: as they are (c NULL: of a new one) / as they were typed. */
void calendars_show_saved(struct request *rq, struct view *v, const struct calendar_record *c);
void calendars_show_typed(struct request *rq, struct view *v);
/* Rows of exceptions: name: list's name in v. */
void calendars_show_days(struct view *v, const char *name, const struct calendar_exception *days,
                         size_t n);
/* The coming 60 days, drawn. */
int calendars_show_preview(struct view *v, const struct calendar_plan *plan, int64_t now,
                           struct err *err);
#endif
