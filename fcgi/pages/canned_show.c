#include "fcgi/pages/canned_show.h"

#include "base/arena.h"
#include "base/str.h"
#include "canned/canned.h"
#include "canned/fill.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"
#include "ticket/ticket.h"
#include "user/capability.h"
#include "user/viewer.h"

#include <inttypes.h>

#define MINE "me"
#define ALL  "all"

void canned_show_whose(struct view *row, const struct roster *names, const struct canned *c)
{
    view_bool(row, "is_mine", c->user_id != 0);
    view_bool(row, "is_for_all", c->user_id == 0 && c->department_id == 0);
    view_text(row, "department",
              c->department_id == 0 ? NULL : roster_department_name(names, c->department_id));
}

static const char *id_text(struct arena *a, int64_t id)
{
    return arena_printf(a, "%" PRId64, id);
}

static void show_choices(struct request *rq, struct view *v, const struct roster *names,
                         const char *chosen)
{
    struct view_list *rows = view_list(v, "choices"), *variables = view_list(v, "variables");
    show_option(rows, MINE, _("Only me"), chosen);
    if (viewer_may(rq->viewer, CAP_CANNED)) {
        show_option(rows, ALL, _("Everybody"), chosen);
        for (size_t i = 0; i < names->departments_n; i++)
            if (viewer_sees_department(rq->viewer, names->departments[i].id))
                show_option(rows, id_text(rq->arena, names->departments[i].id),
                            names->departments[i].name, chosen);
    }
    for (size_t i = 0; canned_variables[i] != NULL; i++)
        view_text(view_row(variables), "variable",
                  arena_printf(rq->arena, "{%s}", canned_variables[i]));
}

static const char *whose(struct arena *a, const struct canned *c)
{
    if (c->user_id != 0)
        return MINE;
    return c->department_id == 0 ? ALL : id_text(a, c->department_id);
}

void canned_show_saved(struct request *rq, struct view *v, const struct roster *names,
                       const struct canned *c)
{
    view_text(v, "name", c == NULL ? "" : c->name);
    view_text(v, "keywords", c == NULL ? "" : c->keywords);
    view_text(v, "text", c == NULL ? "" : c->body);
    show_choices(rq, v, names, c == NULL ? MINE : whose(rq->arena, c));
}

void canned_show_typed(struct request *rq, struct view *v, const struct roster *names)
{
    view_text(v, "name", form_typed(rq, "name"));
    view_text(v, "keywords", form_typed(rq, "keywords"));
    view_text(v, "text", form_typed(rq, "text"));
    show_choices(rq, v, names, form_typed(rq, "whose"));
}

static bool is_department(const struct roster *names, int64_t id)
{
    for (size_t i = 0; i < names->departments_n; i++)
        if (names->departments[i].id == id)
            return true;
    return false;
}

const char *canned_read(struct request *rq, const struct roster *names, struct canned *c)
{
    const char *for_whom = form_typed(rq, "whose");
    c->name = str_trim(rq->arena, form_typed(rq, "name"));
    c->keywords = str_trim(rq->arena, form_typed(rq, "keywords"));
    c->body = str_trim(rq->arena, form_typed(rq, "text"));
    c->user_id = str_is(for_whom, MINE) ? rq->viewer->user_id : 0;
    c->department_id = 0;
    if (c->user_id != 0 || str_is(for_whom, ALL))
        return NULL;
    if (!str_i64(for_whom, 1, INT64_MAX, &c->department_id) ||
        !is_department(names, c->department_id))
        return _("Choose for whom it is.");
    return NULL;
}

const char *canned_fill_for(struct request *rq, const struct ticket *t, const char *body)
{
    const struct canned_facts facts = { .customer_name = str_or(t->contact_name, ""),
                                        .customer_email = str_or(t->contact_email, ""),
                                        .agent_name = rq->viewer->name,
                                        .department_name = str_or(t->department_name, ""),
                                        .subject = str_or(t->subject, ""),
                                        .number = t->number };
    return canned_fill(rq->arena, body, &facts);
}

int canned_chosen(struct request *rq, const struct ticket *t, int64_t id, const char **text,
                  struct err *err)
{
    struct canned c;
    int rc = canned_by_id(rq->db, rq->arena, rq->viewer, id, &c, err);
    if (rc > 0)
        *text = canned_fill_for(rq, t, c.body);
    return rc;
}
