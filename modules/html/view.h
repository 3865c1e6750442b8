#ifndef DESKD_HTML_VIEW_H /* modules/html/view.h - what a template shows: names and values */
#define DESKD_HTML_VIEW_H
#include "html/safe_html.h"

#include <stdbool.h>
#include <stdint.h>
struct arena;

/* A view lives in its arena and borrows the strings given to it. Names are string literals. A NULL
 * text is an absent value; it hides an outer value of that name all the same. Setting a name twice
 * replaces the value. The name "." is the view's own value, {{.}}: for lists of plain values. */
struct view;

struct view *view_new(struct arena *a);
struct arena *view_arena(const struct view *v);
void view_text(struct view *v, const char *name, const char *text);
void view_i64(struct view *v, const char *name, int64_t i);
void view_bool(struct view *v, const char *name, bool b);
void view_html(struct view *v, const char *name, struct safe_html html);
/* A child view: {{#name}}...{{/name}} once, or {{name.inner}}. */
struct view *view_child(struct view *v, const char *name);
/* The same, for a view that exists already. */
void view_set(struct view *v, const char *name, struct view *child);
/* A list that is built row by row: view_row appends an empty row and returns it. An empty list is
 * false in a section. */
struct view_list *view_list(struct view *v, const char *name);
struct view *view_row(struct view_list *list);
/* A list that is pulled while the page is rendered: next fills row and returns 1, or 0 at the end.
 * It may be walked only once (a second section of it shows nothing); {{^name}} may be asked before
 * and after. The row is empty again at each call. */
typedef int view_next_fn(void *data, struct view *row);
void view_pull(struct view *v, const char *name, view_next_fn *next, void *data);
/* Names that v does not have are looked up in parent too (page frame, shared words). */
void view_inherit(struct view *v, struct view *parent);
#endif
