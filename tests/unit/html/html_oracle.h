#ifndef DESKD_TESTS_HTML_ORACLE_H /* tests/unit/html/html_oracle.h - is this safe? for unit tests  \
                                     and fuzzing */
#define DESKD_TESTS_HTML_ORACLE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "html/safe_html.h"
#include "html/tokenizer.h"

#include <string.h>
#include <strings.h>

#define ORACLE_DEPTH 200

/* Lists of its own: a slip in the sanitiser's list must not excuse itself. */
static const char oracle_elements[] = " a abbr acronym address article aside b bdi bdo big "
                                      "blockquote br caption center cite code col "
                                      "colgroup dd del dfn div dl dt em figcaption figure font "
                                      "footer h1 h2 h3 h4 h5 h6 header hr i img "
                                      "ins kbd li main mark ol p pre q s samp section small span "
                                      "strike strong sub sup table tbody td "
                                      "tfoot th thead time tr tt u ul var wbr ";
static const char oracle_void[] = " br col hr img wbr ";
static const char oracle_attributes[] =
    " align alt bgcolor border cellpadding cellspacing color colspan data-cid data-src dir face "
    "height href hspace lang noshade nowrap rel rowspan size span src start style target title "
    "type "
    "valign value vspace width ";

static inline bool oracle_has(const char *list, struct str word)
{
    char padded[64];
    if (word.n + 3 > sizeof(padded) || memchr(word.p, ' ', word.n) != NULL)
        return false;
    padded[0] = ' ';
    memcpy(padded + 1, word.p, word.n);
    padded[word.n + 1] = ' ';
    padded[word.n + 2] = '\0';
    return strstr(list, padded) != NULL;
}

static inline bool oracle_is(struct str s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static inline bool oracle_starts(struct str s, const char *prefix)
{
    return s.n >= strlen(prefix) && strncasecmp(s.p, prefix, strlen(prefix)) == 0;
}

static inline bool oracle_is_web(struct str s)
{
    return oracle_starts(s, "http://") || oracle_starts(s, "https://");
}

static inline bool oracle_is_style(struct str s)
{
    static const char *const never[] = { "url",      "expression", "var(",   "\\",    "/*",
                                         "@",        "{",          "<",      "image", "attr(",
                                         "position", "behavior",   "calc(",  "//",    "binding",
                                         "content",  "display",    "import", "env(" };
    char low[2048];
    if (s.n >= sizeof(low))
        return true; /* longer ones are in the hands of the shorter */
    for (size_t i = 0; i < s.n; i++)
        low[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    low[s.n] = '\0';
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        const char *at = strstr(low, never[i]);
        if (at == NULL)
            continue;
        bool is_word = never[i][0] >= 'a' && never[i][0] <= 'z' && strchr(never[i], '(') == NULL;
        const char *after = at + strlen(never[i]);
        if (!is_word || *after == '(' || *after == ':')
            return false;
    }
    return true;
}

static inline const char *oracle_attribute(const struct html_attr *a, bool shows_remote)
{
    if (!oracle_has(oracle_attributes, a->name))
        return "an attribute that is not on the list";
    for (size_t i = 0; i < a->value.n; i++)
        if ((unsigned char)a->value.p[i] < 0x20 && a->value.p[i] != '\n' && a->value.p[i] != '\t')
            return "a control character in an attribute";
    if (oracle_is(a->name, "href") && !oracle_is_web(a->value) &&
        !oracle_starts(a->value, "mailto:") && !oracle_starts(a->value, "tel:"))
        return "a link elsewhere";
    if (oracle_is(a->name, "data-src") && (!oracle_is_web(a->value) || shows_remote))
        return "a waiting image of another kind";
    if (oracle_is(a->name, "src") && !oracle_starts(a->value, "data:image/") &&
        !oracle_starts(a->value, "/part/") && !(shows_remote && oracle_is_web(a->value)))
        return "an image from elsewhere";
    if (oracle_is(a->name, "style") && !oracle_is_style(a->value))
        return "a style that is not on the list";
    return NULL;
}

static inline const char *oracle_start(const struct html_token *t, bool shows_remote)
{
    bool has_rel = false, has_target = false;
    if (!oracle_has(oracle_elements, t->text))
        return "an element that is not on the list";
    for (size_t i = 0; i < t->attrs_n; i++) {
        const struct html_attr *a = &t->attrs[i];
        const char *wrong = oracle_attribute(a, shows_remote);
        if (wrong != NULL)
            return wrong;
        has_rel = has_rel || (oracle_is(a->name, "rel") &&
                              oracle_is(a->value, "noopener noreferrer nofollow"));
        has_target = has_target || (oracle_is(a->name, "target") && oracle_is(a->value, "_blank"));
    }
    if (oracle_is(t->text, "a") && !(has_rel && has_target))
        return "a link without rel and target";
    return t->self_closing ? "a slash in a tag" : NULL;
}

/* Reads the very bytes of markup: no < or quote but our own. */
static inline const char *oracle_bytes(const char *p, size_t n)
{
    bool is_tag = false, is_quoted = false;
    for (size_t i = 0; i < n; i++) {
        bool is_letter = i + 1 < n && (p[i + 1] == '/' || (p[i + 1] >= 'a' && p[i + 1] <= 'z'));
        if (p[i] == '<' && (is_tag || !is_letter))
            return "a < in text or in a tag";
        if (p[i] == '>' && (!is_tag || is_quoted))
            return "a > in text or in a value";
        if (p[i] == '=' && is_tag && !is_quoted && (i + 1 == n || p[i + 1] != '"'))
            return "a value without quotes";
        if (p[i] == '"' && is_tag)
            is_quoted = !is_quoted;
        if (p[i] == '<' || (p[i] == '>' && is_tag))
            is_tag = p[i] == '<';
    }
    return is_tag ? "an open tag at the end" : NULL;
}

/* NULL, or what is wrong with output of the sanitiser. cid addresses must have become /part/... */
static inline const char *html_oracle_check(struct arena *a, const char *p, size_t n,
                                            const struct sanitise_options *options)
{
    struct html_tokenizer *t = arena_alloc(a, sizeof(*t));
    struct html_token token;
    char stack[ORACLE_DEPTH][16];
    size_t depth = 0;
    const char *wrong = str_is_utf8(p, n) ? oracle_bytes(p, n) : "no UTF-8";
    html_tokenizer_init(t, a, p, n);
    while (wrong == NULL && html_token_next(t, &token)) {
        if (token.type == HTML_COMMENT || token.type == HTML_DOCTYPE)
            return "a comment or a doctype";
        if (token.type == HTML_START) {
            wrong = oracle_start(&token, options != NULL && options->allow_remote_images);
            if (wrong != NULL || oracle_has(oracle_void, token.text))
                continue;
            if (depth == ORACLE_DEPTH)
                return "too deep";
            memcpy(stack[depth], token.text.p, token.text.n);
            stack[depth++][token.text.n] = '\0';
        } else if (token.type == HTML_END &&
                   (depth == 0 || !oracle_is(token.text, stack[--depth]))) {
            return "an end tag without its start";
        }
    }
    return wrong != NULL ? wrong : depth > 0 ? "an element that stays open" : NULL;
}

/* Sanitises, and says in *wrong what is wrong with the output (NULL: nothing). */
static inline struct safe_html html_oracle(struct arena *a, const char *in, size_t n,
                                           const struct sanitise_options *options,
                                           const char **wrong)
{
    struct safe_html once = html_sanitise(a, in, n, options, NULL);
    struct safe_html twice = html_sanitise(a, once.p, once.n, options, NULL);
    *wrong = html_oracle_check(a, once.p, once.n, options);
    if (*wrong == NULL && (once.n != twice.n || memcmp(once.p, twice.p, once.n) != 0))
        *wrong = arena_printf(a, "no fixed point; then: %.2000s", twice.p);
    if (*wrong == NULL && once.n > SANITISE_MAX_BYTES)
        *wrong = "longer than the limit";
    return once;
}
#endif
