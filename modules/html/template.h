#ifndef DESKD_HTML_TEMPLATE_H /* modules/html/template.h - Mustache templates, compiled once       \
                                 (mustache/spec 1.4) */
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
 *   {{"Assign to me"}}                                   a text in the reader's language; {name} in
 * it
 *   {{"Hello {name}, welcome"}}                          is replaced by that value, escaped
 *   {{"{n} ticket"|"{n} tickets"|n}}                     the same with a plural, chosen by value n
 *   {{asset "app.css"}}                                  the address of a static file, with its
 * hash
 *
 * False for a section are: absent, NULL, false, 0, an empty text, an empty list. In a list of plain
 * values each row has one value named "."; {{.}} shows it.
 *
 * What surrounds a tag decides how it is escaped, at compile time: text, a quoted attribute, a URL
 * attribute (href, src, action, formaction, poster, ...: only http, https, mailto, or an address
 * without a scheme, may begin there; later in the address a value is one percent-encoded
 * component).
 * {{{name}}} and {{&name}} take only struct safe_html (text given there is escaped) and stand only
 * between tags. A tag inside <script>, <style>, an on* or style attribute, an unquoted attribute, a
 * tag name or a comment does not compile; nor does a section or block that ends in another place of
 * the HTML than it began. Partials and parents stand between tags only.
 */
struct template_set;

/* Compiles every *.html and *.txt below dir (name: path without dir and without ".html"; .txt keeps
 * its ending and is not escaped: mail). A .txt template may name its partials without ".txt"; html
 * and txt do not mix. locales: the languages whose words are looked up now ("en" first), ends with
 * NULL. static_dir: where asset files are (their hashes), or NULL. Fails with "file:line:column:
 * reason". */
int template_set_load(struct template_set **out, const char *dir, const char *static_dir,
                      const char *const *locales, struct err *err);
/* The same with folders of others, whose templates are named PREFIX/...: what of theirs does not
 * compile is told to report and shows nothing. domain: the catalogue of their words (words_add).
 * Their static files (below static_dir, or NULL) are named PREFIX/... too, and asked for at
 * address/... Ends with an empty prefix. */
struct template_root {
    const char *prefix, *dir, *domain;
    const char *static_dir, *address;
};
typedef void template_report_fn(void *data, const char *message);
int template_set_load_all(struct template_set **out, const char *dir, const char *static_dir,
                          const struct template_root *roots, const char *const *locales,
                          template_report_fn *report, void *data, struct err *err);
void template_set_free(struct template_set **set);

/* Names of files, with a space behind each, that must be among the templates: ERR_INVALID names one
 * that is not. */
int template_set_need(const struct template_set *set, const char *files, struct err *err);
/* Compiles everything below dir as template_set_load does and tells report the first error of each
 * file. Returns how many files have one, or -1 with err where dir could not be read. */
int template_set_check(const char *dir, const char *static_dir, template_report_fn *report,
                       void *data, struct err *err);

/* Calls fn for every text in the set's templates, by file and line (plural is NULL for most). */
typedef void template_word_fn(void *data, const char *file, unsigned line, const char *msgid,
                              const char *plural);
void template_words(const struct template_set *set, template_word_fn *fn, void *data);

/* Renders template name with v in locale (one of the set's; others fall back to the first). When it
 * fails, out is as it was. */
int template_render(const struct template_set *set, const char *name, const char *locale,
                    struct view *v, struct buf *out, struct err *err);

/* Compiles and renders a text that is not in a file (previews, tenants' own texts, tests). Partials
 * come from set (NULL: none, and naming one gives nothing). is_html 0: no escaping. Work and output
 * are bounded: such a text may come from a stranger. */
int template_render_text(const struct template_set *set, const char *text, size_t n, int is_html,
                         const char *locale, struct view *v, struct buf *out, struct err *err);

/* Address of a static file: "/static/app-0123456789ab.css"; without the hash where the set does not
 * know the file, and NULL then if set is NULL. */
const char *template_asset(const struct template_set *set, const char *name);
/* The static file of the set that has this address; NULL: none. */
const char *template_asset_at(const struct template_set *set, const char *address);
#endif
