#ifndef DESKD_HTML_TEMPLATE_H /* modules/html/template.h - Mustache templates, compiled once (mustache/spec 1.4) */
#define DESKD_HTML_TEMPLATE_H
#include "html/view.h"

#include <stddef.h>
struct arena;
struct buf;
struct err;

/*
 * The language is Mustache (interpolation, sections, inverted sections, comments, partials, set
 * delimiters, inheritance, dynamic names; no lambdas), and two tags of ours for words:
 *
 *   {{"Assign to me"}}                                   a text in the reader's language; {name} in it
 *   {{"Hello {name}, welcome"}}                          is replaced by that value, escaped
 *   {{"{n} ticket"|"{n} tickets"|n}}                     the same with a plural, chosen by value n
 *   {{asset "app.css"}}                                  the address of a static file, with its hash
 *
 * What surrounds a tag decides how it is escaped, at compile time: text, a quoted attribute, a URL
 * attribute (href, src, action, formaction, poster: only http, https, mailto, or an address without a
 * scheme, may begin there). {{{name}}} and {{&name}} take only struct safe_html (text given there is
 * escaped). A tag inside <script>, <style>, an on* or style attribute, an unquoted attribute, a tag name
 * or a comment does not compile.
 */
struct template_set;

/* Compiles every *.html and *.txt below dir (name: path without dir and without ".html"; .txt keeps its
 * ending and is not escaped: mail). locales: the languages whose words are looked up now ("en" first),
 * ends with NULL. static_dir: where asset files are (their hashes), or NULL. Fails with
 * "file:line:column: reason". */
int template_set_load(struct template_set **out, const char *dir, const char *static_dir,
                      const char *const *locales, struct err *err);
void template_set_free(struct template_set **set);

/* Renders template name with v in locale (one of the set's; others fall back to the first). */
int template_render(const struct template_set *set, const char *name, const char *locale,
                    struct view *v, struct buf *out, struct err *err);

/* Compiles and renders a text that is not in a file (previews, tenants' own texts, tests). Partials come
 * from set (NULL: none). is_html 0: no escaping. */
int template_render_text(const struct template_set *set, const char *text, size_t n, int is_html,
                         const char *locale, struct view *v, struct buf *out, struct err *err);

/* Address of a static file: "/static/app-0123456789ab.css". */
const char *template_asset(const struct template_set *set, const char *name);
#endif
