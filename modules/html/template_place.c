#include "html/template_context.h" /* what may stand at a place */

#include <string.h>

static const char *const places[] = {
    [HTML_PLAIN] = "plain text",
    [HTML_TEXT] = "text",
    [HTML_LT] = "a tag's name",
    [HTML_LT_SLASH] = "a tag's name",
    [HTML_LT_BANG] = "a comment or declaration",
    [HTML_TAG_NAME] = "a tag's name",
    [HTML_END_TAG] = "an end tag",
    [HTML_TAG] = "a tag, between attributes",
    [HTML_ATTR_NAME] = "an attribute's name",
    [HTML_ATTR_AFTER_NAME] = "a tag, between attributes",
    [HTML_ATTR_EQUALS] = "an unquoted attribute",
    [HTML_ATTR_DOUBLE] = "a quoted attribute",
    [HTML_ATTR_SINGLE] = "a quoted attribute",
    [HTML_ATTR_UNQUOTED] = "an unquoted attribute",
    [HTML_COMMENT] = "a comment",
    [HTML_DOCTYPE] = "a declaration",
    [HTML_RCDATA] = "<title> or <textarea>",
    [HTML_RAW] = "<script> or <style>",
    [HTML_END_OF_RAW] = "a tag's name",
};

const char *html_context_place(const struct html_context *c)
{
    return places[c->state];
}

bool html_context_is_between_tags(const struct html_context *c)
{
    return c->state == HTML_TEXT || c->state == HTML_PLAIN;
}

static bool is_quoted(const struct html_context *c)
{
    return c->state == HTML_ATTR_DOUBLE || c->state == HTML_ATTR_SINGLE;
}

static const char *const forbidden = "an attribute that holds code or loads it";

static const char *url_value(struct html_context *c, enum escape_kind *escape)
{
    if (c->url == HTML_URL_FORBIDDEN)
        return "an address whose scheme makes no value harmless";
    if (c->url == HTML_URL_AFTER_VALUE && c->scheme_n != 0)
        return "a character reference";
    *escape = ESCAPE_URL_PART;
    if (c->url == HTML_URL_LATER)
        return NULL;
    if (c->url == HTML_URL_MAILTO) {
        *escape = ESCAPE_MAILTO;
        return NULL;
    }
    if (c->url == HTML_URL_START)
        *escape = ESCAPE_URL;
    c->url = HTML_URL_AFTER_VALUE;
    c->scheme_n = 0;
    return NULL;
}

const char *html_context_value(struct html_context *c, enum escape_kind *escape)
{
    *escape = c->state == HTML_PLAIN ? ESCAPE_NONE : ESCAPE_HTML;
    if (c->state == HTML_PLAIN || c->state == HTML_TEXT || c->state == HTML_RCDATA)
        return NULL;
    if (!is_quoted(c))
        return places[c->state];
    if (c->attr == HTML_ATTR_FORBIDDEN)
        return forbidden;
    return c->attr == HTML_ATTR_URL ? url_value(c, escape) : NULL;
}

const char *html_context_asset(struct html_context *c)
{
    enum escape_kind ignored;
    if (!is_quoted(c))
        return html_context_value(c, &ignored);
    if (c->attr == HTML_ATTR_URL && c->url != HTML_URL_START)
        return "an address that has begun";
    c->url = HTML_URL_LATER;
    return NULL;
}

const char *html_context_branch(const struct html_context *c)
{
    if (is_quoted(c))
        return c->attr == HTML_ATTR_FORBIDDEN ? forbidden : NULL;
    bool is_fine = c->state == HTML_PLAIN || c->state == HTML_TEXT || c->state == HTML_TAG ||
                   c->state == HTML_RCDATA;
    return is_fine ? NULL : places[c->state];
}

static bool join_urls(struct html_context *c, const struct html_context *other)
{
    bool in_reference = (c->url == HTML_URL_AFTER_VALUE && c->scheme_n != 0) ||
                        (other->url == HTML_URL_AFTER_VALUE && other->scheme_n != 0);
    if (c->url == HTML_URL_FORBIDDEN || other->url == HTML_URL_FORBIDDEN) {
        c->url = HTML_URL_FORBIDDEN;
    } else if (c->url != other->url || c->url == HTML_URL_SCHEME) {
        c->url = HTML_URL_AFTER_VALUE; /* the strictest: either may be true */
        c->scheme_n = 0;
    }
    return !in_reference;
}

bool html_context_join(struct html_context *c, const struct html_context *other)
{
    if (c->state != other->state)
        return false;
    if (c->state == HTML_TEXT || c->state == HTML_PLAIN)
        return true;
    if (c->element != other->element || strcmp(c->name, other->name) != 0)
        return false;
    if (!is_quoted(c))
        return true;
    return c->attr == other->attr && join_urls(c, other);
}

uint32_t html_context_key(const struct html_context *c)
{
    uint32_t key = (uint32_t)c->state, name = 0;
    if (c->state == HTML_TEXT || c->state == HTML_PLAIN)
        return key;
    for (size_t i = 0; i < c->name_n; i++)
        name = name * 31U + (unsigned char)c->name[i];
    key |= (uint32_t)c->element << 5 | (name & 0xFFFFU) << 16;
    return is_quoted(c) ? key | (uint32_t)c->attr << 8 | (uint32_t)c->url << 10 : key;
}
