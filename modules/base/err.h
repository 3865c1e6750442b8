#ifndef DESKD_BASE_ERR_H /* modules/base/err.h - what went wrong, told upwards without allocating  \
                          */
#define DESKD_BASE_ERR_H

/* The code picks the HTTP status and the exit status; the message goes to the log, and to people
 * only where the code says that they caused it (ERR_INVALID, ERR_CONFLICT, ERR_NOT_FOUND, ...). */
enum err_code {
    ERR_NONE = 0,
    ERR_INVALID,      /* 400: what was asked makes no sense */
    ERR_LOGIN,        /* 303 to the login page: nobody is logged in */
    ERR_FORBIDDEN,    /* 403: logged in, but not allowed */
    ERR_NOT_FOUND,    /* 404: absent, or not for these eyes (the two look alike) */
    ERR_METHOD,       /* 405 */
    ERR_TIMEOUT,      /* 408: the client did not send its body in time */
    ERR_CONFLICT,     /* 409: somebody else was faster, or the row changed meanwhile */
    ERR_REFUSED,      /* 409: the state of the thing does not allow it; the message says why */
    ERR_TOO_LARGE,    /* 413 */
    ERR_URI_TOO_LONG, /* 414 */
    ERR_MISDIRECTED,  /* 421: no tenant has this host name */
    ERR_TOO_MANY,     /* 429: throttled */
    ERR_HEADERS,      /* 431 */
    ERR_INTERNAL,     /* 500 */
    ERR_UNAVAILABLE,  /* 503: a part that we need is away; try again */
    ERR_NO_MEMORY,    /* 503 */
    ERR_NO_SPACE,     /* 507: the disk is full */
    ERR_DUPLICATE,    /* a unique key holds this value already */
    ERR_DEADLOCK      /* the database undid the transaction: run it again */
};

struct err {
    enum err_code code;
    char msg[256];
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        ERR_NONE, ""                                                                               \
    }

/* All are expressions with the value -1, so that a function can end with one; macros, so that
 * analysers see that. err_set fills err; err_wrap puts "context: " in front of the message and
 * keeps the code; err_errno is like err_set, with ": " and the text of errno behind it. */
#define err_set(err, code, ...)   (err_fill((err), (code), __VA_ARGS__), -1)
#define err_wrap(err, ...)        (err_prefix((err), __VA_ARGS__), -1)
#define err_errno(err, code, ...) (err_fill_errno((err), (code), __VA_ARGS__), -1)

void err_fill(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_fill_errno(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#endif
