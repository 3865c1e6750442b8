#include "html/safe_html.h" /* html_to_text: what a reader would see, in lines */

#include "base/arena.h"
#include "html/tokenizer.h"

#include <string.h>
#include <strings.h>

#define QUOTES_MAX 16 /* deeper quotes get no more marks */
#define LISTS_MAX  16
#define LINES_MAX  2 /* line ends in a row: one empty line */

struct list {
    bool is_ordered;
    unsigned item;
};

struct reader {
    struct arena *arena;
    struct buf out;
    unsigned lines;     /* line ends that the next text needs before it */
    bool has_space;     /* white space that the next text needs before it */
    size_t hard_spaces; /* as many, of those that do not collapse */
    bool is_quiet;      /* nothing was written on this line but its marks */
    bool is_marked;     /* only the mark of a list item: its text goes on the same line */
    bool is_pre_fresh;  /* the first line end inside does not count */
    unsigned quotes, line_quotes, pre, lists_n, cells;
    struct list lists[LISTS_MAX];
    const char *href;
    size_t href_at;
};

static void need_lines(struct reader *r, unsigned n)
{
    r->has_space = r->is_marked;
    r->hard_spaces = 0;
    if (!r->is_marked)
        r->lines = r->lines < n ? n : r->lines;
}

static void trim_line(struct reader *r)
{
    while (r->out.len > 0 &&
           (r->out.data[r->out.len - 1] == ' ' || r->out.data[r->out.len - 1] == '\t'))
        buf_truncate(&r->out, r->out.len - 1);
}

static unsigned marks(unsigned quotes)
{
    return quotes < QUOTES_MAX ? quotes : QUOTES_MAX;
}

static void begin_line(struct reader *r, unsigned quotes)
{
    for (unsigned i = 0; i < marks(quotes); i++)
        buf_adds(&r->out, "> ");
    r->line_quotes = quotes;
    r->is_quiet = true;
}

/* Writes the line ends that were asked for. An empty line between two depths of quote has the
 * marks of the lesser. */
static void flush_lines(struct reader *r)
{
    bool is_first = r->out.len == 0;
    unsigned less = r->line_quotes < r->quotes ? r->line_quotes : r->quotes;
    for (; !is_first && r->lines > 0; r->lines--) {
        trim_line(r);
        buf_addc(&r->out, '\n');
        begin_line(r, r->lines > 1 ? less : r->quotes);
    }
    if (is_first)
        begin_line(r, r->quotes);
    r->lines = 0;
}

static void begin_text(struct reader *r)
{
    if (r->lines > 0 || r->out.len == 0)
        flush_lines(r);
    if (r->has_space && !r->is_quiet)
        buf_addc(&r->out, ' ');
    for (; r->hard_spaces > 0; r->hard_spaces--)
        buf_addc(&r->out, ' ');
    r->has_space = false;
    r->is_quiet = false;
    r->is_marked = false;
}

static void add(struct reader *r, const char *p, size_t n)
{
    if (n == 0)
        return;
    begin_text(r);
    buf_add(&r->out, p, n);
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_no_break_space(struct str t, size_t i)
{
    return i + 1 < t.n && t.p[i] == '\xC2' && t.p[i + 1] == '\xA0';
}

static bool is_left_out(char c)
{
    return (unsigned char)c < 0x20;
}

static void flowing(struct reader *r, struct str t)
{
    for (size_t i = 0; i < t.n;) {
        size_t begin = i;
        while (i < t.n && !is_left_out(t.p[i]) && t.p[i] != ' ' && !is_no_break_space(t, i))
            i++;
        add(r, t.p + begin, i - begin);
        if (i == t.n)
            return;
        bool is_hard = is_no_break_space(t, i);
        if (is_hard)
            r->hard_spaces++;
        else if (is_white(t.p[i]))
            r->has_space = true;
        i += is_hard ? 2 : 1;
    }
}

static void preformatted(struct reader *r, struct str t)
{
    for (size_t i = 0; i < t.n;) {
        size_t begin = i;
        while (i < t.n && t.p[i] != '\n' && (!is_left_out(t.p[i]) || t.p[i] == '\t'))
            i++;
        if (i > begin)
            add(r, t.p + begin, i - begin);
        if (i < t.n && t.p[i] == '\n' && !(r->is_pre_fresh && i == 0))
            r->lines++;
        r->is_pre_fresh = false;
        i++;
    }
}

static void text(struct reader *r, struct str t)
{
    if (r->pre > 0)
        preformatted(r, t);
    else
        flowing(r, t);
}

static bool is_name(struct str s, const char *name)
{
    return s.n == strlen(name) && memcmp(s.p, name, s.n) == 0;
}

static bool is_any(struct str s, const char *const *names)
{
    for (; *names != NULL; names++)
        if (**names == *s.p && is_name(s, *names))
            return true;
    return false;
}

#define ANY(s, ...) is_any((s), (const char *const[]) { __VA_ARGS__, NULL })

static struct str attr_of(const struct html_token *t, const char *name)
{
    for (size_t i = 0; i < t->attrs_n; i++)
        if (is_name(t->attrs[i].name, name))
            return t->attrs[i].value;
    return (struct str) { "", 0 };
}

static void list_start(struct reader *r, bool is_ordered)
{
    r->is_marked = false;
    need_lines(r, r->lists_n == 0 ? 2 : 1);
    if (r->lists_n < LISTS_MAX)
        r->lists[r->lists_n] = (struct list) { is_ordered, 0 };
    r->lists_n++;
}

static void list_end(struct reader *r)
{
    r->lists_n -= r->lists_n > 0 ? 1 : 0;
    r->is_marked = false;
    need_lines(r, r->lists_n == 0 ? 2 : 1);
}

static void item_start(struct reader *r)
{
    unsigned depth = r->lists_n < LISTS_MAX ? r->lists_n : LISTS_MAX;
    struct list *l = depth > 0 ? &r->lists[depth - 1] : NULL;
    r->is_marked = false;
    need_lines(r, 1);
    for (unsigned i = 1; i < depth; i++)
        add(r, "  ", 2);
    if (l != NULL && l->is_ordered) {
        begin_text(r);
        buf_addi(&r->out, ++l->item);
        add(r, ".", 1);
    } else {
        add(r, "*", 1);
    }
    r->has_space = true;
    r->is_marked = true;
}

static void item_end(struct reader *r)
{
    r->is_marked = false;
    need_lines(r, 1);
}

static void link_start(struct reader *r, const struct html_token *t)
{
    struct str href = attr_of(t, "href");
    while (href.n > 0 && is_white(*href.p)) {
        href.p++;
        href.n--;
    }
    while (href.n > 0 && is_white(href.p[href.n - 1]))
        href.n--;
    r->href = arena_strndup(r->arena, href.p, href.n);
    r->href_at = r->out.len;
}

static struct str shortened(struct str s)
{
    static const char *const prefixes[] = { "mailto:", "tel:", "http://", "https://", "www." };
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t n = strlen(prefixes[i]);
        if (s.n >= n && strncasecmp(s.p, prefixes[i], n) == 0)
            s = (struct str) { s.p + n, s.n - n };
    }
    while (s.n > 0 && (s.p[s.n - 1] == '/' || is_white(s.p[s.n - 1])))
        s.n--;
    return s;
}

static bool is_worth_showing(const char *href)
{
    return (strncasecmp(href, "http://", 7) == 0 || strncasecmp(href, "https://", 8) == 0 ||
            strncasecmp(href, "mailto:", 7) == 0 || strncasecmp(href, "tel:", 4) == 0) &&
           href[strcspn(href, "\n")] == '\0';
}

/* The address behind the text that was linked, where the text does not say it. */
static void link_end(struct reader *r)
{
    const char *href = r->href;
    r->href = NULL;
    if (href == NULL || !is_worth_showing(href))
        return;
    size_t at = r->href_at;
    while (at < r->out.len && (is_white(r->out.data[at]) || r->out.data[at] == '>'))
        at++;
    struct str shown = shortened((struct str) { r->out.data + at, r->out.len - at });
    struct str meant = shortened(str_of(href));
    if (at == r->out.len || (shown.n == meant.n && strncasecmp(shown.p, meant.p, shown.n) == 0))
        return;
    bool had_space = r->has_space;
    r->has_space = true;
    add(r, "<", 1);
    buf_adds(&r->out, href);
    buf_addc(&r->out, '>');
    r->has_space = had_space;
}

static void cell_start(struct reader *r)
{
    if (r->cells++ > 0 && r->lines == 0 && !r->is_quiet) {
        r->has_space = false;
        add(r, "\t", 1);
    }
}

static bool is_paragraph(struct str n)
{
    return ANY(n, "p", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "table", "figure");
}

static bool is_block(struct str n)
{
    return ANY(n, "div", "center", "address", "article", "aside", "footer", "header", "main",
               "section", "nav", "form", "fieldset", "legend", "dd", "dt", "figcaption", "caption",
               "tbody", "thead", "tfoot", "body", "details", "summary", "option", "tr");
}

static void quote(struct reader *r, bool is_start)
{
    need_lines(r, 1);
    if (is_start)
        r->quotes++;
    else if (r->quotes > 0)
        r->quotes--;
}

static void pre(struct reader *r, bool is_start)
{
    need_lines(r, 2);
    r->is_pre_fresh = is_start;
    if (is_start)
        r->pre++;
    else if (r->pre > 0)
        r->pre--;
}

static void break_line(struct reader *r)
{
    unsigned n = r->lines + (r->lines < LINES_MAX || r->pre > 0 ? 1 : 0);
    r->is_marked = false;
    need_lines(r, n);
}

static void rule(struct reader *r)
{
    need_lines(r, 1);
    add(r, "---", 3);
    need_lines(r, 1);
}

/* What begins and ends with the same line ends. */
static bool around(struct reader *r, struct str n, bool is_start)
{
    if (is_paragraph(n))
        need_lines(r, 2);
    else if (is_block(n))
        need_lines(r, 1);
    else if (is_name(n, "blockquote"))
        quote(r, is_start);
    else if (ANY(n, "pre", "listing", "xmp", "textarea", "plaintext"))
        pre(r, is_start);
    else
        return false;
    if (is_name(n, "tr") || is_name(n, "table"))
        r->cells = 0;
    return true;
}

static void start(struct reader *r, const struct html_token *t)
{
    struct str n = t->text;
    if (around(r, n, true))
        return;
    if (is_name(n, "br"))
        break_line(r);
    else if (is_name(n, "hr"))
        rule(r);
    else if (is_name(n, "ul") || is_name(n, "ol"))
        list_start(r, is_name(n, "ol"));
    else if (is_name(n, "li"))
        item_start(r);
    else if (is_name(n, "td") || is_name(n, "th"))
        cell_start(r);
    else if (is_name(n, "a"))
        link_start(r, t);
    else if (is_name(n, "img"))
        flowing(r, attr_of(t, "alt"));
}

static void end(struct reader *r, struct str n)
{
    if (around(r, n, false))
        return;
    if (is_name(n, "br"))
        break_line(r);
    else if (is_name(n, "ul") || is_name(n, "ol"))
        list_end(r);
    else if (is_name(n, "li"))
        item_end(r);
    else if (is_name(n, "a"))
        link_end(r);
}

/* Text in these is not shown. */
static bool is_unseen(const struct reader *r, struct str n)
{
    return ANY(n, "script", "style", "iframe", "noembed", "noframes") ||
           (is_name(n, "title") && r->out.len == 0);
}

char *html_to_text(struct arena *a, const char *html, size_t n)
{
    struct html_tokenizer *t = arena_alloc(a, sizeof(*t));
    struct reader *r = arena_zalloc(a, sizeof(*r));
    struct html_token token;
    bool is_skipped = false;
    const char *valid = str_utf8(a, html, n);
    r->arena = a;
    r->out = buf_make(a, n / 2);
    html_tokenizer_init(t, a, valid, strlen(valid));
    while (html_token_next(t, &token)) {
        if (token.type == HTML_TEXT && !is_skipped)
            text(r, token.text);
        if (token.type != HTML_START && token.type != HTML_END)
            continue;
        is_skipped = token.type == HTML_START && is_unseen(r, token.text);
        if (token.type == HTML_START)
            start(r, &token);
        else
            end(r, token.text);
        if (token.type == HTML_START)
            html_tokenizer_follow(t, &token);
    }
    trim_line(r);
    return r->out.data;
}
