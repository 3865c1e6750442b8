#include "html/template_context.h" /* an HTML tokenizer for the static text of templates */

#include <string.h>

/* Raw text to a browser: it reads no character references there. */
static const char *const raw_elements[] = { "script",  "style",    "xmp",      "iframe",
                                            "noembed", "noframes", "plaintext" };
static const char *const rcdata_elements[] = { "title", "textarea" };
static const char *const url_attributes[] = { "href",       "src",      "action",     "formaction",
                                              "poster",     "cite",     "background", "data",
                                              "xlink:href", "manifest", "longdesc" };
/* Code, or lists of addresses. */
static const char *const forbidden_attributes[] = { "style",       "srcset", "srcdoc",
                                                    "imagesrcset", "ping",   "archive" };
/* Elements that run what they load. */
static const char *const running_elements[] = { "script", "object", "embed", "base" };
static const char *const schemes[] = { "http", "https", "tel" };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_in(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s, list[i]) == 0)
            return true;
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Appends to a name; what is too long for any name of ours ends cut. */
static void append(char *name, uint8_t *n, char c)
{
    if (*n < HTML_NAME_MAX)
        name[(*n)++] = lower(c);
    name[*n] = '\0';
}

struct html_context html_context_start(bool is_html)
{
    return (struct html_context) { .state = is_html ? HTML_TEXT : HTML_PLAIN };
}

static void begin_tag(struct html_context *c, char first)
{
    c->state = HTML_TAG_NAME;
    c->name_n = 0;
    append(c->name, &c->name_n, first);
}

static void end_tag_name(struct html_context *c)
{
    c->element = HTML_ELEMENT_NORMAL;
    if (is_in(c->name, raw_elements, COUNT(raw_elements)))
        c->element = HTML_ELEMENT_RAW;
    else if (is_in(c->name, rcdata_elements, COUNT(rcdata_elements)))
        c->element = HTML_ELEMENT_RCDATA;
    c->state = HTML_TAG;
}

static void end_tag(struct html_context *c)
{
    static const enum html_state inside[] = { [HTML_ELEMENT_NORMAL] = HTML_TEXT,
                                              [HTML_ELEMENT_RCDATA] = HTML_RCDATA,
                                              [HTML_ELEMENT_RAW] = HTML_RAW };
    c->state = inside[c->element];
    if (c->state == HTML_TEXT)
        c->name_n = 0;
}

static void begin_attr(struct html_context *c, char first)
{
    c->state = HTML_ATTR_NAME;
    c->attr_n = 0;
    append(c->attr_name, &c->attr_n, first);
}

static enum html_attr attr_kind(const struct html_context *c)
{
    if (strncmp(c->attr_name, "on", 2) == 0 ||
        is_in(c->attr_name, forbidden_attributes, COUNT(forbidden_attributes)))
        return HTML_ATTR_FORBIDDEN;
    if (!is_in(c->attr_name, url_attributes, COUNT(url_attributes)))
        return HTML_ATTR_PLAIN;
    return is_in(c->name, running_elements, COUNT(running_elements)) ? HTML_ATTR_FORBIDDEN
                                                                     : HTML_ATTR_URL;
}

static void begin_value(struct html_context *c, enum html_state state)
{
    c->state = state;
    c->attr = attr_kind(c);
    c->url = HTML_URL_START;
    c->scheme_n = 0;
}

static void end_scheme(struct html_context *c)
{
    if (strcmp(c->scheme, "mailto") == 0)
        c->url = HTML_URL_MAILTO;
    else
        c->url = is_in(c->scheme, schemes, COUNT(schemes)) ? HTML_URL_LATER : HTML_URL_FORBIDDEN;
}

/* Behind a value that may be "javascript": a colon would make it a scheme, and so would a character
 * reference; of those only &amp; is let through. */
static const char *feed_after_value(struct html_context *c, char ch)
{
    if (c->scheme_n == 0 && ch == ':')
        return "a value must not make up the scheme of an address";
    if (c->scheme_n == 0 && ch != '&')
        return NULL;
    append(c->scheme, &c->scheme_n, ch);
    if (strncmp(c->scheme, "&amp;", c->scheme_n) != 0)
        return "only &amp; may follow a value here";
    if (ch == ';')
        c->url = HTML_URL_LATER;
    return NULL;
}

static const char *feed_url(struct html_context *c, char ch)
{
    if (c->url > HTML_URL_AFTER_VALUE || (unsigned char)ch <= ' ')
        return NULL; /* browsers drop white space in a scheme */
    if (strchr("/?#", ch) != NULL) {
        c->url = HTML_URL_LATER;
    } else if (c->url == HTML_URL_AFTER_VALUE) {
        return feed_after_value(c, ch);
    } else if (ch == ':') {
        end_scheme(c);
    } else if (ch == '&') {
        c->url = HTML_URL_FORBIDDEN; /* a character reference may be a colon */
    } else {
        c->url = HTML_URL_SCHEME;
        append(c->scheme, &c->scheme_n, ch);
    }
    return NULL;
}

static const char *feed_value(struct html_context *c, char ch)
{
    if ((c->state == HTML_ATTR_DOUBLE && ch == '"') || (c->state == HTML_ATTR_SINGLE && ch == '\''))
        c->state = HTML_TAG;
    else if (c->state == HTML_ATTR_UNQUOTED && is_space(ch))
        c->state = HTML_TAG;
    else if (c->state == HTML_ATTR_UNQUOTED && ch == '>')
        end_tag(c);
    else if (c->attr == HTML_ATTR_URL)
        return feed_url(c, ch);
    return NULL;
}

static const char *feed_tag(struct html_context *c, char ch)
{
    if (c->state == HTML_TAG_NAME) {
        if (!is_space(ch) && ch != '>' && ch != '/') {
            append(c->name, &c->name_n, ch);
            return NULL;
        }
        end_tag_name(c);
    }
    if (ch == '>')
        end_tag(c);
    else if (strchr("=\"'<`", ch) != NULL && ch != '\0')
        return "an attribute's name does not begin so";
    else if (!is_space(ch) && ch != '/')
        begin_attr(c, ch);
    return NULL;
}

static void feed_attr(struct html_context *c, char ch)
{
    if (ch == '>')
        end_tag(c);
    else if (ch == '/')
        c->state = HTML_TAG;
    else if (c->state == HTML_ATTR_EQUALS) {
        if (ch == '"' || ch == '\'')
            begin_value(c, ch == '"' ? HTML_ATTR_DOUBLE : HTML_ATTR_SINGLE);
        else if (!is_space(ch))
            begin_value(c, HTML_ATTR_UNQUOTED);
    } else if (ch == '=')
        c->state = HTML_ATTR_EQUALS;
    else if (is_space(ch))
        c->state = HTML_ATTR_AFTER_NAME;
    else if (c->state == HTML_ATTR_AFTER_NAME)
        begin_attr(c, ch);
    else
        append(c->attr_name, &c->attr_n, ch);
}

/* Text, and what follows a "<" in it. */
static const char *feed_text(struct html_context *c, char ch)
{
    if (c->state == HTML_LT && is_letter(ch))
        begin_tag(c, ch);
    else if (c->state == HTML_LT && ch == '/')
        c->state = HTML_LT_SLASH;
    else if (c->state == HTML_LT && (ch == '!' || ch == '?')) {
        c->state = ch == '!' ? HTML_LT_BANG : HTML_DOCTYPE;
        c->dashes = 0;
    } else if (c->state == HTML_LT_SLASH && ch != '>')
        c->state = is_letter(ch) ? HTML_END_TAG : HTML_DOCTYPE;
    else
        c->state = ch == '<' ? HTML_LT : HTML_TEXT;
    return NULL;
}

static const char *feed_declaration(struct html_context *c, char ch)
{
    if (c->state == HTML_LT_BANG) {
        if (ch == '[')
            return "a CDATA section has no place in a template";
        if (ch == '-' && ++c->dashes == 2)
            c->state = HTML_COMMENT; /* <!--> and <!---> end at once: two dashes count already */
        else if (ch != '-')
            c->state = ch == '>' ? HTML_TEXT : HTML_DOCTYPE;
    } else if (c->state == HTML_COMMENT) {
        if (ch == '>' && c->dashes >= 2)
            c->state = HTML_TEXT;
        else if (ch == '!' && c->dashes >= 2)
            return "a comment ends with \"-->\", nothing else";
        c->dashes = ch == '-' ? (uint8_t)(c->dashes < 2 ? c->dashes + 1 : 2) : 0;
    } else if (ch == '>') {
        c->state = HTML_TEXT;
    } else if (c->state == HTML_END_TAG && (ch == '=' || ch == '"' || ch == '\'')) {
        return "an end tag has no attributes";
    }
    return NULL;
}

static void back_to_raw(struct html_context *c, char ch)
{
    c->state = c->element == HTML_ELEMENT_RAW ? HTML_RAW : HTML_RCDATA;
    if (ch == '<') {
        c->state = HTML_END_OF_RAW;
        c->matched = 1;
    }
}

/* <script>, <style>, <title>, <textarea> ... up to their own end tag. */
static const char *feed_raw(struct html_context *c, char ch)
{
    if (c->state != HTML_END_OF_RAW) {
        back_to_raw(c, ch);
        return NULL;
    }
    if (c->matched == 1 && ch != '/') {
        /* In <svg> these elements hold markup; in <script> "<!--" changes what ends it. */
        if (is_letter(ch) && c->element == HTML_ELEMENT_RCDATA)
            return "markup inside <title> or <textarea>";
        if (ch == '!')
            return "\"<!\" inside <script>, <style>, <title> or <textarea>";
        back_to_raw(c, ch);
        return NULL;
    }
    uint8_t at = (uint8_t)(c->matched - 2);
    if (c->matched == 1 || (at < c->name_n && lower(ch) == c->name[at])) {
        c->matched++;
    } else if (c->matched >= 2 && at == c->name_n && (is_space(ch) || ch == '>' || ch == '/')) {
        c->element = HTML_ELEMENT_NORMAL;
        c->state = ch == '>' ? HTML_TEXT : HTML_END_TAG;
    } else {
        back_to_raw(c, ch);
    }
    return NULL;
}

static const char *feed_char(struct html_context *c, char ch)
{
    switch (c->state) {
    case HTML_PLAIN:
        return NULL;
    case HTML_TEXT:
    case HTML_LT:
    case HTML_LT_SLASH:
        return feed_text(c, ch);
    case HTML_LT_BANG:
    case HTML_COMMENT:
    case HTML_DOCTYPE:
    case HTML_END_TAG:
        return feed_declaration(c, ch);
    case HTML_TAG_NAME:
    case HTML_TAG:
        return feed_tag(c, ch);
    case HTML_ATTR_NAME:
    case HTML_ATTR_AFTER_NAME:
    case HTML_ATTR_EQUALS:
        feed_attr(c, ch);
        return NULL;
    case HTML_ATTR_DOUBLE:
    case HTML_ATTR_SINGLE:
    case HTML_ATTR_UNQUOTED:
        return feed_value(c, ch);
    case HTML_RCDATA:
    case HTML_RAW:
    case HTML_END_OF_RAW:
        return feed_raw(c, ch);
    }
    return NULL;
}

bool html_context_pause(struct html_context *c)
{
    bool is_in_name = c->state == HTML_TAG_NAME || c->state == HTML_ATTR_NAME;
    if (is_in_name)
        (void)feed_char(c, ' ');
    if (c->state == HTML_ATTR_AFTER_NAME)
        c->state = HTML_TAG;
    return is_in_name;
}

const char *html_context_feed(struct html_context *c, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *reason = feed_char(c, p[i]);
        if (reason != NULL)
            return reason;
    }
    return NULL;
}
