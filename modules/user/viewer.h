#ifndef DESKD_USER_VIEWER_H /* modules/user/viewer.h - the person on whose behalf something is     \
                               read or changed */
#define DESKD_USER_VIEWER_H
#include "user/rights.h"

#include <stdbool.h>
#include <stddef.h>
struct arena;
struct db;
struct err;

/* Read afresh for every request, so that a change of role or department binds on the next one. */
struct viewer {
    int64_t user_id;
    const char *name, *email;
    const char *locale, *timezone; /* NULL: the tenant's */
    const char *theme;             /* "auto", "light", "dark" */
    const char *signature;
    enum role role;
    const int64_t *departments; /* own departments, ascending; not read for unrestricted roles */
    size_t departments_n;
    struct rights rights;
    int64_t roster_revision; /* of the departments and people when this was read */
    int64_t plugin_revision; /* of what is switched on, and how it is set */
    int64_t unread;          /* notices */
};

/* v NULL: nobody is logged in; that may only CAP_PUBLIC, and sees nothing. c: a number of
 * user/capability.h. */
/* Anywhere: what belongs to tickets, in some department. */
bool viewer_may(const struct viewer *v, int c);
/* In this department. */
bool viewer_may_in(const struct viewer *v, int c, int64_t department_id);
/* A ticket of this department and agent (0: nobody). */
bool viewer_sees(const struct viewer *v, int64_t department_id, int64_t agent_id);
/* At least some of its tickets. */
bool viewer_sees_department(const struct viewer *v, int64_t department_id);
/* Whether its tickets may be given to this person: sees them, or those of their own, and may do
 * something with them. */
bool viewer_works_in(const struct viewer *v, int64_t department_id);
/* Whether v may make somebody an admin or owner: has all that they have. */
bool viewer_may_grant(const struct viewer *v, enum role role);
/* The scope in a department of those who need c to see the tickets at all (deleted ones). */
enum scope viewer_scope(const struct viewer *v, int64_t department_id, int c);

#define SESSION_TOKEN_BYTES 32

/* Sessions: the browser holds the token, the database its SHA-256. */
/* Starts a session for the user; *token is base64url text for the cookie. */
int session_start(struct db *db, struct arena *a, int64_t user_id, const char *remote,
                  const char *user_agent, const char **token, struct err *err);
/* The person behind a cookie's token: 1 with *out, 0 for none (unknown, expired, person gone), -1.
 */
int session_viewer(struct db *db, struct arena *a, const char *token, struct viewer *out,
                   struct err *err);
/* Its two halves: the first asks (false: this is no token at all), the second waits. may_be_kept:
 * what was read a moment ago will do, see db_ask_recent; enough to look, not to change. */
struct session_asked;
bool session_ask(struct db *db, struct arena *a, const char *token, bool may_be_kept,
                 struct session_asked **out);
int session_answer(struct session_asked *asked, struct viewer *out, struct err *err);
/* What the database knows the session of a token by, in hex; false where that is none. */
#define SESSION_ID_MAX 65
bool session_id(const char *token, char out[SESSION_ID_MAX]);
int session_end(struct db *db, const char *token, struct err *err);
int session_end_all(struct db *db, int64_t user_id, struct err *err);
/* Removes some of the expired ones, of all tenants: housekeeping, on the global handle. */
int session_end_expired(struct db *global, struct err *err);
/* The same for a person by id, without a session (jobs, tests): 1, 0, -1. */
int viewer_load(struct db *db, struct arena *a, int64_t user_id, struct viewer *out,
                struct err *err);
/* The active people whose department it is: its members, and those of all departments who are
 * members of none. One statement. What they see of it is another question. */
int viewers_of_department(struct db *db, struct arena *a, int64_t department_id,
                          struct viewer **out, size_t *n, struct err *err);
#endif
