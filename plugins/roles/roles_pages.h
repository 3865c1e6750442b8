#ifndef ROLES_PAGES_H /* roles_pages.h - what the pages share */
#define ROLES_PAGES_H
#include "roles_store.h"

#define NUMBERS    (64 * DESKD_PERMISSION_WORDS)
#define COPY_AGENT 1 /* in the form: what a new role begins as; else a role's id */
#define COPY_ADMIN 2

/* Handlers. */
int page_list(struct deskd_call *call);
int page_for_new(struct deskd_call *call);
int page_new(struct deskd_call *call);
int page_new_post(struct deskd_call *call);
int page_edit(struct deskd_call *call);
int page_edit_post(struct deskd_call *call);
int page_delete(struct deskd_call *call);
int page_delete_post(struct deskd_call *call);
int page_people(struct deskd_call *call);
int page_person(struct deskd_call *call);
int page_person_post(struct deskd_call *call);
int page_why(struct deskd_call *call);
int page_ticket(struct deskd_call *call);
/* Fills of slots. */
int fill_ticket(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
int fill_agents(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
int fill_agent(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);

/* The person of {id}: DESKD_OK, or DESKD_ERR_NOT_FOUND. */
int person_of_path(struct deskd_call *call, struct deskd_person *out);
int person_is_member(const struct deskd_person *p, int64_t department_id);
/* role_is_agent, role_is_admin, role_is_owner; role_name: a role of ours, or absent. */
void show_role(struct deskd_view *v, int built_in, const struct role *role);
/* reach_is_all, reach_is_own, reach_is_assigned. */
void show_reach(struct deskd_view *v, int reach);
/* error, lost_n, owners_n. */
void show_problem(struct deskd_view *v, const struct problem *p);
/* Rows of name with id, name, is_selected: the built-in role (value) and ours. */
void show_choices(struct deskd_call *call, struct deskd_view *v, const char *name,
                  int64_t selected);
#endif
