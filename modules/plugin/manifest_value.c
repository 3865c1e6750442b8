#include "plugin/manifest_private.h" /* attributes and texts of plugin.xml, and a sentence for each \
                                        that is wrong */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>
#include <string.h>

#define SMALL  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define LARGE  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What a value may begin with and go on with (NULL: anything), its lengths, how that is said. */
static const struct spelt {
    const char *first, *rest;
    size_t min, max;
    const char *says;
} spellings[] = {
    [SPELT_ID] = { SMALL, SMALL DIGITS "_", 2, PLUGIN_ID_MAX,
                   "2 to 24 small letters, digits and _, beginning with a letter" },
    [SPELT_VERSION] = { DIGITS, DIGITS ".", 3, 20, "numbers with dots between them" },
    [SPELT_WORD] = { SMALL, SMALL DIGITS "_", 1, 40,
                     "up to 40 small letters, digits and _, beginning with a letter" },
    [SPELT_LINE] = { NULL, NULL, 1, 240, "1 to 60 characters" },
    [SPELT_ANY] = { NULL, NULL, 0, 16000, "shorter" },
    [SPELT_NUMBER] = { "-" DIGITS, DIGITS, 1, 19, "a whole number" },
    [SPELT_YES_NO] = { SMALL, SMALL, 2, 3, "yes or no" },
    [SPELT_TABLE] = { "p", SMALL DIGITS "_", 5, 64, "p_ID_ and a name, up to 64 characters" },
    [SPELT_PATH] = { "/", SMALL LARGE DIGITS "/_.-", 0, 200, "empty or begin with /" },
    [SPELT_PERMISSION] = { SMALL, SMALL DIGITS "_.", 0, 80, "the name of a permission, or empty" },
    [SPELT_ICON] = { SMALL, SMALL DIGITS "-", 1, 40, "the name of an icon" },
    [SPELT_VALUE] = { SMALL LARGE DIGITS "_.-", SMALL LARGE DIGITS "_.-", 1, 60,
                      "1 to 60 letters, digits, _, . and -" },
};

int complain_at(struct reading *r, const xmlNode *node, const char *format, ...)
{
    char text[240];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set(r->err, ERR_INVALID, "plugin.xml, line %ld: %s", xmlGetLineNo(node), text);
}

static bool is_spelt(enum spelling spelling, const char *value)
{
    const struct spelt *s = &spellings[spelling];
    size_t n = strlen(value);
    if (spelling == SPELT_YES_NO)
        return str_is(value, "yes") || str_is(value, "no");
    if (n < s->min || n > s->max)
        return false;
    if (n == 0 || s->first == NULL)
        return true;
    return strchr(s->first, value[0]) != NULL && 1 + strspn(value + 1, s->rest) == n;
}

bool is_named(const xmlNode *node, const char *name)
{
    return str_is((const char *)node->name, name);
}

xmlNode *element_from(xmlNode *node, const char *name)
{
    while (node != NULL &&
           (node->type != XML_ELEMENT_NODE || (name != NULL && !is_named(node, name))))
        node = node->next;
    return node;
}

xmlNode *child_named(xmlNode *node, const char *name)
{
    return element_from(node->children, name);
}

int count_children(struct reading *r, xmlNode *node, const char *name, size_t max, size_t *out)
{
    *out = 0;
    if (node == NULL)
        return 0;
    for (xmlNode *c = child_named(node, name); c != NULL; c = element_from(c->next, name))
        if (++*out > max)
            return complain_at(r, c, "there are more than %zu <%s>", max, (const char *)c->name);
    return 0;
}

/* Both copies of libxml2's go back to it. */
static const char *take(struct arena *a, xmlChar *text)
{
    const char *copy = text == NULL ? NULL : arena_strdup(a, (const char *)text);
    xmlFree(text);
    return copy;
}

int read_attribute(struct reading *r, xmlNode *node, const char *name, enum spelling spelling,
                   const char *fallback, const char **out)
{
    const char *tag = (const char *)node->name;
    *out = take(r->arena, xmlGetNoNsProp(node, (const xmlChar *)name));
    if (*out == NULL && fallback == NULL)
        return complain_at(r, node, "<%.40s> needs %s=\"...\"", tag, name);
    if (*out == NULL)
        *out = fallback;
    else if (!is_spelt(spelling, *out))
        return complain_at(r, node, "%s=\"%.40s\" of <%.40s> must be %s", name, *out, tag,
                           spellings[spelling].says);
    return 0;
}

int read_number(struct reading *r, xmlNode *node, const char *name, int64_t fallback, int64_t *out)
{
    const char *text;
    if (read_attribute(r, node, name, SPELT_NUMBER, "", &text) < 0)
        return -1;
    *out = fallback;
    if (*text != '\0' && !str_i64(text, INT64_MIN, INT64_MAX, out))
        return complain_at(r, node, "%s=\"%.40s\" of <%.40s> is not a number that fits", name, text,
                           (const char *)node->name);
    return 0;
}

static size_t points(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += (*s & 0xC0) != 0x80;
    return n;
}

int read_text(struct reading *r, xmlNode *node, size_t max, const char **out)
{
    const char *tag = (const char *)node->name;
    for (const xmlNode *c = node->children; c != NULL; c = c->next)
        if (c->type == XML_ELEMENT_NODE)
            return complain_at(r, c, "<%.40s> holds text only, not <%.40s>", tag,
                               (const char *)c->name);
    const char *text = str_or(take(r->arena, xmlNodeGetContent(node)), "");
    *out = str_line(r->arena, text, strlen(text) + 1);
    if (**out == '\0')
        return complain_at(r, node, "<%.40s> is empty", tag);
    if (points(*out) > max)
        return complain_at(r, node, "<%.40s> is longer than %zu characters", tag, max);
    return 0;
}
