#include "lmtp/lmtp_session_private.h" /* the commands of LMTP */

#include "base/arena.h"
#include "base/str.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PATH_MAX_BYTES 320

/* "<address>" at *p, cut out, without source route, or NULL; *p moves behind it. */
static char *take_path(char **p)
{
    char *start = *p + strspn(*p, " ");
    bool is_quoted = false;
    if (*start++ != '<')
        return NULL;
    char *end = start;
    for (; *end != '\0' && (is_quoted || *end != '>'); end++) {
        if (*end == '"')
            is_quoted = !is_quoted;
        else if (*end == '\\' && end[1] != '\0')
            end++;
        else if ((unsigned char)*end < ' ' || *end == 127 || (!is_quoted && *end == ' '))
            return NULL;
    }
    if (*end != '>' || end - start > PATH_MAX_BYTES)
        return NULL;
    *p = end + 1;
    *end = '\0';
    char *colon = *start == '@' ? strchr(start, ':') : NULL;
    return colon != NULL ? colon + 1 : start;
}

static bool is_ascii(const char *p)
{
    while (*p != '\0' && (unsigned char)*p < 0x80)
        p++;
    return *p == '\0';
}

/* The next "KEY" or "KEY=VALUE" of *p, cut out; NULL at the end. */
static char *next_parameter(char **p, char **value)
{
    char *key = *p + strspn(*p, " ");
    if (*key == '\0')
        return NULL;
    char *end = key + strcspn(key, " ");
    *p = *end == '\0' ? end : end + 1;
    *end = '\0';
    *value = strchr(key, '=');
    if (*value != NULL)
        *(*value)++ = '\0';
    return key;
}

/* NULL, or what is wrong. */
static const char *read_parameter(struct lmtp_session *s, const char *key, const char *value)
{
    int64_t size;
    if (str_is_nocase(key, "SIZE") && value != NULL) {
        bool is_number = *value != '\0' && strspn(value, "0123456789") == strlen(value);
        if (!is_number)
            return "501 5.5.4 SIZE is no number";
        return str_i64(value, 0, (int64_t)s->backend->message_bytes, &size)
                   ? NULL
                   : "552 5.3.4 The message is too large";
    }
    if (str_is_nocase(key, "BODY") && value != NULL)
        return str_is_nocase(value, "7BIT") || str_is_nocase(value, "8BITMIME")
                   ? NULL
                   : "501 5.5.4 Unknown BODY";
    if (str_is_nocase(key, "SMTPUTF8") && value == NULL) {
        s->is_utf8 = true;
        return NULL;
    }
    return "555 5.5.4 Unknown parameter";
}

static void mail(struct lmtp_session *s, char *rest)
{
    char *key, *value;
    const char *wrong = NULL;
    if (!s->is_greeted || s->from != NULL) {
        session_refuse(s,
                       s->is_greeted ? "503 5.5.1 One mail at a time" : "503 5.5.1 Say LHLO first");
        return;
    }
    const char *from = take_path(&rest);
    if (from == NULL || (*rest != '\0' && *rest != ' '))
        wrong = "501 5.1.7 Bad sender address";
    while (wrong == NULL && (key = next_parameter(&rest, &value)) != NULL)
        wrong = read_parameter(s, key, value);
    if (wrong == NULL && !is_ascii(from) && (!s->is_utf8 || !str_is_utf8(from, strlen(from))))
        wrong = "553 5.6.7 The address needs SMTPUTF8";
    if (wrong != NULL) {
        session_reset(s);
        session_refuse(s, wrong);
        return;
    }
    s->from = arena_strdup(s->mail, from);
    session_say(s, "250 2.1.0 Ok");
}

static void add_recipient(struct lmtp_session *s, const char *address, int64_t tenant_id)
{
    if (s->recipients == NULL)
        s->recipients = arena_array(s->mail, RECIPIENTS_MAX, sizeof(*s->recipients));
    s->recipients[s->recipients_n++] = (struct recipient) { arena_strdup(s->mail, address),
                                                            tenant_id };
    session_say(s, "250 2.1.5 Ok");
}

static void route(struct lmtp_session *s, const char *address)
{
    static const char *const refusals[] = {
        [LMTP_NO_USER] = "550 5.1.1 No such address here",
        [LMTP_NO_DOMAIN] = "550 5.1.2 No such domain here",
        [LMTP_SUSPENDED] = "450 4.7.1 This help desk is suspended",
        [LMTP_AWAY] = "451 4.3.0 Cannot look up addresses now",
        [LMTP_NO_SPACE] = "452 4.3.1 No space now",
    };
    int64_t tenant_id = 0;
    (void)arena_reset(s->scratch);
    enum lmtp_verdict v = s->backend->route(s->backend->data, s->scratch, address, &tenant_id);
    (void)arena_reset(s->scratch);
    if (v == LMTP_OK)
        add_recipient(s, address, tenant_id);
    else
        session_say(s, "%s", refusals[v]);
}

static void rcpt(struct lmtp_session *s, char *rest)
{
    char *value;
    if (s->from == NULL) {
        session_refuse(s, "503 5.5.1 Say MAIL first");
        return;
    }
    if (s->recipients_n == RECIPIENTS_MAX) {
        session_say(s, "452 4.5.3 Too many recipients");
        return;
    }
    const char *to = take_path(&rest);
    if (to == NULL || *to == '\0' || (*rest != '\0' && *rest != ' '))
        session_refuse(s, "501 5.1.3 Bad recipient address");
    else if (next_parameter(&rest, &value) != NULL)
        session_refuse(s, "555 5.5.4 Unknown parameter");
    else if (!is_ascii(to) && (!s->is_utf8 || !str_is_utf8(to, strlen(to))))
        session_refuse(s, "553 5.6.7 The address needs SMTPUTF8");
    else
        route(s, to);
}

static void lhlo(struct lmtp_session *s, char *rest)
{
    if (*(rest + strspn(rest, " ")) == '\0') {
        session_refuse(s, "501 5.5.4 Say who you are");
        return;
    }
    session_reset(s);
    s->is_greeted = true;
    session_say(s, "250-%s", s->backend->hostname);
    session_say(s, "250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250-SMTPUTF8");
    session_say(s, "250 SIZE %zu", s->backend->message_bytes);
}

static void helo(struct lmtp_session *s, char *rest)
{
    (void)rest;
    session_refuse(s, "500 5.5.1 This is LMTP: say LHLO");
}

static void data(struct lmtp_session *s, char *rest)
{
    if (*rest != '\0') {
        session_refuse(s, "501 5.5.4 DATA takes no argument");
    } else if (s->recipients_n == 0) {
        session_refuse(s, "503 5.5.1 No valid recipients");
    } else {
        session_say(s, "354 End with <CR><LF>.<CR><LF>");
        session_begin_data(s);
    }
}

static void rset(struct lmtp_session *s, char *rest)
{
    (void)rest;
    session_reset(s);
    session_say(s, "250 2.0.0 Ok");
}

static void noop(struct lmtp_session *s, char *rest)
{
    (void)rest;
    session_say(s, "250 2.0.0 Ok");
}

static void vrfy(struct lmtp_session *s, char *rest)
{
    (void)rest;
    session_say(s, "252 2.5.0 Send a mail and see");
}

static void quit(struct lmtp_session *s, char *rest)
{
    (void)rest;
    lmtp_session_end(s, "221 2.0.0 Bye");
}

static const struct {
    const char *word; /* with the colon where one belongs to it */
    void (*run)(struct lmtp_session *s, char *rest);
} commands[] = {
    { "LHLO", lhlo }, { "MAIL FROM:", mail }, { "RCPT TO:", rcpt }, { "DATA", data },
    { "RSET", rset }, { "NOOP", noop },       { "VRFY", vrfy },     { "QUIT", quit },
    { "HELO", helo }, { "EHLO", helo },
};

void session_command(struct lmtp_session *s, char *line)
{
    size_t n = strlen(line);
    while (n > 0 && line[n - 1] == ' ')
        line[--n] = '\0';
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        size_t length = strlen(commands[i].word);
        if (strncasecmp(line, commands[i].word, length) != 0)
            continue;
        char *rest = line + length;
        if (commands[i].word[length - 1] != ':' && *rest != '\0' && *rest != ' ')
            break;
        commands[i].run(s, rest + strspn(rest, " "));
        return;
    }
    session_refuse(s, "500 5.5.2 Unknown command");
}
