#ifndef DESKD_LMTP_SESSION_PRIVATE_H /* modules/lmtp/lmtp_session_private.h - a dialogue's state   \
                                      */
#define DESKD_LMTP_SESSION_PRIVATE_H
#include "base/buf.h"
#include "lmtp/lmtp_session.h"

#define LINE_MAX_BYTES 1000 /* of a command, with its CRLF */
#define RECIPIENTS_MAX 1000
#define INPUT_BYTES    16384

enum phase {
    PHASE_COMMAND,
    PHASE_SKIP, /* the rest of a line that is too long */
    PHASE_DATA,
    PHASE_ACCEPT, /* the mail is complete, its recipients are being served */
    PHASE_OVER
};

/* Where in the content we are. Only CR LF ends a line: "\n.\n" is content like any other. */
enum place { PLACE_START, PLACE_DOT, PLACE_DOT_CR, PLACE_CR, PLACE_MIDDLE };

enum refusal { REFUSED_NOT, REFUSED_SIZE, REFUSED_MEMORY };

struct recipient {
    const char *address;
    int64_t tenant_id;
};

struct lmtp_session {
    const struct lmtp_backend *backend;
    struct arena *life;    /* the session itself */
    struct arena *mail;    /* of a transaction: from MAIL to its end */
    struct arena *scratch; /* of one call of the backend */
    struct arena *spoken;  /* output */
    enum phase phase;
    bool is_greeted, is_utf8;
    unsigned errors;
    const char *from; /* NULL: no transaction */
    struct recipient *recipients;
    size_t recipients_n, served, accepted;
    struct {
        char *p; /* malloc: it grows without leaving copies behind */
        size_t n, cap;
        enum place place;
        enum refusal refusal;
    } content;
    struct buf out;
    size_t out_sent;
    size_t in_n;
    char in[INPUT_BYTES];
};

void session_say(struct lmtp_session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Says that the client made a mistake; too many of them end the session. */
void session_refuse(struct lmtp_session *s, const char *line);
/* Forgets the transaction. */
void session_reset(struct lmtp_session *s);
/* DATA was answered with 354. */
void session_begin_data(struct lmtp_session *s);
/* One command without its line end; it holds no NUL. */
void session_command(struct lmtp_session *s, char *line);
#endif
