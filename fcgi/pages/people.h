#ifndef DESKD_FCGI_PAGES_PEOPLE_H /* fcgi/pages/people.h - what the pages about people and         \
                                     departments share */
#define DESKD_FCGI_PAGES_PEOPLE_H
#include "user/access_link.h"

#include <stdbool.h>
struct err;
struct request;
struct user;
struct view;

#define HOME_PATH "/tickets?view=open"

/* initials and color of a person's avatar. */
void people_avatar(struct request *rq, struct view *v, int64_t id, const char *name);
/* What went wrong, for the person who asked, in their language; NULL where it was not their doing.
 */
const char *people_complaint(struct request *rq, const struct err *err);
/* name: what form_error says about the field of that name, for "error_" and the like. */
void people_field_error(struct request *rq, struct view *v, const char *view_name,
                        const char *field);

/* In a transaction: a link of this purpose for the person and the mail that carries it. */
int people_send_link(struct request *rq, const struct user *to, enum access_purpose purpose,
                     struct err *err);
/* In a transaction: ends the session that the browser has and starts one for this person; *token
 * goes to people_set_session after the commit. */
int people_start_session(struct request *rq, int64_t user_id, const char **token, struct err *err);
void people_set_session(struct request *rq, const char *token);
#endif
