#include "lmtp/lmtp_session_private.h" /* bytes in, replies out; the content of a mail */

#include "base/arena.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_MAX   20
#define OUTPUT_MAX   65536 /* more than this unsent: no more input is taken */
#define GROW_AT_ONCE 4096

void session_say(struct lmtp_session *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *line = arena_vprintf(s->spoken, format, args);
    va_end(args);
    buf_adds(&s->out, line);
    buf_adds(&s->out, "\r\n");
}

void session_refuse(struct lmtp_session *s, const char *line)
{
    session_say(s, "%s", line);
    if (++s->errors >= ERRORS_MAX)
        lmtp_session_end(s, "421 4.7.0 Too many errors");
}

static void drop_content(struct lmtp_session *s)
{
    *s->backend->held -= s->content.cap;
    free(s->content.p);
    s->content.p = NULL;
    s->content.n = s->content.cap = 0;
}

void session_reset(struct lmtp_session *s)
{
    drop_content(s);
    (void)arena_reset(s->mail);
    s->from = NULL;
    s->recipients = NULL;
    s->recipients_n = s->served = s->accepted = 0;
    s->is_utf8 = false;
}

void lmtp_session_end(struct lmtp_session *s, const char *line)
{
    if (s->phase == PHASE_OVER)
        return;
    session_say(s, "%s", line);
    session_reset(s);
    s->phase = PHASE_OVER;
}

static void free_arenas(struct arena *life, struct arena *mail, struct arena *scratch,
                        struct arena *spoken)
{
    arena_free(&mail);
    arena_free(&scratch);
    arena_free(&spoken);
    arena_free(&life);
}

struct lmtp_session *lmtp_session_new(const struct lmtp_backend *backend)
{
    struct arena *life = arena_new(0), *mail = arena_new(0), *scratch = arena_new(0),
                 *spoken = arena_new(0);
    if (life == NULL || mail == NULL || scratch == NULL || spoken == NULL ||
        setjmp(*arena_boundary(life)) != 0) {
        free_arenas(life, mail, scratch, spoken);
        return NULL;
    }
    arena_follow(mail, life);
    arena_follow(scratch, life);
    arena_follow(spoken, life);
    struct lmtp_session *s = arena_zalloc(life, sizeof(*s));
    s->backend = backend;
    s->life = life;
    s->mail = mail;
    s->scratch = scratch;
    s->spoken = spoken;
    s->out = buf_make(spoken, 0);
    session_say(s, "220 %s LMTP deskd", backend->hostname);
    arena_no_boundary(life);
    return s;
}

void lmtp_session_free(struct lmtp_session **s)
{
    if (*s == NULL)
        return;
    drop_content(*s);
    free_arenas((*s)->life, (*s)->mail, (*s)->scratch, (*s)->spoken);
    *s = NULL;
}

struct arena *lmtp_session_arena(const struct lmtp_session *s)
{
    return s->life;
}

static void refuse_content(struct lmtp_session *s, enum refusal why)
{
    drop_content(s);
    s->content.refusal = why;
}

static bool grow_content(struct lmtp_session *s, size_t more)
{
    size_t *held = s->backend->held;
    size_t want = s->content.n + more + GROW_AT_ONCE + s->content.cap / 2;
    if (want > s->backend->message_bytes)
        want = s->backend->message_bytes;
    char *p = *held - s->content.cap > s->backend->held_bytes - want ? NULL
                                                                     : realloc(s->content.p, want);
    if (p == NULL) {
        refuse_content(s, REFUSED_MEMORY);
        return false;
    }
    *held += want - s->content.cap;
    s->content.p = p;
    s->content.cap = want;
    return true;
}

static void add(struct lmtp_session *s, const char *p, size_t n)
{
    if (s->content.refusal != REFUSED_NOT)
        return;
    if (n > s->backend->message_bytes - s->content.n) {
        refuse_content(s, REFUSED_SIZE);
        return;
    }
    if (n > s->content.cap - s->content.n && !grow_content(s, n))
        return;
    memcpy(s->content.p + s->content.n, p, n);
    s->content.n += n;
}

static void end_data(struct lmtp_session *s)
{
    s->phase = PHASE_ACCEPT;
    s->served = s->accepted = 0;
}

static enum place after(char c)
{
    return c == '\r' ? PLACE_CR : PLACE_MIDDLE;
}

/* A byte that is looked at: at the start of a line, or around its end. */
static void one_byte(struct lmtp_session *s, char c)
{
    switch (s->content.place) {
    case PLACE_START:
        s->content.place = c == '.' ? PLACE_DOT : after(c);
        if (c != '.')
            add(s, &c, 1);
        break;
    case PLACE_DOT: /* the dot is withheld: it was put there by the sender */
        s->content.place = c == '\r' ? PLACE_DOT_CR : PLACE_MIDDLE;
        if (c != '\r')
            add(s, &c, 1);
        break;
    case PLACE_DOT_CR:
        if (c == '\n') {
            end_data(s);
            break;
        }
        add(s, "\r", 1);
        add(s, &c, 1);
        s->content.place = after(c);
        break;
    case PLACE_CR:
        add(s, &c, 1);
        s->content.place = c == '\n' ? PLACE_START : after(c);
        break;
    case PLACE_MIDDLE:
    default:
        add(s, &c, 1);
        s->content.place = after(c);
        break;
    }
}

/* How much of the input belonged to the mail. */
static size_t take_data(struct lmtp_session *s, const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && s->phase == PHASE_DATA) {
        if (s->content.place == PLACE_MIDDLE) {
            const char *cr = memchr(p + i, '\r', n - i);
            size_t run = cr == NULL ? n - i : (size_t)(cr - (p + i));
            add(s, p + i, run);
            i += run;
            if (i == n)
                break;
        }
        one_byte(s, p[i++]);
    }
    return i;
}

/* A command of n bytes with its line end. */
static void take_line(struct lmtp_session *s, char *p, size_t n)
{
    if (s->phase == PHASE_SKIP) {
        s->phase = PHASE_COMMAND;
        session_refuse(s, "500 5.5.2 Line too long");
    } else if (n > LINE_MAX_BYTES) {
        session_refuse(s, "500 5.5.2 Line too long");
    } else if (n < 2 || p[n - 2] != '\r' || memchr(p, '\r', n - 2) != NULL) {
        session_refuse(s, "500 5.5.2 Lines end with CR LF");
    } else if (memchr(p, '\0', n) != NULL) {
        session_refuse(s, "500 5.5.2 NUL in a command");
    } else {
        p[n - 2] = '\0';
        session_command(s, p);
    }
}

/* How much of the input was a command; 0: its end is still to come. */
static size_t take_command(struct lmtp_session *s, char *p, size_t n)
{
    char *lf = memchr(p, '\n', n);
    if (lf != NULL) {
        size_t length = (size_t)(lf - p) + 1;
        take_line(s, p, length);
        return length;
    }
    if (s->phase != PHASE_SKIP && n <= LINE_MAX_BYTES)
        return 0;
    s->phase = PHASE_SKIP;
    return n;
}

static void take(struct lmtp_session *s)
{
    size_t i = 0, n = 1;
    while (n > 0 && i < s->in_n && s->phase != PHASE_ACCEPT && s->phase != PHASE_OVER) {
        n = s->phase == PHASE_DATA ? take_data(s, s->in + i, s->in_n - i)
                                   : take_command(s, s->in + i, s->in_n - i);
        i += n;
    }
    memmove(s->in, s->in + i, s->in_n - i);
    s->in_n -= i;
}

void session_begin_data(struct lmtp_session *s)
{
    s->phase = PHASE_DATA;
    s->content.place = PLACE_START;
    s->content.refusal = REFUSED_NOT;
}

char *lmtp_session_room(struct lmtp_session *s, size_t *n)
{
    bool is_wanted = s->phase != PHASE_ACCEPT && s->phase != PHASE_OVER &&
                     s->out.len - s->out_sent < OUTPUT_MAX;
    *n = is_wanted ? sizeof(s->in) - s->in_n : 0;
    return s->in + s->in_n;
}

void lmtp_session_grew(struct lmtp_session *s, size_t n)
{
    s->in_n += n;
    take(s);
}

const char *lmtp_session_output(const struct lmtp_session *s, size_t *n)
{
    *n = s->out.len - s->out_sent;
    return s->out.data + s->out_sent;
}

void lmtp_session_sent(struct lmtp_session *s, size_t n)
{
    s->out_sent += n;
    if (s->out_sent < s->out.len)
        return;
    (void)arena_reset(s->spoken);
    s->out = buf_make(s->spoken, 0);
    s->out_sent = 0;
}

static void answer(struct lmtp_session *s, const struct recipient *r, enum lmtp_verdict v,
                   int64_t id)
{
    switch (v) {
    case LMTP_OK:
        s->accepted++;
        session_say(s, "250 2.0.0 <%s> accepted as %016" PRIx64, r->address, (uint64_t)id);
        break;
    case LMTP_NO_SPACE:
        session_say(s, "452 4.3.1 <%s> cannot be stored now", r->address);
        break;
    case LMTP_NO_USER:
    case LMTP_NO_DOMAIN:
    case LMTP_SUSPENDED:
    case LMTP_AWAY:
    default:
        session_say(s, "451 4.3.0 <%s> cannot be taken now", r->address);
        break;
    }
}

static void serve(struct lmtp_session *s, const struct recipient *r)
{
    int64_t id = 0;
    if (s->content.refusal == REFUSED_SIZE) {
        session_say(s, "552 5.3.4 <%s> The message is larger than %zu bytes", r->address,
                    s->backend->message_bytes);
    } else if (s->content.refusal == REFUSED_MEMORY) {
        answer(s, r, LMTP_NO_SPACE, 0);
    } else {
        (void)arena_reset(s->scratch);
        const char *p = s->content.p != NULL ? s->content.p : "";
        enum lmtp_verdict v = s->backend->accept(s->backend->data, s->scratch, r->tenant_id,
                                                 s->from, r->address, p, s->content.n, &id);
        answer(s, r, v, id);
        (void)arena_reset(s->scratch);
    }
}

bool lmtp_session_is_working(const struct lmtp_session *s)
{
    return s->phase == PHASE_ACCEPT;
}

void lmtp_session_work(struct lmtp_session *s)
{
    if (s->phase != PHASE_ACCEPT)
        return;
    serve(s, &s->recipients[s->served++]);
    if (s->served < s->recipients_n)
        return;
    s->backend->done(s->backend->data, s->accepted);
    session_reset(s);
    s->phase = PHASE_COMMAND;
    take(s); /* what was pipelined behind the mail */
}

bool lmtp_session_is_in_mail(const struct lmtp_session *s)
{
    return s->from != NULL;
}

bool lmtp_session_is_in_data(const struct lmtp_session *s)
{
    return s->phase == PHASE_DATA;
}

bool lmtp_session_is_over(const struct lmtp_session *s)
{
    return s->phase == PHASE_OVER;
}
