#include "user/password.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/roster.h"

#include <string.h>

DB_SQL(set_password, 1,
       "UPDATE user SET password_hash = ?, status = IF(status = 2, 1, status), "
       "version = version + 1 WHERE tenant_id = ? AND id = ? AND status <> 4");
DB_SQL(load_password, 1,
       "SELECT password_hash, email FROM user WHERE tenant_id = ? AND id = ? AND status <> 4");

static const char *const often_used[] = {
    "1234567890",    "0123456789",   "12345678910", "password12",  "password123",
    "qwertyuiop",    "qwerty1234",   "qwerty12345", "1q2w3e4r5t",  "letmein123",
    "administrator", "welcome123",   "changeme123", "passw0rd123", "iloveyou12",
    "zaq12wsxcde",   "1qaz2wsx3edc", "haslo12345",  "senha12345",  "senha123456",
    "йцукенгшщз",    "пароль12345",  NULL,
};

static size_t characters(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xC0U) != 0x80U;
    return n;
}

static bool is_guessable(const char *password, const char *email)
{
    if (strspn(password, (const char[]) { password[0], '\0' }) == strlen(password))
        return true;
    for (const char *const *p = often_used; *p != NULL; p++)
        if (str_is_nocase(password, *p))
            return true;
    return email != NULL && str_is_nocase(password, email);
}

enum password_verdict password_judge(const char *password, const char *email)
{
    size_t n = strlen(password);
    if (n > PASSWORD_MOST)
        return PASSWORD_LONG;
    if (!str_is_utf8(password, n))
        return PASSWORD_GARBLED;
    if (characters(password) < PASSWORD_LEAST)
        return PASSWORD_SHORT;
    return is_guessable(password, email) ? PASSWORD_GUESSABLE : PASSWORD_GOOD;
}

const char *password_complaint(enum password_verdict verdict)
{
    switch (verdict) {
    case PASSWORD_SHORT:
        return WORDS("Use at least 10 characters.");
    case PASSWORD_LONG:
        return WORDS("This password is too long.");
    case PASSWORD_GUESSABLE:
        return WORDS("This password is too easy to guess.");
    case PASSWORD_GARBLED:
        return WORDS("This password cannot be read as text.");
    case PASSWORD_GOOD:
    default:
        return "";
    }
}

int password_set(struct db *db, struct arena *a, int64_t user_id, const char *password,
                 struct err *err)
{
    struct db_row row;
    char *hash;
    int rc = db_one(db, a, &row, err, load_password, DB_TENANT, DB_I64(user_id));
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "there is no such person");
    enum password_verdict verdict = password_judge(password, db_str(&row, 1));
    if (verdict != PASSWORD_GOOD)
        return err_set(err, ERR_INVALID, "%s", password_complaint(verdict));
    if (crypto_password_hash(a, password, &hash, err) < 0)
        return -1;
    return db_exec(db, err, set_password, DB_STR(hash), DB_TENANT, DB_I64(user_id)) < 0
               ? -1
               : roster_changed(db, err);
}

int password_is(struct db *db, struct arena *a, int64_t user_id, const char *password,
                struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, load_password, DB_TENANT, DB_I64(user_id));
    if (rc < 0)
        return -1;
    return crypto_password_matches(rc > 0 ? db_text(&row, 0) : NULL, password, err);
}
