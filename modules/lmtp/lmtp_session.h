#ifndef DESKD_LMTP_SESSION_H /* modules/lmtp/lmtp_session.h - one LMTP dialogue (RFC 2033),        \
                                without its socket */
#define DESKD_LMTP_SESSION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;

enum lmtp_verdict {
    LMTP_OK,
    LMTP_NO_USER,   /* the domain is ours, the address is nobody's */
    LMTP_NO_DOMAIN, /* not ours */
    LMTP_SUSPENDED, /* the tenant takes no mail now */
    LMTP_AWAY,      /* a part that we need is away */
    LMTP_NO_SPACE   /* the mail cannot be kept */
};

/* What the dialogue asks about the world. a is for what the call needs and the answer; it is reset
 * afterwards. */
struct lmtp_backend {
    void *data;
    const char *hostname;
    size_t message_bytes; /* of one mail */
    size_t held_bytes;    /* of all that are being received, over all sessions of this backend */
    size_t *held;         /* how much that is now */
    enum lmtp_verdict (*route)(void *data, struct arena *a, const char *address,
                               int64_t *tenant_id);
    /* LMTP_OK: the mail is durable. */
    enum lmtp_verdict (*accept)(void *data, struct arena *a, int64_t tenant_id, const char *from,
                                const char *to, const char *raw, size_t n, int64_t *id);
    /* All recipients of a mail were answered; accepted of them have it. */
    void (*done)(void *data, size_t accepted);
};

struct lmtp_session;
/* Starts with the greeting as output. NULL without memory. backend outlives the session. */
struct lmtp_session *lmtp_session_new(const struct lmtp_backend *backend);
void lmtp_session_free(struct lmtp_session **s);
/* Where memory runs out, every function here that takes a session leaves through this arena's
 * boundary; the session can then only be freed. */
struct arena *lmtp_session_arena(const struct lmtp_session *s);

/* Where the next input goes; *n is how much fits, 0 while no more is wanted. lmtp_session_grew
 * tells how much came. */
char *lmtp_session_room(struct lmtp_session *s, size_t *n);
void lmtp_session_grew(struct lmtp_session *s, size_t n);
/* What is to be sent, and how much of it was. */
const char *lmtp_session_output(const struct lmtp_session *s, size_t *n);
void lmtp_session_sent(struct lmtp_session *s, size_t n);

/* A received mail is handed to its recipients one by one: each call serves one, so that other
 * sessions wait for one and not for a thousand. */
bool lmtp_session_is_working(const struct lmtp_session *s);
void lmtp_session_work(struct lmtp_session *s);

/* Between MAIL and the last answer; content is arriving; nothing more will be said. */
bool lmtp_session_is_in_mail(const struct lmtp_session *s);
bool lmtp_session_is_in_data(const struct lmtp_session *s);
bool lmtp_session_is_over(const struct lmtp_session *s);
/* Says a last line ("421 4.4.2 ...") and ends. */
void lmtp_session_end(struct lmtp_session *s, const char *line);
#endif
