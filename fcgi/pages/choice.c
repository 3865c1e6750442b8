#include "fcgi/pages/choice.h"

#include "base/err.h"
#include "fcgi/pages/pages.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "ticket/desk.h"
#include "user/viewer.h"

/* The lists that are filled at once. */
struct lists {
    struct view_list *departments, *groups, *assignees;
};

static void show_agent(struct view_list *list, const struct roster_person *p,
                       const struct choice *c, const struct viewer *viewer)
{
    struct view *row = view_row(list);
    view_i64(row, "id", p->id);
    view_text(row, "name", p->name);
    view_bool(row, "is_selected", p->id == c->agent_id);
    view_bool(row, "is_me", p->id == viewer->user_id);
}

static void show_department(struct lists *l, const struct roster *r,
                            const struct roster_department *d, const struct choice *c,
                            const struct viewer *viewer)
{
    struct view *row = view_row(l->departments), *group = view_row(l->groups);
    view_i64(row, "id", d->id);
    view_text(row, "name", d->name);
    view_bool(row, "is_selected", d->id == c->department_id);
    view_i64(group, "id", d->id);
    view_text(group, "name", d->name);
    struct view_list *agents = view_list(group, "agents");
    for (size_t i = 0; i < r->people_n; i++) {
        if (!roster_works(r, &r->people[i], d->id))
            continue;
        show_agent(agents, &r->people[i], c, viewer);
        if (d->id == c->department_id)
            show_agent(l->assignees, &r->people[i], c, viewer);
    }
}

int choice_show(struct request *rq, struct view *v, const struct choice *c, struct err *err)
{
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL)
        return err_wrap(err, "read who works where");
    struct lists l = { view_list(v, "departments"), view_list(v, "department_agents"),
                       view_list(v, "assignees") };
    const struct roster *r = desk->roster;
    for (size_t i = 0; i < r->departments_n; i++)
        if (!c->only_visible || viewer_may_in(rq->viewer, CAP_TICKET_CREATE, r->departments[i].id))
            show_department(&l, r, &r->departments[i], c, rq->viewer);
    return 0;
}
