#ifndef DESKD_TEMPLATE_RENDER_H /* modules/html/template_render.h - the state of one rendering */
#define DESKD_TEMPLATE_RENDER_H
#include "html/template_private.h"
#include "html/view_private.h"

/* What replaces blocks from here inwards. */
struct overrides {
    const struct arg *args;
    const struct overrides *outer;
};

/* A section that runs, or a template or block that was called. */
struct frame {
    struct frame *below, *above; /* above is kept, to be used again */
    enum { FRAME_ONCE, FRAME_ROWS, FRAME_PULL, FRAME_CALL, FRAME_BLOCK } kind;
    /* of sections: what they put in front of the outer values */
    const struct view *view;
    const struct value *dot; /* a plain value; view is NULL then */
    struct view_pull *pull;
    const struct frame *outer;
    /* of calls: how things were */
    const struct op *pc;
    const struct op *ops;
    struct str indent;
    const struct overrides *overrides;
    struct overrides own;
    bool is_standalone;
};

#define RENDER_HINTS 128
struct renderer {
    const struct template_set *set;
    const struct template *template;
    struct buf *out;
    struct arena *arena;
    struct err *err;
    size_t locale;
    const struct op *pc;
    const struct op *ops; /* of the template that pc is in */
    struct frame *top;
    const struct frame *context; /* the innermost section */
    const struct overrides *overrides;
    struct str indent;  /* before each line of this template's text */
    bool is_line_start; /* kept only where there is an indent */
    unsigned calls, frames;
    uint64_t steps;
    size_t bytes_max;
    struct frame root;
    uint8_t hints[RENDER_HINTS]; /* where names were found, by their hash */
};

/* The value that path means here; NULL: absent. */
const struct value *renderer_find(struct renderer *r, const struct path *path);
/* Whether a section of v is shown; a pulled list fetches its first row for the answer. */
bool value_is_true(const struct value *v);

/* The white space before a line, where one begins. */
void renderer_begin_line(struct renderer *r);
void renderer_text(struct renderer *r, struct str text);
/* v may be NULL. */
void renderer_value(struct renderer *r, const struct value *v, enum escape_kind escape);
void renderer_word(struct renderer *r, const struct op *op);
#endif
