#ifndef DESKD_USER_ACCESS_LINK_H /* modules/user/access_link.h - one-time links: invitation,       \
                                    forgotten password */
#define DESKD_USER_ACCESS_LINK_H
#include <stdint.h>
struct arena;
struct crypto_key;
struct db;
struct err;
struct user;

enum access_purpose { ACCESS_INVITATION = 1, ACCESS_RESET = 2 };

/* token is base64url text of 256 bits, of which the database holds the hash. Whoever mails it later
 * keeps the seed: only together with the tenant's key does it make the token again. */
struct access_link {
    int64_t user_id;
    enum access_purpose purpose;
    const char *seed, *token;
};

/* Makes a link for link's person and purpose, and fills in seed and token; earlier ones of the same
 * purpose end. Invitations hold 72 hours, resets one. key: the tenant's. */
int access_link_create(struct db *db, struct arena *a, const struct crypto_key *key,
                       struct access_link *link, struct err *err);
/* The token of a person's link, from its seed. */
const char *access_link_token(struct arena *a, const struct crypto_key *key, int64_t user_id,
                              const char *seed);
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
