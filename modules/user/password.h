#ifndef DESKD_USER_PASSWORD_H /* modules/user/password.h - passwords: what is good enough, set,    \
                                 try */
#define DESKD_USER_PASSWORD_H
#include <stdint.h>
struct arena;
struct crypto_key;
struct db;
struct err;

#define PASSWORD_LEAST 10   /* characters */
#define PASSWORD_MOST  1024 /* bytes */

enum password_verdict {
    PASSWORD_GOOD,
    PASSWORD_SHORT,
    PASSWORD_LONG,
    PASSWORD_GUESSABLE, /* often used, one repeated character, or the person's own address */
    PASSWORD_GARBLED    /* not UTF-8 */
};
enum password_verdict password_judge(const char *password, const char *email);
/* What to tell the person about it, in English; "" for a good one. */
const char *password_complaint(enum password_verdict verdict);

/* Stores the password of a person who is not deleted and makes an invited one active. ERR_INVALID
 * with the complaint where it is not good enough. Sessions are the caller's matter. */
int password_set(struct db *db, struct arena *a, int64_t user_id, const char *password,
                 struct err *err);
/* Whether this is the person's password (to confirm a change): 1, 0, -1. Count tries yourself. */
int password_is(struct db *db, struct arena *a, int64_t user_id, const char *password,
                struct err *err);

enum login { LOGIN_WRONG = 0, LOGIN_RIGHT = 1, LOGIN_THROTTLED = 2 };
struct login_try {
    const char *email, *password, *remote;
};
/*
 * Tries to log in: LOGIN_RIGHT with *user_id, LOGIN_WRONG, LOGIN_THROTTLED (too many failures for
 * this account or from this network; nothing was compared), -1. Unknown accounts cost and look the
 * same as known ones. Where an account is locked by somebody's guessing, networks in which the
 * person has a session still get in with the right password. key: the tenant's. Not inside a
 * transaction.
 */
int login_attempt(struct db *db, struct arena *a, const struct crypto_key *key,
                  const struct login_try *attempt, int64_t *user_id, struct err *err);
/* Ends an account's lock: the person has proved themselves in another way. */
int login_unlock(struct db *db, struct arena *a, const struct crypto_key *key, const char *email,
                 struct err *err);
#endif
