#ifndef RESPONSIBILITY_PAGES_H /* responsibility_pages.h - the pages, and what stands in core's */
#define RESPONSIBILITY_PAGES_H
#include "responsibility_store.h"

#define REASON_MAX 400

int page_next(struct deskd_call *call);
int page_skip(struct deskd_call *call);
int page_beat(struct deskd_call *call);
int page_pause(struct deskd_call *call);
int page_resume(struct deskd_call *call);

int page_overview(struct deskd_call *call);
int page_pause_other(struct deskd_call *call);
int page_resume_other(struct deskd_call *call);
int page_person(struct deskd_call *call);
int page_person_post(struct deskd_call *call);
int page_departments(struct deskd_call *call);
int page_department_post(struct deskd_call *call);

int page_why(struct deskd_call *call);

int fill_bar(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
int fill_head(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
int fill_side(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);

/* A person's name; "" for one who is gone. */
const char *name_of(const struct deskd_person *people, size_t n, int64_t id);
/* state_is_here, state_is_paused, state_is_away into v. */
void show_state(struct deskd_view *v, enum state state);
/* Pauses a person, or lets them go on; by_user_id 0: they themselves. */
int set_state(struct deskd_call *call, int64_t user_id, enum state state, int64_t by_user_id);
#endif
