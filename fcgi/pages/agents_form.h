#ifndef DESKD_FCGI_PAGES_AGENTS_FORM_H /* fcgi/pages/agents_form.h - the fields of a person, shown \
                                          and read */
#define DESKD_FCGI_PAGES_AGENTS_FORM_H
#include "user/user.h"

#include <stdbool.h>
struct err;
struct request;
struct view;

/* role_is_agent, role_is_admin, role_is_owner. */
void agents_show_role(struct view *v, enum role role);
/* Name, gender, role, departments: as they are / as they were typed, with what was wrong. */
int agents_show_saved(struct request *rq, struct view *v, const struct user *u, struct err *err);
int agents_show_typed(struct request *rq, struct view *v, struct err *err);
/* The same fields of a form without errors; email and is_active are the caller's. */
void agents_read_form(struct request *rq, struct user_fields *out);
/* Whether nobody else could be the owner. */
bool agents_is_last_owner(const struct user *u, const struct user *all, size_t n);
#endif
