#ifndef ROLES_STORE_H /* roles_store.h - the roles of a tenant in its database */
#define ROLES_STORE_H
#include "roles.h"

extern const struct deskd_host *roles_host; /* set by init */

/* What this process keeps of the tenant; never NULL in a callback. */
const struct roles *roles_of(struct deskd_call *call);

/* Hooks. */
int store_open(struct deskd_call *call, void **data);
void store_close(void *data);
/* Everybody who is there already keeps what they have. */
int store_enabled(struct deskd_call *call);
/* Who is new gets the role for new people, as far as the viewer could give it. */
int store_person_changed(struct deskd_call *call, int64_t user_id);

/* Why a change was refused, in the reader's language, for its page; text NULL: no such reason. */
struct problem {
    int status;
    const char *text;
    int64_t confirmed;    /* so many tickets may be given back; set by the caller */
    int64_t lost, owners; /* so many would be, of so many people: nobody has said yes to that */
};
/* Changes: each is a transaction with its line in the audit log, and outdates what processes keep.
 * DESKD_FAILED with a problem for the form, or as an error page (the viewer has less than that; not
 * there). */
/* role->version 0: a new one, which gets its id; else of what was shown. */
int store_put_role(struct deskd_call *call, struct role *role, struct problem *problem);
/* Its people get role heir (BUILT_IN: none). */
int store_remove_role(struct deskd_call *call, int64_t id, int64_t heir, struct problem *problem);
int store_choose_for_new(struct deskd_call *call, int64_t id);
struct giving {
    const struct deskd_person *person;
    int64_t role_id, version;        /* version: as shown, 0 for none */
    const struct role_place *places; /* of this person, all of them */
    size_t places_n;
    struct problem *problem;
};
int store_put_person(struct deskd_call *call, const struct giving *g);

/* Whether the viewer may give or touch this. */
int store_may_touch_role(struct deskd_call *call, const struct role *role);
int store_may_touch_person(struct deskd_call *call, const struct deskd_person *person);
#endif
