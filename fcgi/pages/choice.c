#include "fcgi/pages/choice.h"

#include "base/err.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "user/viewer.h"
#include "user/workplace.h"

static void show_agent(struct view_list *list, const struct workplace *w, const struct choice *c,
                       const struct viewer *viewer)
{
    struct view *row = view_row(list);
    view_i64(row, "id", w->user_id);
    view_text(row, "name", w->user_name);
    view_bool(row, "is_selected", w->user_id == c->agent_id);
    view_bool(row, "is_me", w->user_id == viewer->user_id);
}

int choice_show(struct request *rq, struct view *v, const struct choice *c, struct err *err)
{
    struct workplace *places;
    size_t n;
    if (workplace_all(rq->db, rq->arena, &places, &n, err) < 0)
        return err_wrap(err, "read who works where");
    struct view_list *departments = view_list(v, "departments"),
                     *groups = view_list(v, "department_agents");
    struct view_list *assignees = view_list(v, "assignees"), *agents = NULL;
    for (size_t i = 0; i < n; i++) {
        if (c->only_visible && !viewer_sees_department(rq->viewer, places[i].department_id))
            continue;
        if (i == 0 || places[i].department_id != places[i - 1].department_id) {
            struct view *row = view_row(departments), *group = view_row(groups);
            view_i64(row, "id", places[i].department_id);
            view_text(row, "name", places[i].department_name);
            view_bool(row, "is_selected", places[i].department_id == c->department_id);
            view_i64(group, "id", places[i].department_id);
            view_text(group, "name", places[i].department_name);
            agents = view_list(group, "agents");
        }
        if (places[i].user_id == 0)
            continue;
        show_agent(agents, &places[i], c, rq->viewer);
        if (places[i].department_id == c->department_id)
            show_agent(assignees, &places[i], c, rq->viewer);
    }
    return 0;
}
