#ifndef DESKD_TEMPLATE_CONTEXT_H /* modules/html/template_context.h - where in the HTML a          \
                                    template's tag stands */
#define DESKD_TEMPLATE_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The states of an HTML tokenizer, as many as are needed to know how a value must be escaped. */
enum html_state {
    HTML_PLAIN, /* not HTML at all: nothing is tracked */
    HTML_TEXT,
    HTML_LT,       /* < */
    HTML_LT_SLASH, /* </ */
    HTML_LT_BANG,  /* <! and what may become <!-- */
    HTML_TAG_NAME,
    HTML_END_TAG,
    HTML_TAG,       /* between attributes */
    HTML_ATTR_NAME, /* and behind it, before = */
    HTML_ATTR_AFTER_NAME,
    HTML_ATTR_EQUALS,
    HTML_ATTR_DOUBLE,
    HTML_ATTR_SINGLE,
    HTML_ATTR_UNQUOTED,
    HTML_COMMENT,
    HTML_DOCTYPE,
    HTML_RCDATA,    /* <title>, <textarea>: text without markup */
    HTML_RAW,       /* <script>, <style>, ... */
    HTML_END_OF_RAW /* "<", "</" or "</nam" inside one of the two above */
};

enum html_attr { HTML_ATTR_PLAIN, HTML_ATTR_URL, HTML_ATTR_FORBIDDEN };

enum html_url {
    HTML_URL_START,
    HTML_URL_SCHEME,      /* letters that may become a scheme */
    HTML_URL_AFTER_VALUE, /* a value came, and nothing since that ends a scheme */
    HTML_URL_LATER,
    HTML_URL_MAILTO,
    HTML_URL_FORBIDDEN /* a scheme that values must not follow */
};

enum html_element { HTML_ELEMENT_NORMAL, HTML_ELEMENT_RCDATA, HTML_ELEMENT_RAW };

#define HTML_NAME_MAX 15

struct html_context {
    enum html_state state;
    enum html_attr attr;
    enum html_url url;
    enum html_element element;
    uint8_t dashes;  /* of a comment's end or start */
    uint8_t matched; /* of "</name" in HTML_END_OF_RAW */
    uint8_t name_n, attr_n;
    uint8_t scheme_n;             /* after a value: of a character reference that has begun */
    char name[HTML_NAME_MAX + 1]; /* of the element whose tag or raw content this is */
    char attr_name[HTML_NAME_MAX + 1];
    char scheme[HTML_NAME_MAX + 1];
};

struct html_context html_context_start(bool is_html);
/* Reads static text. NULL, or why it must not stand there. */
const char *html_context_feed(struct html_context *c, const char *p, size_t n);
/* The static text is over for now. True: it ended within the name of a tag or attribute, and needs
 * a space, so that what comes next does not prolong that name. */
bool html_context_pause(struct html_context *c);

enum escape_kind {
    ESCAPE_UNKNOWN, /* not decided yet */
    ESCAPE_NONE,
    ESCAPE_HTML,
    ESCAPE_RAW, /* {{{name}}} between tags: struct safe_html as it is, all else escaped */
    ESCAPE_URL,
    ESCAPE_URL_PART,
    ESCAPE_MAILTO
};

/* How a value that stands here is escaped; the context moves behind it. NULL, or why it must not.
 */
const char *html_context_value(struct html_context *c, enum escape_kind *escape);
/* Where a constant address (an asset) stands here: as above, without the check of its scheme. */
const char *html_context_asset(struct html_context *c);
/* Whether partials, parents and unescaped HTML may stand here. */
bool html_context_is_between_tags(const struct html_context *c);
/* NULL, or why no section and no block may begin here. */
const char *html_context_branch(const struct html_context *c);
/* Joins the ends of two ways through the template into *c; false: they are different places. */
bool html_context_join(struct html_context *c, const struct html_context *other);
/* Equal for places in which the same template text means the same. */
uint32_t html_context_key(const struct html_context *c);
/* For messages: "text", "a quoted attribute", ... */
const char *html_context_place(const struct html_context *c);
#endif
