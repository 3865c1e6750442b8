/* modules/html/sanitise_list.c - which elements, attributes and addresses pass, and how they are
 * written */
#include "html/css.h"
#include "html/sanitise.h"

#include <string.h>
#include <strings.h>

#define DATA_URL_MAX ((size_t)512 * 1024)
#define URL_MAX      ((size_t)16 * 1024)

#define INFO(id, name, kind) { name, sizeof(name) - 1, kind },
const struct sanitise_element_info sanitise_elements[EL_N] = { SANITISE_ELEMENTS(INFO) };
#undef INFO

static bool is_text(struct str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

enum sanitise_element sanitise_element(struct str name)
{
    size_t low = 0, high = EL_N;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sanitise_element_info *e = &sanitise_elements[middle];
        int order = memcmp(name.p, e->name, name.n < e->name_n ? name.n : e->name_n);
        if (order == 0 && name.n == e->name_n)
            return (enum sanitise_element)middle;
        if (order < 0 || (order == 0 && name.n < e->name_n))
            high = middle;
        else
            low = middle + 1;
    }
    return is_text(name, "image") ? EL_IMG : EL_NONE; /* as browsers read it */
}

static struct str trimmed(struct str s)
{
    for (; s.n > 0 && (unsigned char)*s.p <= ' '; s.n--)
        s.p++;
    while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

static bool is_number(struct str *s, size_t digits)
{
    size_t n = 0;
    *s = trimmed(*s);
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    return n > 0 && n <= digits && n == s->n;
}

/* 12, 12% and 12px; the last is written as 12. */
static bool is_length(struct str *s)
{
    *s = trimmed(*s);
    struct str number = *s;
    if (number.n > 2 && strncasecmp(number.p + number.n - 2, "px", 2) == 0)
        number.n -= 2;
    else if (number.n > 1 && number.p[number.n - 1] == '%')
        number.n--;
    if (!is_number(&number, 5))
        return false;
    if (s->p[s->n - 1] != '%')
        *s = number;
    return true;
}

static bool is_font_size(struct str *s)
{
    *s = trimmed(*s);
    struct str number = *s;
    if (number.n > 1 && (*number.p == '+' || *number.p == '-')) {
        number.p++;
        number.n--;
    }
    return is_number(&number, 2) && number.p + number.n == s->p + s->n;
}

static bool is_language(struct str *s)
{
    *s = trimmed(*s);
    for (size_t i = 0; i < s->n; i++) {
        char c = s->p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-'))
            return false;
    }
    return s->n > 0 && s->n <= 35;
}

static bool is_one_of(struct str *s, const char *const *words)
{
    *s = trimmed(*s);
    for (; *words != NULL; words++)
        if (is_text(*s, *words))
            return true;
    return false;
}

#define ONE_OF(s, ...) is_one_of((s), (const char *const[]) { __VA_ARGS__, NULL })

enum value {
    VALUE_ALIGN,
    VALUE_CITE,
    VALUE_COLOR,
    VALUE_DIR,
    VALUE_EMPTY,
    VALUE_FONTS,
    VALUE_FONT_SIZE,
    VALUE_LANGUAGE,
    VALUE_LENGTH,
    VALUE_LIST,
    VALUE_NUMBER,
    VALUE_SPAN,
    VALUE_STYLE,
    VALUE_TEXT
};

static bool is_list_type(struct str *s)
{
    *s = trimmed(*s);
    return (s->n == 1 && strchr("1aAiI", *s->p) != NULL) || ONE_OF(s, "disc", "circle", "square");
}

static bool is_color(struct str *s)
{
    *s = trimmed(*s);
    return css_is_color(*s);
}

static bool filtered(struct str in, struct buf *scratch, struct str *out, enum value kind)
{
    buf_truncate(scratch, 0);
    if (kind == VALUE_STYLE)
        (void)css_filter(scratch, in);
    else
        (void)css_font_names(scratch, in);
    *out = (struct str) { scratch->data, scratch->len };
    return scratch->len > 0;
}

static bool checked(enum value kind, struct buf *scratch, struct str *v)
{
    switch (kind) {
    case VALUE_ALIGN:
        return ONE_OF(v, "left", "right", "center", "middle", "justify", "top", "bottom",
                      "baseline");
    case VALUE_CITE:
        return ONE_OF(v, "cite");
    case VALUE_COLOR:
        return is_color(v);
    case VALUE_DIR:
        return ONE_OF(v, "ltr", "rtl", "auto");
    case VALUE_EMPTY:
        v->n = 0;
        return true;
    case VALUE_FONTS:
    case VALUE_STYLE:
        return filtered(*v, scratch, v, kind);
    case VALUE_FONT_SIZE:
        return is_font_size(v);
    case VALUE_LANGUAGE:
        return is_language(v);
    case VALUE_LENGTH:
        return is_length(v);
    case VALUE_LIST:
        return is_list_type(v);
    case VALUE_NUMBER:
        return is_number(v, 5);
    case VALUE_SPAN:
        return is_number(v, 3);
    case VALUE_TEXT:
    default:
        return true;
    }
}

/* Several rows for one name: the first whose elements fit. EL_NONE: every element. */
static const struct {
    const char *name;
    enum value value;
    enum sanitise_element on[8];
} attributes[] = {
    { "style", VALUE_STYLE, { EL_NONE } },
    { "dir", VALUE_DIR, { EL_NONE } },
    { "lang", VALUE_LANGUAGE, { EL_NONE } },
    { "title", VALUE_TEXT, { EL_NONE } },
    { "align", VALUE_ALIGN, { EL_NONE } },
    { "width",
      VALUE_LENGTH,
      { EL_TABLE, EL_TD, EL_TH, EL_COL, EL_COLGROUP, EL_IMG, EL_HR, EL_PRE } },
    { "height", VALUE_LENGTH, { EL_TABLE, EL_TD, EL_TH, EL_TR, EL_IMG, EL_N } },
    { "valign",
      VALUE_ALIGN,
      { EL_TD, EL_TH, EL_TR, EL_TBODY, EL_THEAD, EL_TFOOT, EL_COL, EL_COLGROUP } },
    { "bgcolor",
      VALUE_COLOR,
      { EL_TABLE, EL_TD, EL_TH, EL_TR, EL_TBODY, EL_THEAD, EL_TFOOT, EL_N } },
    { "border", VALUE_LENGTH, { EL_TABLE, EL_IMG, EL_N } },
    { "cellpadding", VALUE_LENGTH, { EL_TABLE, EL_N } },
    { "cellspacing", VALUE_LENGTH, { EL_TABLE, EL_N } },
    { "colspan", VALUE_SPAN, { EL_TD, EL_TH, EL_N } },
    { "rowspan", VALUE_SPAN, { EL_TD, EL_TH, EL_N } },
    { "nowrap", VALUE_EMPTY, { EL_TD, EL_TH, EL_N } },
    { "span", VALUE_SPAN, { EL_COL, EL_COLGROUP, EL_N } },
    { "alt", VALUE_TEXT, { EL_IMG, EL_N } },
    { "hspace", VALUE_NUMBER, { EL_IMG, EL_N } },
    { "vspace", VALUE_NUMBER, { EL_IMG, EL_N } },
    { "color", VALUE_COLOR, { EL_FONT, EL_HR, EL_N } },
    { "face", VALUE_FONTS, { EL_FONT, EL_N } },
    { "size", VALUE_FONT_SIZE, { EL_FONT, EL_HR, EL_N } },
    { "noshade", VALUE_EMPTY, { EL_HR, EL_N } },
    { "start", VALUE_NUMBER, { EL_OL, EL_N } },
    { "value", VALUE_NUMBER, { EL_LI, EL_N } },
    { "type", VALUE_LIST, { EL_OL, EL_UL, EL_LI, EL_N } },
    { "type", VALUE_CITE, { EL_BLOCKQUOTE, EL_N } },
};

static bool is_on(const enum sanitise_element *on, enum sanitise_element el)
{
    if (on[0] == EL_NONE)
        return true;
    for (size_t i = 0; i < sizeof(attributes[0].on) / sizeof(on[0]) && on[i] != EL_N; i++)
        if (on[i] == el)
            return true;
    return false;
}

bool sanitise_attr(enum sanitise_element el, const struct html_attr *attr, struct buf *scratch,
                   struct str *value)
{
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        const char *name = attributes[i].name;
        if (attr->name.n == strlen(name) && memcmp(attr->name.p, name, attr->name.n) == 0 &&
            is_on(attributes[i].on, el)) {
            *value = attr->value;
            return checked(attributes[i].value, scratch, value);
        }
    }
    return false;
}

/* Browsers take tabs and line ends out of addresses, and spaces and controls off their ends. All
 * controls go, before anything is looked at. */
static struct str address(struct str url, struct buf *scratch)
{
    buf_truncate(scratch, 0);
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] >= ' ' && url.p[i] != 0x7F)
            buf_addc(scratch, url.p[i]);
    return trimmed((struct str) { scratch->data, scratch->len });
}

static bool starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n > n && strncasecmp(s.p, prefix, n) == 0;
}

/* http or https with a host: without one, browsers read the address relative to ours. */
static bool is_web(struct str s)
{
    size_t n = starts(s, "http://") ? 7 : starts(s, "https://") ? 8 : 0;
    return n > 0 && s.n <= URL_MAX && strchr("/\\?#", s.p[n]) == NULL;
}

bool sanitise_link(struct str url, struct buf *scratch, struct str *out)
{
    *out = address(url, scratch);
    return is_web(*out) || (out->n <= URL_MAX && (starts(*out, "mailto:") || starts(*out, "tel:")));
}

static bool is_base64(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

static bool is_data(struct str s)
{
    static const char *const types[] = { "png", "jpeg", "gif", "webp" };
    size_t begin = 0;
    if (s.n > DATA_URL_MAX || !starts(s, "data:image/"))
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t n = 11 + strlen(types[i]);
        struct str rest = { s.p + n, s.n > n ? s.n - n : 0 };
        if (s.n > n && strncasecmp(s.p + 11, types[i], n - 11) == 0 && starts(rest, ";base64,"))
            begin = n + 8;
    }
    for (size_t i = begin; begin > 0 && i < s.n; i++)
        if (!is_base64(s.p[i]))
            return false;
    return begin > 0;
}

enum sanitise_image sanitise_image(struct str url, struct buf *scratch, struct str *out)
{
    *out = address(url, scratch);
    if (is_web(*out))
        return IMAGE_REMOTE;
    if (starts(*out, "cid:")) {
        *out = (struct str) { out->p + 4, out->n - 4 };
        return IMAGE_CID;
    }
    return is_data(*out) ? IMAGE_DATA : IMAGE_NONE;
}
