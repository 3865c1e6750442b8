/* modules/mail/bounce_prose.c - bounces that MTAs write in words only: recipients stand at the
 * start of lines, what happened to them stands behind or below */
#include "mail/bounce_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define PROSE_MAX  ((size_t)64 * 1024)
#define REASON_MAX 2000
#define LINE_MAX   2000

/* Lines that say: here begins the mail sent back. */
static bool is_returned_mark(const char *line)
{
    static const char *const words[] = {
        "below this line is a copy",
        "this is a copy of the message",
        "original message follows",
        "original message header",
        "unsent message follows",
        "the header of the original",
        "returned message",
        "message header follow",
        "message headers follow",
        "undelivered message follows",
        "original mail as follows",
        "original message below",
        "begin forwarded",
        "copy of your message",
        "copy of the original message",
        "original message is included",
        "message text follows",
        "text of the original message",
        "contents of the original",
        "original message headers",
        "rejected message",
        "- original message -",
        "-original message-",
        "mail header follows",
        "your original message",
        "header of your message",
        "start of returned message",
        "the following is the original",
        "original mail header",
        "message follows",
        "included below",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (mail_has_nocase(line, words[i]))
            return strchr(line, '@') == NULL;
    return false;
}

/* "Received: ..." and the like at the start of a line: the mail's own head. */
static bool is_head_line(const char *line)
{
    static const char *const names[] = { "Received: ", "Return-Path: <", "Message-ID: <",
                                         "MIME-Version: 1", "DKIM-Signature: " };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_starts_nocase(line, names[i]))
            return true;
    return false;
}

/* Words that may stand before the address that failed, without case. */
static bool is_intro(const char *s)
{
    static const char *const words[] = { "to:",
                                         "recipient",
                                         "rcpt to",
                                         "address",
                                         "failed",
                                         "user unknown",
                                         "unknown user",
                                         "delivered to",
                                         "message to",
                                         "deliver to",
                                         "for user",
                                         "for <",
                                         "mailbox",
                                         "no such",
                                         "original-r",
                                         "final-r",
                                         "unknown address",
                                         "the following",
                                         "mail to",
                                         "user",
                                         "delivering to",
                                         "undeliverable to",
                                         "not reach",
                                         "can't deliver",
                                         "e-mail account",
                                         "account",
                                         "email to",
                                         "to <",
                                         "reach",
                                         "cannot deliver",
                                         "to " };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (mail_has_nocase(s, words[i]))
            return true;
    return false;
}

/* The sender's side of a session: who is named there did not fail. */
static bool names_sender(const char *s)
{
    return mail_has_nocase(s, "mail from") || mail_has_nocase(s, "from=") ||
           mail_has_nocase(s, "from:") || mail_has_nocase(s, "sender:") ||
           mail_has_nocase(s, "received from") || mail_has_nocase(s, "message-id") ||
           mail_has_nocase(s, "contact") || mail_has_nocase(s, "postmaster") ||
           mail_has_nocase(s, "from <") || mail_has_nocase(s, "mailto:") ||
           mail_has_nocase(s, "from ");
}

struct prose {
    struct bounce_list *list;
    const char *own;
    char *recipient;    /* the one that lines belong to, or NULL */
    struct buf reason;  /* its lines */
    struct buf general; /* lines before any recipient */
};

static void flush(struct prose *p)
{
    if (p->recipient != NULL)
        bounce_add(p->list, p->recipient, NULL, p->reason.data);
    p->recipient = NULL;
    buf_truncate(&p->reason, 0);
}

static bool is_blank_or_mark(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr(" \t<*->=.:\"'", s[i]) == NULL && !(s[i] >= '0' && s[i] <= '9'))
            return false;
    return true;
}

/* The address that a line is about, or NULL. starts: nothing but marks stands before it. */
static char *line_address(struct prose *p, const char *line, bool *starts)
{
    struct arena *a = p->list->a;
    const char *end = line;
    char *email = bounce_address(a, line, &end);
    if (email == NULL || str_is_nocase(email, p->own) || str_starts_nocase(email, "postmaster@") ||
        str_starts_nocase(email, "mailer-daemon@") || (size_t)(end - line) < strlen(email))
        return NULL;
    size_t before = (size_t)(end - line) - strlen(email);
    const char *head = arena_strndup(a, line, before);
    *starts = is_blank_or_mark(head, before);
    if (*starts)
        return strchr("@=", *end) != NULL && *end != '\0' ? NULL : email;
    return is_intro(head) && !names_sender(head) ? email : NULL;
}

static void take_line(struct prose *p, const char *line)
{
    bool starts = false;
    char *email = p->list->n < BOUNCES_MAX ? line_address(p, line, &starts) : NULL;
    if (email != NULL && (p->recipient == NULL || !str_is_nocase(email, p->recipient))) {
        bool is_echo = p->recipient != NULL && !starts;
        if (!is_echo) {
            flush(p);
            p->recipient = email;
        }
    }
    struct buf *to = p->recipient != NULL ? &p->reason : &p->general;
    if (to->len < REASON_MAX) {
        buf_adds(to, line);
        buf_addc(to, '\n');
    }
}

/* A recipient of whom only the address is said shares what is said in general, and what was said of
 * others below ("Technical details"). */
static void share(struct prose *p)
{
    struct bounce_list *list = p->list;
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].status == NULL) {
            const char *text = arena_printf(list->a, "%s %s", list->items[i].text, p->general.data);
            struct bounce_list one = bounce_list(list->a);
            if (!bounce_says_failure(list->items[i].text))
                bounce_add(&one, list->items[i].recipient, NULL, text);
            if (one.n > 0)
                list->items[i] = one.items[0];
        }
}

/* No line is about an address: the first one in the text that is not the sender's. */
static void take_any(struct prose *p, const char *text)
{
    struct arena *a = p->list->a;
    const char *end;
    const char *s = text;
    for (char *email; (email = bounce_address(a, s, &end)) != NULL; s = end) {
        size_t from = (size_t)(end - text) > strlen(email) + 30 ? strlen(email) + 30
                                                                : (size_t)(end - text);
        if (str_is_nocase(email, p->own) || str_starts_nocase(email, "postmaster@") ||
            names_sender(arena_strndup(a, end - from, from)))
            continue;
        bounce_add(p->list, email, NULL, text);
        return;
    }
}

size_t bounce_prose(struct bounce_list *list, const char *text, const char *own)
{
    struct arena *a = list->a;
    struct prose p = { list, own, NULL, buf_make(a, 0), buf_make(a, 0) };
    struct str all = { text, strlen(text) }, line;
    size_t start = 0;
    bool had_head = false;
    for (size_t at = 0; at < PROSE_MAX && mail_line(all, &at, &line); start = at) {
        const char *s = arena_strndup(a, line.p, line.n < LINE_MAX ? line.n : LINE_MAX);
        if (is_returned_mark(s) || (is_head_line(s) && at > line.n + 1)) {
            had_head = true;
            break;
        }
        take_line(&p, s);
    }
    flush(&p);
    size_t end = had_head ? start : all.n;
    if (list->n == 0)
        take_any(&p, arena_strndup(a, text, end < PROSE_MAX ? end : PROSE_MAX));
    share(&p);
    return end;
}
