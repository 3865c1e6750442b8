#ifndef DESKD_USER_ACCESS_LINK_H /* modules/user/access_link.h - one-time links: invitation,       \
                                    forgotten password */
#define DESKD_USER_ACCESS_LINK_H
#include <stdint.h>
struct arena;
struct db;
struct err;
struct user;

enum access_purpose { ACCESS_INVITATION = 1, ACCESS_RESET = 2 };

/* Makes a link for a person; earlier ones of the same purpose end. *token is base64url text of 256
 * bits; the database holds its hash. Invitations hold 72 hours, resets one. */
int access_link_create(struct db *db, struct arena *a, int64_t user_id, enum access_purpose purpose,
                       const char **token, struct err *err);
/* The path of the page that takes the token. */
const char *access_link_path(struct arena *a, const char *token);
/* Whose link it is: 1, 0 (unknown, expired, used, person gone or deactivated), -1. Uses nothing up:
 * mail scanners look too. */
int access_link_peek(struct db *db, struct arena *a, const char *token, struct user *out,
                     enum access_purpose *purpose, struct err *err);
/* Uses the link: sets the password, makes an invited person active, ends all sessions and links of
 * theirs. 1 with *user_id, 0 as above, -1 (ERR_INVALID: the password, the link stays). */
int access_link_use(struct db *db, struct arena *a, const char *token, const char *password,
                    int64_t *user_id, struct err *err);
int access_link_end_all(struct db *db, int64_t user_id, struct err *err);
/* Removes some of the expired ones, of all tenants: housekeeping, on the global handle. */
int access_link_clean(struct db *global, struct err *err);
#endif
