#ifndef DESKD_FCGI_PAGES_DEPARTMENTS_FORM_H /* fcgi/pages/departments_form.h - the fields of a     \
                                               department, shown and read */
#define DESKD_FCGI_PAGES_DEPARTMENTS_FORM_H
#include "fcgi/router.h"
struct department;
struct department_fields;
struct err;
struct request;
struct view;

/* Both for a new one and for a change, which has version and confirm besides. */
extern const struct field departments_form[];

/* The fields of config/departments/_form: as they are (d NULL: of a new one) / as they were typed,
 * with what was wrong. */
int departments_show_saved(struct request *rq, struct view *v, const struct department *d,
                           struct err *err);
int departments_show_typed(struct request *rq, struct view *v, const struct department *d,
                           struct err *err);
/* Reads a form without errors. */
void departments_read(struct request *rq, struct department_fields *out);
#endif
