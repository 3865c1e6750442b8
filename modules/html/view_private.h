#ifndef DESKD_VIEW_PRIVATE_H /* modules/html/view_private.h - how a view keeps its names, for the  \
                                renderer */
#define DESKD_VIEW_PRIVATE_H
#include "html/view.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_kind {
    VALUE_NONE,
    VALUE_TEXT,
    VALUE_I64,
    VALUE_BOOL,
    VALUE_HTML,
    VALUE_VIEW,
    VALUE_LIST,
    VALUE_PULL
};

struct value {
    enum value_kind kind;
    union {
        struct {
            const char *p;
            size_t n;
        } text; /* VALUE_TEXT and VALUE_HTML */
        int64_t i64;
        bool is_true;
        struct view *view;
        struct view_list *list;
        struct view_pull *pull;
    } u;
};

struct view_entry {
    const char *name;
    struct value value;
};

struct view {
    struct arena *arena;
    const struct view *parent; /* view_inherit */
    struct view *next_row;
    const struct view *like; /* the row before this one: most likely it has the same names */
    uint32_t n, cap;
    uint32_t *hashes; /* apart from the entries, so that a search touches few cache lines */
    struct view_entry *entries;
};

struct view_list {
    struct arena *arena;
    struct view *first, *last;
};

struct view_pull {
    view_next_fn *next;
    void *data;
    struct view *row;
    enum { PULL_NEW, PULL_HAS_ROW, PULL_WALKED, PULL_EMPTY } state;
};

/* FNV-1a; templates hash their names once, views when a name is set. */
static inline uint32_t view_hash(const char *name, size_t n)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)name[i]) * 16777619U;
    return h;
}

static inline bool view_has_at(const struct view *v, uint32_t i, const char *name, uint32_t hash)
{
    return v->hashes[i] == hash && strcmp(v->entries[i].name, name) == 0;
}

/* The value of name in v or in what it inherits from; NULL: v does not have it. *hint: where it was
 * found the last time, which is where rows of one list have it. */
static inline const struct value *view_find(const struct view *v, const char *name, uint32_t hash,
                                            uint8_t *hint)
{
    if (*hint < v->n && view_has_at(v, *hint, name, hash))
        return &v->entries[*hint].value;
    for (; v != NULL; v = v->parent) {
        for (uint32_t i = 0; i < v->n; i++) {
            if (view_has_at(v, i, name, hash)) {
                *hint = (uint8_t)i;
                return &v->entries[i].value;
            }
        }
    }
    return NULL;
}

/* Whether the pulled list has a row now; fetches the first one where nobody has looked yet. */
bool view_pull_begin(struct view_pull *pull);
/* Fetches the next row into pull->row. */
bool view_pull_next(struct view_pull *pull);
#endif
