#include "plugin/manifest_private.h" /* libxml2: text to tree, and the grammar */

#include "base/arena.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <string.h>

#define FILE_MAX ((size_t)64 * 1024)

/* Where the file is is known to the build only. */
#ifdef DESKD_PLUGIN_RNG
EMBED(plugin_rng, DESKD_PLUGIN_RNG);
#else
static const char plugin_rng[1];
#endif

static void free_tree(void *data)
{
    xmlFreeDoc(data);
}

static void free_parser(void *data)
{
    xmlFreeParserCtxt(data);
}

/* Entities, and what lies elsewhere, can only be named in a document type. */
static void refuse_doctype(void *data, const xmlChar *name, const xmlChar *external,
                           const xmlChar *system)
{
    xmlParserCtxt *parser = data;
    (void)name;
    (void)external;
    (void)system;
    parser->_private = parser;
    xmlStopParser(parser);
}

static int refused_text(xmlParserCtxt *parser, struct err *err)
{
    const xmlError *e = xmlCtxtGetLastError(parser);
    if (parser->_private != NULL)
        return err_set(err, ERR_INVALID, "plugin.xml has a document type; that is not allowed");
    if (e == NULL || e->message == NULL)
        return err_set(err, ERR_INVALID, "plugin.xml is not XML");
    return err_set(err, ERR_INVALID, "plugin.xml, line %d: %.*s", e->line,
                   (int)strcspn(e->message, "\n"), e->message);
}

static int parse(struct arena *a, const char *text, size_t n, xmlDoc **out, struct err *err)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                        XML_PARSE_NOCDATA | XML_PARSE_COMPACT;
    xmlParserCtxt *parser = xmlNewParserCtxt();
    if (parser == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for plugin.xml");
    arena_cleanup(a, free_parser, parser);
    parser->sax->internalSubset = refuse_doctype;
    *out = xmlCtxtReadMemory(parser, text, (int)n, "plugin.xml", NULL, options);
    if (*out != NULL)
        arena_cleanup(a, free_tree, *out);
    if (*out == NULL || parser->_private != NULL)
        return refused_text(parser, err);
    return 0;
}

struct complaint {
    struct arena *arena;
    const char *text;
    bool has_line;
};

/* The first that knows its line says most. */
static void hear(void *data, xmlError *e)
{
    struct complaint *c = data;
    if (e->message == NULL || c->has_line)
        return;
    c->has_line = e->line > 0;
    c->text = arena_printf(c->arena, "line %d: %.*s", e->line, (int)strcspn(e->message, "\n"),
                           e->message);
}

static void ignore(void *data, xmlError *e)
{
    (void)data;
    (void)e;
}

static xmlRelaxNG *grammar_new(void)
{
    const char *text = plugin_rng;
    xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewMemParserCtxt(text, (int)strlen(text));
    if (parser == NULL)
        return NULL;
    xmlRelaxNGSetParserStructuredErrors(parser, ignore, NULL);
    xmlRelaxNG *grammar = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    return grammar;
}

static const char *validate(struct arena *a, xmlRelaxNG *grammar, xmlDoc *doc)
{
    struct complaint c = { a, "", false };
    xmlRelaxNGValidCtxt *validator = xmlRelaxNGNewValidCtxt(grammar);
    if (validator == NULL)
        return "no memory for the grammar";
    xmlRelaxNGSetValidStructuredErrors(validator, hear, &c);
    if (xmlRelaxNGValidateDoc(validator, doc) != 0 && *c.text == '\0')
        c.text = "it does not follow plugin.rng";
    xmlRelaxNGFreeValidCtxt(validator);
    return c.text;
}

int manifest_tree(struct arena *a, const char *dir, xmlDoc **out, const char **grammar,
                  struct err *err)
{
    char *text;
    size_t n;
    if (file_read(a, arena_printf(a, "%s/plugin.xml", dir), FILE_MAX, &text, &n, err) < 0)
        return -1;
    if (!str_is_utf8(text, n))
        return err_set(err, ERR_INVALID, "plugin.xml is not UTF-8 text");
    if (parse(a, text, n, out, err) < 0)
        return -1;
    xmlRelaxNG *rules = grammar_new();
    if (rules == NULL)
        return err_set(err, ERR_INTERNAL, "plugin.rng cannot be read");
    *grammar = validate(a, rules, *out);
    xmlRelaxNGFree(rules);
    return 0;
}
