/* modules/mail/address.c - address lists: RFC 5322 with its obsolete forms, and what people type */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define ADDRESSES_MAX 10000
#define COMMENT_DEPTH 20

/* One mailbox while it is read. Outside <> everything is collected as words; what it was (name,
 * bare address) shows at the end. */
struct reader {
    struct arena *a;
    struct mail_addresses out;
    size_t cap;
    struct buf phrase;      /* words before <>, quotes taken off */
    struct buf bare;        /* the same as an address: quotes kept, blanks left out */
    struct buf angle;       /* between < and > */
    struct buf comment;     /* the last (comment) */
    const char *charset;    /* for bare 8-bit bytes, or NULL */
    const char *last_close; /* of a comment, in the whole text */
    bool has_angle, was_blank, has_quotes;
};

static void clear(struct reader *r)
{
    buf_truncate(&r->phrase, 0);
    buf_truncate(&r->bare, 0);
    buf_truncate(&r->angle, 0);
    buf_truncate(&r->comment, 0);
    r->has_angle = r->was_blank = r->has_quotes = false;
}

static void domain_lower(char *email)
{
    char *at = strrchr(email, '@');
    for (char *p = at; at != NULL && *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
}

/* The text has an address's shape: something, @, something without blanks. Says nothing of sending.
 * a@b@c is refused: programs disagree on whose address that is. */
static bool is_addr_spec(const char *s)
{
    const char *at = strrchr(s, '@');
    if (at != NULL && *s != '"' && strchr(s, '@') != at)
        return false;
    return at != NULL && at != s && at[1] != '\0' && strpbrk(at, " \t,;<>()\"") == NULL;
}

/* <@relay,@other:jan@firma.pl>: the route goes; so do a mailto: and blanks. */
static char *clean_email(struct arena *a, const char *s)
{
    if (*s == '@' && strchr(s, ':') != NULL)
        s = strchr(s, ':') + 1;
    if (str_starts_nocase(s, "mailto:") || str_starts_nocase(s, "smtp:"))
        s = strchr(s, ':') + 1;
    struct buf b = buf_make(a, strlen(s));
    bool is_quoted = false;
    for (; *s != '\0'; s++) {
        if (*s == '"')
            is_quoted = !is_quoted;
        if (!is_quoted && (*s == ' ' || *s == '\t'))
            continue;
        buf_addc(&b, *s);
    }
    while (b.len > 0 && strchr(".,;'", b.data[b.len - 1]) != NULL)
        buf_truncate(&b, b.len - 1);
    char *email = str_utf8(a, b.data, b.len);
    domain_lower(email);
    return email + (*email == '\'');
}

static const char *clean_name(const struct reader *r, const char *s)
{
    struct arena *a = r->a;
    char *name = str_line(a, mail_words_decode(a, s, r->charset), 300);
    size_t n = strlen(name);
    if (n >= 2 &&
        ((name[0] == '\'' && name[n - 1] == '\'') || (name[0] == '"' && name[n - 1] == '"')))
        name = str_trim(a, arena_strndup(a, name + 1, n - 2));
    return name;
}

static void add(struct reader *r, const char *name, const char *email)
{
    if (r->out.n >= ADDRESSES_MAX)
        return;
    if (r->out.n == r->cap) {
        r->cap = r->cap == 0 ? 4 : r->cap * 2;
        struct mail_address *items = arena_alloc(r->a, r->cap * sizeof(*items));
        if (r->out.n > 0)
            memcpy(items, r->out.items, r->out.n * sizeof(*items));
        r->out.items = items;
    }
    r->out.items[r->out.n++] = (struct mail_address) { name, email };
}

/* Several addresses with nothing but blanks between them: people type that. */
static bool add_separate(struct reader *r, const char *words)
{
    size_t before = r->out.n;
    while (*words != '\0') {
        words += strspn(words, " \t");
        size_t n = strcspn(words, " \t");
        char *word = arena_strndup(r->a, words, n);
        words += n;
        if (n > 0 && !is_addr_spec(word)) {
            r->out.n = before;
            return false;
        }
        if (n > 0)
            add(r, "", clean_email(r->a, word));
    }
    return true;
}

static const char *decoded(struct arena *a, const char *s)
{
    return strstr(s, "=?") != NULL ? mail_words_decode(a, s, NULL) : s;
}

/* The address without <>: "jan@firma.pl", "jan@firma.pl (Jan)", or "Jan jan@firma.pl" all unquoted.
 */
static void finish_bare(struct reader *r)
{
    const char *phrase = r->phrase.data, *comment = clean_name(r, r->comment.data);
    if (strpbrk(phrase, " \t") == NULL || (r->has_quotes && r->bare.data[0] == '"')) {
        char *email = clean_email(r->a, decoded(r->a, r->bare.data));
        if (is_addr_spec(email))
            add(r, comment, email);
        return;
    }
    if (strchr(phrase, '@') != strrchr(phrase, '@') && add_separate(r, phrase))
        return;
    const char *last = strrchr(phrase, ' ');
    char *joined = clean_email(r->a, r->bare.data);
    if (last != NULL && is_addr_spec(last + 1) && last[1] != '@')
        add(r, clean_name(r, arena_strndup(r->a, phrase, (size_t)(last - phrase))),
            clean_email(r->a, last + 1));
    else if (is_addr_spec(joined))
        add(r, comment, joined);
}

static void finish(struct reader *r)
{
    char *email = clean_email(r->a, decoded(r->a, r->angle.data));
    if (r->has_angle && is_addr_spec(email)) {
        const char *name = clean_name(r, r->phrase.data);
        add(r, *name != '\0' ? name : clean_name(r, r->comment.data), email);
    } else if (r->bare.len > 0) {
        finish_bare(r);
    }
    clear(r);
}

static void blank_before(struct reader *r)
{
    if (r->was_blank && r->phrase.len > 0)
        buf_addc(&r->phrase, ' ');
    r->was_blank = false;
}

static const char *read_quoted(struct reader *r, const char *s)
{
    blank_before(r);
    r->has_quotes = true;
    buf_addc(&r->bare, '"');
    for (s++; *s != '\0' && *s != '"'; s++) {
        if (*s == '\\' && s[1] != '\0') {
            buf_addc(&r->bare, *s);
            s++;
        }
        buf_addc(&r->phrase, *s);
        buf_addc(&r->bare, *s);
    }
    buf_addc(&r->bare, '"');
    return *s == '"' ? s + 1 : s;
}

static const char *read_comment(struct reader *r, const char *s)
{
    int depth = 0;
    buf_truncate(&r->comment, 0);
    for (; *s != '\0'; s++) {
        if (*s == '(' && depth++ == 0)
            continue;
        if (*s == ')' && --depth == 0)
            break;
        if (depth > COMMENT_DEPTH)
            break;
        if (*s == '\\' && s[1] != '\0')
            s++;
        buf_addc(&r->comment, *s);
    }
    r->was_blank = true;
    return *s == '\0' ? s : s + 1;
}

static const char *read_angle(struct reader *r, const char *s)
{
    const char *start = ++s;
    bool is_quoted = false;
    for (; *s != '\0' && (is_quoted || *s != '>'); s++) {
        if (*s == '"')
            is_quoted = !is_quoted;
        if (!is_quoted && *s == '<') /* "a <b <c@d>": the last one counts */
            start = s + 1;
        if (*s == '\\' && is_quoted && s[1] != '\0')
            s++;
    }
    if (*s == '\0' && is_quoted) /* a lost quote must not swallow the list */
        s = start + strcspn(start, ">,");
    buf_truncate(&r->angle, 0);
    buf_add(&r->angle, start, (size_t)(s - start));
    r->has_angle = true;
    return *s == '>' ? s + 1 : s;
}

/* "Team: a@b, c@d;": a colon in words without @ is a group's. */
static bool is_group_name(const struct reader *r)
{
    return !r->has_angle && strchr(r->bare.data, '@') == NULL &&
           !str_starts_nocase(r->bare.data, "mailto") && !str_starts_nocase(r->bare.data, "smtp");
}

static const char *read_word(struct reader *r, const char *s)
{
    blank_before(r);
    if (s[0] == '=' && s[1] == '?') { /* an encoded word, whatever is in it */
        const char *end = s;
        for (int marks = 0; *end != '\0' && *end != ' ' && marks < 4; end++)
            marks += *end == '?';
        if (end[-1] == '?' && *end == '=') {
            buf_add(&r->phrase, s, (size_t)(end + 1 - s));
            buf_add(&r->bare, s, (size_t)(end + 1 - s));
            return end + 1;
        }
    }
    buf_addc(&r->phrase, *s);
    buf_addc(&r->bare, *s);
    return s + 1;
}

static const char *step(struct reader *r, const char *s)
{
    switch (*s) {
    case ',':
    case ';':
    case '\n':
        finish(r);
        return s + 1;
    case '"':
        return strchr(s + 1, '"') != NULL ? read_quoted(r, s) : s + 1;
    case '(':
        return s < r->last_close ? read_comment(r, s) : read_word(r, s);
    case '<':
        if (r->has_angle) /* no comma between two mailboxes */
            finish(r);
        return read_angle(r, s);
    case ':':
        if (is_group_name(r)) {
            clear(r);
            return s + 1;
        }
        return read_word(r, s);
    case ' ':
    case '\t':
    case '\r':
        r->was_blank = true;
        return s + 1;
    default:
        if (r->has_angle)
            finish(r);
        return read_word(r, s);
    }
}

static struct mail_addresses read_list(struct arena *a, const char *s, const char *charset)
{
    struct reader r = { .a = a,
                        .charset = charset,
                        .last_close = strrchr(s, ')'),
                        .phrase = buf_make(a, 0),
                        .bare = buf_make(a, 0),
                        .angle = buf_make(a, 0),
                        .comment = buf_make(a, 0) };
    while (*s != '\0')
        s = step(&r, s);
    finish(&r);
    return r.out;
}

/* Bare ISO-2022-JP writes its letters with brackets, quotes and commas: it is read first. */
struct mail_addresses mail_addresses_read(struct arena *a, const char *s, const char *charset)
{
    if (strstr(s, "\x1B$") != NULL)
        s = mail_to_utf8(a, "iso-2022-jp", s, strlen(s));
    struct mail_addresses list = read_list(a, s, charset);
    if (list.n == 0 && strstr(s, "=?") != NULL) /* the whole list was encoded */
        list = read_list(a, mail_words_decode(a, s, charset), NULL);
    return list;
}

struct mail_addresses mail_addresses_parse(struct arena *a, const char *s)
{
    return mail_addresses_read(a, s == NULL ? "" : s, NULL);
}

static bool is_local_char(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* What looks like an encoded word would be read as one, by us too. */
static bool is_local_part(const char *s, size_t n)
{
    if (n == 0 || n > 64 || s[0] == '.' || s[n - 1] == '.' || memmem(s, n, "=?", 2) != NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_local_char((unsigned char)s[i]) || (s[i] == '.' && s[i + 1] == '.'))
            return false;
    return true;
}

static bool is_domain(const char *s)
{
    size_t label = 0;
    for (const char *p = s; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        bool is_letter = c >= 0x80 || (c >= '0' && c <= '9') ||
                         ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (c == '.') {
            if (label == 0 || p[-1] == '-')
                return false;
            label = 0;
            continue;
        }
        if ((!is_letter && c != '-') || (c == '-' && label == 0) || ++label > 63)
            return false;
    }
    return label > 0 && s[strlen(s) - 1] != '-';
}

bool mail_address_is_valid(const char *email)
{
    if (email == NULL || !str_is_utf8(email, strlen(email)) || strlen(email) > 254)
        return false;
    const char *at = strrchr(email, '@');
    return at != NULL && is_local_part(email, (size_t)(at - email)) && is_domain(at + 1);
}

char *mail_address_key(struct arena *a, const char *email)
{
    return str_lower(a, email);
}
