#include "html/safe_html.h" /* html_sanitise: any tokens in, a tree of listed elements out */

#include "base/arena.h"
#include "html/css.h"
#include "html/sanitise.h"

#include <string.h>

/*
 * The output is written while the input is read, from a stack of open elements. Each rule of
 * nesting closes or opens elements until the new one may stand where it is; so in our own output no
 * rule finds anything to do, which is what makes it a fixed point.
 */
#define DEPTH_MAX    200 /* deeper elements are left out, their text stays */
#define DEPTH_TABLE  196 /* a table needs room for its body, row and cell */
#define PENDING_MAX  8   /* formatting that waits to be opened again */
#define REOPENED_MAX 512 /* longer start tags are not repeated */
#define SAME_MAX     3   /* equal ones among the waiting */
#define LINK_ENDS    " rel=\"noopener noreferrer nofollow\" target=\"_blank\""

struct open_element {
    enum sanitise_element el;
    bool is_document;                /* made from html or body: no end tag closes it */
    size_t tag, tag_n;               /* its start tag in out */
    size_t below, boundary, special; /* what the sanitiser's fields were without it */
};

struct pending {
    enum sanitise_element el;
    unsigned scope;
    size_t tag, tag_n;
};

struct sanitiser {
    const struct sanitise_options *options;
    struct sanitise_report report;
    struct arena *arena;
    struct buf out, tag, scratch;
    struct open_element stack[DEPTH_MAX];
    size_t stack_n;
    size_t closers_n; /* length of the end tags that the stack needs */
    unsigned scope;   /* open cells and captions */
    /* Depths, 0 for none: of the highest open one of each element, of the highest that end tags do
     * not reach across, of the highest that phrases do not. So nothing is ever searched for. */
    size_t last[EL_N], boundary, special;
    unsigned dropped[EL_N];
    struct pending pending[PENDING_MAX];
    size_t pending_n;
    bool body_seen, is_full;
};

static unsigned kind_of(enum sanitise_element el)
{
    return sanitise_elements[el].kind;
}

static enum sanitise_element top(const struct sanitiser *s)
{
    return s->stack_n > 0 ? s->stack[s->stack_n - 1].el : EL_NONE;
}

static bool is_in_table(const struct sanitiser *s)
{
    return s->stack_n > 0 && (kind_of(top(s)) & KIND_INNER) != 0;
}

static bool fits(struct sanitiser *s, size_t n)
{
    if (!s->is_full && s->out.len + s->closers_n + n > SANITISE_MAX_BYTES) {
        s->is_full = true;
        s->report.truncated = 1;
    }
    return !s->is_full;
}

static size_t end_tag_length(enum sanitise_element el)
{
    return sanitise_elements[el].name_n + 3;
}

/* --- escaping --- */

static const char *escaped(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

static void add_value(struct buf *b, struct str v)
{
    size_t begin = 0;
    for (size_t i = 0; i < v.n; i++) {
        const char *e = escaped(v.p[i]);
        if (e == NULL && !sanitise_is_control(v.p[i]) && v.p[i] != '\f')
            continue;
        buf_add(b, v.p + begin, i - begin);
        buf_adds(b, e != NULL ? e : "");
        begin = i + 1;
    }
    buf_add(b, v.p + begin, v.n - begin);
}

static size_t sequence_length(const char *p, size_t n)
{
    size_t i = 1;
    while (i < n && (p[i] & 0xC0) == 0x80)
        i++;
    return i;
}

static void add_text(struct sanitiser *s, const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        const char *e = p[i] == '"' ? NULL : p[i] == '\f' ? " " : escaped(p[i]);
        size_t m = sequence_length(p + i, n - i);
        if (!fits(s, e != NULL ? strlen(e) : m))
            return;
        if (e != NULL)
            buf_adds(&s->out, e);
        else
            buf_add(&s->out, p + i, m);
        i += m;
    }
}

/* --- the stack --- */

static void push_as(struct sanitiser *s, enum sanitise_element el, const char *tag, size_t n,
                    bool is_document)
{
    unsigned kind = kind_of(el);
    if (!fits(s, n + end_tag_length(el)))
        return;
    s->stack[s->stack_n++] = (struct open_element) {
        el, is_document, s->out.len, n, s->last[el], s->boundary, s->special,
    };
    if (!is_document)
        s->last[el] = s->stack_n;
    if (is_document || el == EL_TABLE || (kind & KIND_MARKER) != 0)
        s->boundary = s->stack_n;
    if ((kind & KIND_SPECIAL) != 0)
        s->special = s->stack_n;
    if ((kind & KIND_MARKER) != 0)
        s->scope++;
    s->closers_n += end_tag_length(el);
    buf_add(&s->out, tag, n);
}

static void push(struct sanitiser *s, enum sanitise_element el, const char *tag, size_t n)
{
    push_as(s, el, tag, n, false);
}

static void push_bare(struct sanitiser *s, enum sanitise_element el)
{
    char tag[16];
    size_t n = sanitise_elements[el].name_n;
    tag[0] = '<';
    memcpy(tag + 1, sanitise_elements[el].name, n);
    tag[n + 1] = '>';
    push(s, el, tag, n + 2);
}

static void forget_pending(struct sanitiser *s, size_t i)
{
    s->pending_n--;
    memmove(&s->pending[i], &s->pending[i + 1], (s->pending_n - i) * sizeof(s->pending[0]));
}

static void wait_to_reopen(struct sanitiser *s, const struct open_element *e)
{
    struct pending p = { e->el, s->scope, e->tag, e->tag_n };
    size_t same = 0, first = 0;
    if (p.tag_n > REOPENED_MAX)
        return;
    for (size_t i = s->pending_n; i-- > 0;) {
        const struct pending *q = &s->pending[i];
        if (q->scope != p.scope || q->tag_n != p.tag_n ||
            memcmp(s->out.data + q->tag, s->out.data + p.tag, p.tag_n) != 0)
            continue;
        same++;
        first = i;
    }
    if (same >= SAME_MAX)
        forget_pending(s, first);
    else if (s->pending_n == PENDING_MAX)
        forget_pending(s, 0);
    s->pending[s->pending_n++] = p;
}

static void pop(struct sanitiser *s)
{
    enum sanitise_element el = top(s);
    const struct sanitise_element_info *info = &sanitise_elements[el];
    const struct open_element *e = &s->stack[--s->stack_n];
    s->closers_n -= end_tag_length(el);
    s->last[el] = e->below;
    s->boundary = e->boundary;
    s->special = e->special;
    buf_adds(&s->out, "</");
    buf_add(&s->out, info->name, info->name_n);
    buf_addc(&s->out, '>');
    if ((info->kind & KIND_MARKER) == 0)
        return;
    while (s->pending_n > 0 && s->pending[s->pending_n - 1].scope >= s->scope)
        s->pending_n--;
    s->scope--;
}

/* Closes the element at i and all above it. Formatting above it waits to be opened again. */
static void pop_to(struct sanitiser *s, size_t i)
{
    if (s->stack_n >= DEPTH_TABLE && i < DEPTH_TABLE)
        memset(s->dropped, 0, sizeof(s->dropped));
    for (size_t k = i + 1; k < s->stack_n; k++)
        if ((kind_of(s->stack[k].el) & KIND_FORMAT) != 0)
            wait_to_reopen(s, &s->stack[k]);
    while (s->stack_n > i)
        pop(s);
}

/* The formatting that a browser would open again before this text or phrase. */
static void reopen(struct sanitiser *s)
{
    while (s->pending_n > 0 && !s->is_full) {
        size_t i = s->pending_n;
        while (i > 0 && s->pending[i - 1].scope == s->scope)
            i--;
        if (i == s->pending_n)
            return;
        struct pending p = s->pending[i];
        forget_pending(s, i);
        if (s->stack_n >= DEPTH_TABLE)
            continue;
        buf_truncate(&s->scratch, 0);
        buf_add(&s->scratch, s->out.data + p.tag, p.tag_n);
        push(s, p.el, s->scratch.data, p.tag_n);
    }
}

/* --- where an element may stand --- */

static void enter_cell(struct sanitiser *s)
{
    if (top(s) == EL_COLGROUP)
        pop(s);
    if (top(s) == EL_TABLE)
        push_bare(s, EL_TBODY);
    if (top(s) == EL_TBODY || top(s) == EL_THEAD || top(s) == EL_TFOOT)
        push_bare(s, EL_TR);
    if (top(s) == EL_TR)
        push_bare(s, EL_TD);
}

static bool is_section(enum sanitise_element el)
{
    return el == EL_TBODY || el == EL_THEAD || el == EL_TFOOT;
}

static bool is_row_parent(enum sanitise_element el, enum sanitise_element parent)
{
    if (el == EL_TD || el == EL_TH)
        return parent == EL_TR || is_section(parent);
    if (el == EL_TR)
        return is_section(parent);
    return el == EL_COL && parent == EL_COLGROUP;
}

/* A part of a table: false where there is no table around, or where it belongs to one that was left
 * out for its depth. */
static bool place_in_table(struct sanitiser *s, enum sanitise_element el)
{
    size_t i = s->last[EL_TABLE];
    if (i == 0 || s->dropped[EL_TABLE] > 0)
        return false;
    for (size_t k = i; k < s->stack_n && k < i + 2; k++) /* its section, its row */
        if (is_row_parent(el, s->stack[k].el))
            i = k + 1;
    pop_to(s, i);
    if (el == EL_COL && top(s) == EL_TABLE)
        push_bare(s, EL_COLGROUP);
    if ((el == EL_TR || el == EL_TD || el == EL_TH) && top(s) == EL_TABLE)
        push_bare(s, EL_TBODY);
    if ((el == EL_TD || el == EL_TH) && is_section(top(s)))
        push_bare(s, EL_TR);
    return true;
}

/* Closes the nearest el, if one is open in this cell. */
static void close_open(struct sanitiser *s, enum sanitise_element el)
{
    if (s->last[el] > s->boundary)
        pop_to(s, s->last[el] - 1);
}

static void close_link(struct sanitiser *s)
{
    close_open(s, EL_A);
    for (size_t i = s->pending_n; i-- > 0;)
        if (s->pending[i].el == EL_A && s->pending[i].scope == s->scope)
            forget_pending(s, i);
}

static bool is_same_item(enum sanitise_element a, enum sanitise_element b)
{
    bool a_defines = a == EL_DD || a == EL_DT;
    return a == b || (a_defines && (b == EL_DD || b == EL_DT));
}

static void close_item(struct sanitiser *s, enum sanitise_element el)
{
    for (size_t i = s->stack_n; i-- > 0;) {
        enum sanitise_element other = s->stack[i].el;
        if (is_same_item(el, other)) {
            pop_to(s, i);
            return;
        }
        if ((kind_of(other) & KIND_SPECIAL) != 0 && other != EL_DIV && other != EL_P &&
            other != EL_ADDRESS)
            return;
    }
}

/* Makes the place for el: false where it may not stand at all. */
static bool place(struct sanitiser *s, enum sanitise_element el)
{
    unsigned kind = kind_of(el);
    if ((kind & KIND_TABLE) != 0)
        return place_in_table(s, el);
    if (el == EL_TABLE && is_in_table(s))
        pop_to(s, s->last[EL_TABLE] - 1);
    if (is_in_table(s))
        enter_cell(s);
    if (el == EL_LI || el == EL_DD || el == EL_DT)
        close_item(s, el);
    if ((kind & KIND_BLOCK) != 0)
        close_open(s, EL_P);
    if ((kind & KIND_HEADING) != 0 && s->stack_n > 0 && (kind_of(top(s)) & KIND_HEADING) != 0)
        pop_to(s, s->stack_n - 1);
    if (el == EL_A)
        close_link(s);
    return true;
}

/* --- attributes --- */

static void add_attr(struct buf *tag, struct str name, struct str value)
{
    buf_addc(tag, ' ');
    buf_add(tag, name.p, name.n);
    buf_adds(tag, "=\"");
    add_value(tag, value);
    buf_addc(tag, '"');
}

static const struct html_attr *attr_of(const struct html_token *t, const char *name)
{
    for (size_t i = 0; i < t->attrs_n; i++)
        if (t->attrs[i].name.n == strlen(name) &&
            memcmp(t->attrs[i].name.p, name, t->attrs[i].name.n) == 0)
            return &t->attrs[i];
    return NULL;
}

static bool add_href(struct sanitiser *s, const struct html_token *t)
{
    const struct html_attr *href = attr_of(t, "href");
    struct str url;
    if (href == NULL || !sanitise_link(href->value, &s->scratch, &url))
        return false;
    add_attr(&s->tag, str_of("href"), url);
    buf_adds(&s->tag, LINK_ENDS);
    return true;
}

static unsigned hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return (unsigned)((c | 0x20) - 'a') + 10;
    return 16;
}

/* The id that a cid: address or data-cid names, in characters that are written as they are. */
static char *content_id(struct arena *a, struct str id, bool is_encoded)
{
    char *plain = arena_strndup(a, id.p, id.n);
    size_t to = 0;
    for (size_t i = 0; i < id.n; i++) {
        unsigned char c = (unsigned char)id.p[i];
        if (is_encoded && c == '%' && id.n - i > 2 && hex_digit(id.p[i + 1]) < 16 &&
            hex_digit(id.p[i + 2]) < 16) {
            c = (unsigned char)(hex_digit(id.p[i + 1]) * 16 + hex_digit(id.p[i + 2]));
            i += 2;
        }
        if (c > ' ' && c != 0x7F)
            plain[to++] = (char)c;
    }
    return str_utf8(a, plain, to);
}

static bool add_cid(struct sanitiser *s, struct str name, bool is_encoded)
{
    const char *url = NULL;
    char *id = content_id(s->arena, name, is_encoded);
    if (s->options != NULL && s->options->cid != NULL && *id != '\0')
        url = s->options->cid(s->options->cid_data, s->arena, id);
    if (url == NULL)
        return false;
    add_attr(&s->tag, str_of("src"), str_of(url));
    add_attr(&s->tag, str_of("data-cid"), str_of(id));
    return true;
}

static bool add_image(struct sanitiser *s, struct str source)
{
    struct str url;
    switch (sanitise_image(source, &s->scratch, &url)) {
    case IMAGE_CID:
        return add_cid(s, url, true);
    case IMAGE_DATA:
        add_attr(&s->tag, str_of("src"), url);
        return true;
    case IMAGE_REMOTE:
        if (s->options != NULL && s->options->allow_remote_images) {
            add_attr(&s->tag, str_of("src"), url);
            return true;
        }
        s->report.remote_images++;
        add_attr(&s->tag, str_of("data-src"), url);
        return true;
    case IMAGE_NONE:
    default:
        return false;
    }
}

/* data-cid and data-src are our own words for what an earlier pass found; src is then only ours. */
static bool add_src(struct sanitiser *s, const struct html_token *t)
{
    const struct html_attr *cid = attr_of(t, "data-cid");
    const struct html_attr *src = attr_of(t, "src");
    if (cid != NULL && add_cid(s, cid->value, false))
        return true;
    if (src != NULL && add_image(s, src->value))
        return true;
    src = attr_of(t, "data-src");
    if (src != NULL && add_image(s, src->value))
        return true;
    const struct html_attr *alt = attr_of(t, "alt");
    return alt != NULL && alt->value.n > 0; /* its text can be shown */
}

static bool is_own_word(const struct html_attr *attr)
{
    static const char *const words[] = { "href", "src", "rel", "target", "data-src", "data-cid" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (attr->name.n == strlen(words[i]) && memcmp(attr->name.p, words[i], attr->name.n) == 0)
            return true;
    return false;
}

/* The start tag in s->tag. False where the element has no use without what it lacks. */
static bool build_tag(struct sanitiser *s, enum sanitise_element el, const struct html_token *t)
{
    buf_truncate(&s->tag, 0);
    buf_addc(&s->tag, '<');
    buf_adds(&s->tag, sanitise_elements[el].name);
    for (size_t i = 0; i < t->attrs_n; i++) {
        struct str value;
        if (sanitise_attr(el, &t->attrs[i], &s->scratch, &value)) {
            add_attr(&s->tag, t->attrs[i].name, value);
        } else if (!is_own_word(&t->attrs[i])) {
            s->report.removed++;
        }
    }
    bool ok = (el != EL_A || add_href(s, t)) && (el != EL_IMG || add_src(s, t));
    buf_addc(&s->tag, '>');
    return ok;
}

/* --- tokens --- */

/* html and body become a div where they say something about the look. */
static void document(struct sanitiser *s, const struct html_token *t, bool is_body)
{
    static const struct {
        const char *attr, *css;
    } colors[] = { { "bgcolor", "background-color: " }, { "text", "color: " } };
    for (size_t i = 0; i < s->stack_n; i++)
        if (!s->stack[i].is_document)
            return;
    if (s->stack_n > 1 || s->body_seen)
        return;
    s->body_seen = is_body;
    struct buf style = buf_make(s->arena, 0);
    for (size_t i = 0; i < 2; i++) {
        const struct html_attr *a = attr_of(t, colors[i].attr);
        if (a == NULL || !css_is_color(a->value))
            continue;
        buf_adds(&style, colors[i].css);
        buf_add(&style, a->value.p, a->value.n);
        buf_addc(&style, ';');
    }
    const struct html_attr *own = attr_of(t, "style");
    if (own != NULL)
        buf_add(&style, own->value.p, own->value.n);
    struct html_attr attrs[3] = { { str_of("style"), { style.data, style.len } } };
    struct html_token div = { .attrs = attrs, .attrs_n = 1 };
    const struct html_attr *dir = attr_of(t, "dir"), *lang = attr_of(t, "lang");
    if (dir != NULL)
        attrs[div.attrs_n++] = *dir;
    if (lang != NULL)
        attrs[div.attrs_n++] = *lang;
    (void)build_tag(s, EL_DIV, &div);
    if (s->tag.len == strlen("<div>"))
        return;
    push_as(s, EL_DIV, s->tag.data, s->tag.len, true);
}

static void start(struct sanitiser *s, enum sanitise_element el, const struct html_token *t)
{
    unsigned kind = kind_of(el);
    bool ok = build_tag(s, el, t);
    if (!ok && el == EL_A)
        close_link(s);
    if (!ok || !place(s, el)) {
        s->report.removed++;
        return;
    }
    if ((kind & (KIND_BLOCK | KIND_TABLE)) == 0)
        reopen(s);
    if ((kind & KIND_VOID) != 0) {
        if (fits(s, s->tag.len))
            buf_add(&s->out, s->tag.data, s->tag.len);
    } else if ((kind & KIND_TABLE) == 0 && s->stack_n >= DEPTH_TABLE) {
        s->dropped[el]++;
    } else {
        push(s, el, s->tag.data, s->tag.len);
    }
}

static size_t higher(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What an end tag does not reach across. */
static size_t limit_of(const struct sanitiser *s, enum sanitise_element el)
{
    unsigned kind = kind_of(el);
    if (el == EL_TABLE)
        return 0;
    if ((kind & KIND_TABLE) != 0)
        return s->last[EL_TABLE];
    if (el == EL_LI)
        return higher(s->boundary, higher(s->last[EL_UL], s->last[EL_OL]));
    return (kind & (KIND_FORMAT | KIND_BLOCK)) != 0 ? s->boundary : s->special;
}

static void end(struct sanitiser *s, enum sanitise_element el)
{
    size_t depth = s->last[el];
    if (s->dropped[el] > 0) {
        s->dropped[el]--;
        return;
    }
    if ((kind_of(el) & KIND_TABLE) != 0 && s->dropped[EL_TABLE] > 0)
        return;
    for (enum sanitise_element h = EL_H1; (kind_of(el) & KIND_HEADING) != 0 && h <= EL_H6; h++)
        depth = higher(depth, s->last[h]);
    if (depth > limit_of(s, el)) {
        pop_to(s, depth - 1);
        return;
    }
    for (size_t i = s->pending_n; i-- > 0;) {
        if (s->pending[i].el == el && s->pending[i].scope == s->scope) {
            forget_pending(s, i);
            return;
        }
    }
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f';
}

/* Text without control characters. */
static void text_run(struct sanitiser *s, const char *p, size_t n)
{
    size_t white = 0;
    while (white < n && is_white(p[white]))
        white++;
    if (is_in_table(s) && white < n) {
        add_text(s, p, white);
        p += white;
        n -= white;
        white = 0;
        enter_cell(s);
    }
    if (s->out.len == 0) {
        p += white;
        n -= white;
        white = 0;
    }
    if (white < n)
        reopen(s);
    add_text(s, p, n);
}

static void text(struct sanitiser *s, struct str t)
{
    size_t begin = 0;
    for (size_t i = 0; i <= t.n; i++) {
        if (i < t.n && !sanitise_is_control(t.p[i]))
            continue;
        if (i > begin)
            text_run(s, t.p + begin, i - begin);
        begin = i + 1;
    }
}

static bool is_name(const struct html_token *t, const char *name)
{
    return t->text.n == strlen(name) && memcmp(t->text.p, name, t->text.n) == 0;
}

/* What is inside goes too. A title before everything else is the document's. */
static bool is_unseen(const struct sanitiser *s, const struct html_token *t)
{
    static const char *const names[] = { "script", "style", "iframe", "noembed", "noframes" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_name(t, names[i]))
            return true;
    return is_name(t, "title") && (s->out.len == 0 || (s->stack_n > 0 && !s->body_seen &&
                                                       s->stack[s->stack_n - 1].is_document));
}

static void tag(struct sanitiser *s, const struct html_token *t)
{
    enum sanitise_element el = sanitise_element(t->text);
    bool is_start = t->type == HTML_START;
    if (is_start && (is_name(t, "html") || is_name(t, "body")))
        document(s, t, is_name(t, "body"));
    else if (is_start && el == EL_NONE)
        s->report.removed++;
    else if (is_start || el == EL_BR)
        start(s, el, t);
    else if (el != EL_NONE && (kind_of(el) & KIND_VOID) == 0)
        end(s, el);
}

static void run(struct sanitiser *s, struct html_tokenizer *t)
{
    struct html_token token;
    bool is_skipped = false;
    while (!s->is_full && html_token_next(t, &token)) {
        if (token.type == HTML_TEXT && !is_skipped)
            text(s, token.text);
        if (token.type != HTML_START && token.type != HTML_END)
            continue;
        is_skipped = token.type == HTML_START && is_unseen(s, &token);
        tag(s, &token);
        if (token.type == HTML_START)
            html_tokenizer_follow(t, &token);
    }
    while (s->stack_n > 0)
        pop(s);
}

/* Not in the middle of a character. */
static size_t cut(const char *html, size_t n)
{
    if (n <= SANITISE_MAX_BYTES)
        return n;
    n = SANITISE_MAX_BYTES;
    while (n > SANITISE_MAX_BYTES - 4 && (html[n] & 0xC0) == 0x80)
        n--;
    return n;
}

struct safe_html html_sanitise(struct arena *a, const char *html, size_t n,
                               const struct sanitise_options *options,
                               struct sanitise_report *report)
{
    struct sanitiser *s = arena_zalloc(a, sizeof(*s));
    struct html_tokenizer *t = arena_alloc(a, sizeof(*t));
    size_t taken = cut(html, n);
    const char *valid = str_utf8(a, html, taken);
    s->options = options;
    s->arena = a;
    s->report.truncated = taken < n;
    s->out = buf_make(a, taken);
    s->tag = buf_make(a, 0);
    s->scratch = buf_make(a, 0);
    html_tokenizer_init(t, a, valid, strlen(valid));
    run(s, t);
    if (report != NULL)
        *report = s->report;
    return (struct safe_html) { s->out.data, s->out.len };
}
