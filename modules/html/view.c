#include "html/view_private.h"

#include "base/arena.h"

#define FIRST_CAP 8U

static struct view *view_sized(struct arena *a, uint32_t cap)
{
    struct view *v = arena_alloc(a, sizeof(*v));
    *v = (struct view) { .arena = a, .cap = cap };
    v->entries = arena_alloc(a, cap * sizeof(v->entries[0]));
    v->hashes = arena_alloc(a, cap * sizeof(v->hashes[0]));
    return v;
}

struct view *view_new(struct arena *a)
{
    return view_sized(a, FIRST_CAP);
}

struct arena *view_arena(const struct view *v)
{
    return v->arena;
}

static void grow(struct view *v)
{
    uint32_t cap = v->cap * 2;
    struct view_entry *entries = arena_array(v->arena, cap, sizeof(entries[0]));
    uint32_t *hashes = arena_array(v->arena, cap, sizeof(hashes[0]));
    memcpy(entries, v->entries, v->n * sizeof(entries[0]));
    memcpy(hashes, v->hashes, v->n * sizeof(hashes[0]));
    v->entries = entries;
    v->hashes = hashes;
    v->cap = cap;
}

/* The next name is the one that the row before has at this place: it is known to be another than
 * those before it. */
static struct value *slot_like(struct view *v)
{
    if (v->n == v->cap)
        grow(v);
    v->hashes[v->n] = v->like->hashes[v->n];
    v->entries[v->n].name = v->like->entries[v->n].name;
    return &v->entries[v->n++].value;
}

/* Where the value of name goes: its old place, or a new one. */
static struct value *slot(struct view *v, const char *name)
{
    if (v->like != NULL && v->n < v->like->n && v->like->entries[v->n].name == name)
        return slot_like(v);
    v->like = NULL; /* from here on the names are its own */
    uint32_t hash = view_hash(name, strlen(name));
    for (uint32_t i = 0; i < v->n; i++) {
        if (v->hashes[i] == hash && strcmp(v->entries[i].name, name) == 0)
            return &v->entries[i].value;
    }
    if (v->n == v->cap)
        grow(v);
    v->hashes[v->n] = hash;
    v->entries[v->n].name = name;
    return &v->entries[v->n++].value;
}

void view_text(struct view *v, const char *name, const char *text)
{
    struct value *value = slot(v, name);
    *value = (struct value) { .kind = text == NULL ? VALUE_NONE : VALUE_TEXT };
    if (text != NULL) {
        value->u.text.p = text;
        value->u.text.n = strlen(text);
    }
}

void view_i64(struct view *v, const char *name, int64_t i)
{
    *slot(v, name) = (struct value) { .kind = VALUE_I64, .u.i64 = i };
}

void view_bool(struct view *v, const char *name, bool b)
{
    *slot(v, name) = (struct value) { .kind = VALUE_BOOL, .u.is_true = b };
}

void view_html(struct view *v, const char *name, struct safe_html html)
{
    struct value *value = slot(v, name);
    *value = (struct value) { .kind = html.p == NULL ? VALUE_NONE : VALUE_HTML };
    if (html.p != NULL) {
        value->u.text.p = html.p;
        value->u.text.n = html.n;
    }
}

struct view *view_child(struct view *v, const char *name)
{
    struct view *child = view_new(v->arena);
    view_set(v, name, child);
    return child;
}

void view_set(struct view *v, const char *name, struct view *child)
{
    *slot(v, name) = (struct value) { .kind = child == NULL ? VALUE_NONE : VALUE_VIEW,
                                      .u.view = child };
}

struct view_list *view_list(struct view *v, const char *name)
{
    struct view_list *list = arena_alloc(v->arena, sizeof(*list));
    *list = (struct view_list) { .arena = v->arena };
    *slot(v, name) = (struct value) { .kind = VALUE_LIST, .u.list = list };
    return list;
}

struct view *view_row(struct view_list *list)
{
    /* Rows of one list have the same names, so the last row tells how much room this one needs. */
    uint32_t cap = list->last == NULL || list->last->n == 0 ? FIRST_CAP : list->last->n;
    struct view *row = view_sized(list->arena, cap);
    row->like = list->last;
    if (list->last == NULL)
        list->first = row;
    else
        list->last->next_row = row;
    list->last = row;
    return row;
}

void view_pull(struct view *v, const char *name, view_next_fn *next, void *data)
{
    struct view_pull *pull = arena_alloc(v->arena, sizeof(*pull));
    *pull = (struct view_pull) { next, data, view_new(v->arena), PULL_NEW };
    *slot(v, name) = (struct value) { .kind = VALUE_PULL, .u.pull = pull };
}

void view_inherit(struct view *v, struct view *parent)
{
    v->parent = parent;
}

static bool fetch(struct view_pull *pull)
{
    pull->row->n = 0;
    pull->row->parent = NULL;
    return pull->next(pull->data, pull->row) > 0;
}

bool view_pull_begin(struct view_pull *pull)
{
    if (pull->state == PULL_NEW)
        pull->state = fetch(pull) ? PULL_HAS_ROW : PULL_EMPTY;
    return pull->state != PULL_EMPTY;
}

bool view_pull_next(struct view_pull *pull)
{
    if (pull->state != PULL_HAS_ROW)
        return false;
    if (!fetch(pull))
        pull->state = PULL_WALKED;
    return pull->state == PULL_HAS_ROW;
}
