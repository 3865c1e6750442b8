#include "fcgi/pages/pages.h"

#include "base/arena.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/health.h"
#include "fcgi/pages/people_routes.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/router.h"
#include "fcgi/safe.h"
#include "html/view.h"
#include "plugin/plugins.h"
#include "tenant/tenant.h"
#include "ticket/desk.h"
#include "user/viewer.h"

#define UNREAD_SHOWN 99

/* clang-format off */
const struct route *const all_routes[] = {
    health_routes,
    search_routes,
    list_routes,
    ticket_routes,
    ticket_action_routes,
    ticket_new_routes,
    ticket_file_routes,
    contact_routes,
    follow_routes,
    mail_log_routes,
    styleguide_routes,
    login_routes,
    agents_routes,
    departments_routes,
    profile_routes,
    plugins_routes,
    rules_routes,
    calendars_routes,
    canned_routes,
    ticket_rules_routes,
    notices_routes,
    events_routes,
    ticket_merge_routes,
    ticket_transfer_routes,
    NULL,
};
/* clang-format on */

const struct desk *pages_desk(struct request *rq, struct err *err)
{
    if (rq->desk == NULL) {
        struct desk *desk = arena_zalloc(rq->arena, sizeof(*desk));
        if (desk_read(rq->db, rq->arena, rq->app->rosters, rq->viewer, rq->desk_asked, desk, err) <
            0)
            return NULL;
        rq->desk = desk;
    }
    return rq->desk;
}

const struct counts *pages_counts(struct request *rq, struct err *err)
{
    const struct desk *desk = pages_desk(rq, err);
    return desk == NULL ? NULL : &desk->counts;
}

static void show_viewer(struct view *v, const struct viewer *viewer)
{
    view_text(v, "viewer_name", viewer->name);
    view_text(v, "viewer_email", viewer->email);
    view_text(v, "viewer_initials", initials(view_arena(v), viewer->name));
    view_i64(v, "viewer_color", color_of(viewer->user_id));
    view_text(v, "viewer_theme", viewer->theme);
    view_bool(v, "theme_is_auto", str_is(viewer->theme, "auto"));
    view_bool(v, "theme_is_light", str_is(viewer->theme, "light"));
    view_bool(v, "theme_is_dark", str_is(viewer->theme, "dark"));
    view_i64(v, "unread", viewer->unread);
    view_bool(v, "has_many_unread", viewer->unread > UNREAD_SHOWN);
    view_bool(v, "may_see_tickets", viewer_may(viewer, CAP_TICKET_READ));
    view_bool(v, "may_answer", viewer_may(viewer, CAP_TICKET_ANSWER));
    view_bool(v, "may_create", viewer_may(viewer, CAP_TICKET_CREATE));
    view_bool(v, "may_agents", viewer_may(viewer, CAP_AGENTS));
    view_bool(v, "may_departments", viewer_may(viewer, CAP_DEPARTMENTS));
    view_bool(v, "may_mail_log", viewer_may(viewer, CAP_MAIL_LOG));
    view_bool(v, "may_plugins", viewer_may(viewer, CAP_PLUGINS));
    view_bool(v, "may_rules", viewer_may(viewer, CAP_RULES));
    view_bool(v, "may_configure",
              viewer_may(viewer, CAP_AGENTS) || viewer_may(viewer, CAP_DEPARTMENTS) ||
                  viewer_may(viewer, CAP_MAIL_LOG) || viewer_may(viewer, CAP_PLUGINS) ||
                  viewer_may(viewer, CAP_RULES));
}

static int64_t all_of(const struct counts *c)
{
    return c->folders[FOLDER_OPEN] + c->folders[FOLDER_ANSWERED] + c->folders[FOLDER_POSTPONED] +
           c->folders[FOLDER_RESOLVED];
}

static void show_counts(struct view *v, const struct viewer *viewer, const struct counts *c)
{
    view_i64(v, "nav_open", c->folders[FOLDER_OPEN]);
    view_i64(v, "nav_mine", c->mine);
    view_i64(v, "nav_unassigned", c->unassigned);
    view_i64(v, "nav_all", all_of(c));
    view_i64(v, "nav_answered", c->folders[FOLDER_ANSWERED]);
    view_i64(v, "nav_postponed", c->folders[FOLDER_POSTPONED]);
    view_i64(v, "nav_resolved", c->folders[FOLDER_RESOLVED]);
    view_i64(v, "nav_spam", c->folders[FOLDER_SPAM]);
    view_bool(v, "may_see_deleted", viewer_may(viewer, CAP_TICKET_DELETE));
    view_i64(v, "nav_deleted",
             viewer_may(viewer, CAP_TICKET_DELETE) ? c->folders[FOLDER_DELETED] : 0);
}

static void show_departments(struct request *rq, struct view *v, const struct counts *c)
{
    struct view_list *list = view_list(v, "nav_departments");
    bool is_list = str_is(rq->path, "/tickets");
    int64_t chosen = is_list ? form_i64(rq, "department", 0) : 0;
    for (size_t i = 0; i < c->departments_n; i++) {
        struct view *row = view_row(list);
        view_i64(row, "id", c->departments[i].id);
        view_text(row, "name", c->departments[i].name);
        view_i64(row, "count", c->departments[i].open);
        view_bool(row, "is_active", c->departments[i].id == chosen);
    }
    if (!is_list || chosen != 0)
        return;
    const char *at = str_or(form_text(rq, "view"), "open");
    view_bool(v, arena_printf(rq->arena, "nav_at_%s", at), true);
}

static void show_place(struct request *rq, struct view *v)
{
    view_bool(v, "nav_at_agents", str_starts(rq->path, "/config/agents"));
    view_bool(v, "nav_at_departments", str_starts(rq->path, "/config/departments"));
    view_bool(v, "nav_at_mail", str_starts(rq->path, "/config/mail"));
    view_bool(v, "nav_at_plugins", str_starts(rq->path, "/config/plugins"));
    view_bool(v, "nav_at_rules", str_starts(rq->path, "/config/rules"));
    view_bool(v, "nav_at_calendars", str_starts(rq->path, "/config/calendars"));
    view_text(v, "this_path", rq->path);
    if (str_is(rq->path, "/search"))
        view_text(v, "search_text", form_text(rq, "q"));
}

void show_slot(struct request *rq, struct view *v, const char *name, const char *place,
               const struct deskd_place *where)
{
    struct safe_html html = plugins_slot(rq->plugins, place, NULL, where);
    if (html.n > 0)
        view_html(v, name, html);
}

int pages_frame(struct request *rq, struct view *v, struct err *err)
{
    if (rq->tenant != NULL)
        view_text(v, "tenant_title", rq->tenant->title);
    use_zone(rq);
    if (rq->viewer == NULL)
        return 0;
    show_viewer(v, rq->viewer);
    view_bool(v, "is_safe_mode", safe_mode_is_on(rq));
    show_place(rq, v);
    const struct counts *counts = pages_counts(rq, err);
    if (counts == NULL)
        return -1;
    show_counts(v, rq->viewer, counts);
    if (plugins_menu(rq->plugins, v, rq->path))
        view_bool(v, "may_configure", true);
    show_slot(rq, v, "plugin_bar", "bar", NULL);
    show_slot(rq, v, "plugin_top", "top", NULL);
    show_departments(rq, v, counts);
    return 0;
}
