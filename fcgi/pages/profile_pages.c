/* fcgi/pages/profile_pages.c - what everybody sets for themselves */
#include "fcgi/pages/people_routes.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/zone.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/notice_choice.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/people.h"
#include "fcgi/pages/places.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/deskd_plugin.h"
#include "tenant/tenant.h"
#include "user/audit.h"
#include "user/department.h"
#include "user/password.h"
#include "user/throttle.h"
#include "user/user.h"
#include "user/viewer.h"

#define PROFILE_PATH  "/profile"
#define UNPROCESSABLE 422
#define TOO_MANY      429

static const struct throttle password_tries = { "password.change", 10, INT64_C(900000) };

static int load(struct request *rq, struct user *u, struct err *err)
{
    int rc = user_by_id(rq->db, rq->arena, rq->viewer->user_id, u, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "the viewer is gone") : rc;
}

/* Languages are called what they call themselves. */
static const char *language_name(const char *locale)
{
    static const char *const names[][2] = { { "en", "English" },
                                            { "pl", "polski" },
                                            { "pt-BR", "português (Brasil)" },
                                            { "ru", "русский" } };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_is(names[i][0], locale))
            return names[i][1];
    return locale;
}

static void show_locales(struct request *rq, struct view *v, const char *chosen)
{
    struct view_list *rows = view_list(v, "locales");
    for (const char *const *l = rq->app->locales; *l != NULL; l++) {
        struct view *row = view_row(rows);
        view_text(row, "code", *l);
        view_text(row, "name", language_name(*l));
        view_bool(row, "is_selected", str_is(*l, chosen));
    }
}

static void show_timezones(struct request *rq, struct view *v, const char *chosen)
{
    struct view_list *rows = view_list(v, "timezones");
    const char *const *places = places_all(rq->arena, chosen);
    for (; *places != NULL; places++) {
        struct view *row = view_row(rows);
        view_text(row, "name", *places);
        view_bool(row, "is_selected", str_is(*places, chosen));
    }
}

static int show_takes(struct request *rq, struct view *v, int64_t user_id, struct err *err)
{
    struct membership *mine;
    struct department *all;
    size_t n, all_n;
    if (user_memberships(rq->db, rq->arena, user_id, &mine, &n, err) < 0 ||
        department_all(rq->db, rq->arena, &all, &all_n, err) < 0)
        return -1;
    view_bool(v, "has_departments", n > 0);
    struct view_list *rows = view_list(v, "departments");
    for (size_t i = 0; i < all_n; i++) {
        for (size_t k = 0; k < n; k++) {
            if (mine[k].department_id != all[i].id)
                continue;
            struct view *row = view_row(rows);
            view_i64(row, "id", all[i].id);
            view_text(row, "name", all[i].name);
            view_bool(row, "takes_tickets", mine[k].takes_tickets);
        }
    }
    return 0;
}

static void show_theme(struct view *v, const char *theme)
{
    view_bool(v, "theme_is_auto", str_is(theme, "auto"));
    view_bool(v, "theme_is_light", str_is(theme, "light"));
    view_bool(v, "theme_is_dark", str_is(theme, "dark"));
}

static void show_errors(struct request *rq, struct view *v, const char *problem)
{
    view_text(v, "error", problem);
    people_field_error(rq, v, "error_name", "name");
    people_field_error(rq, v, "error_current", "current_password");
    people_field_error(rq, v, "error_new", "new_password");
}

static int show_profile(struct request *rq, int status, const char *problem, struct err *err)
{
    struct user u;
    struct view *v = view_new(rq->arena);
    if (load(rq, &u, err) < 0)
        return -1;
    bool is_typed = form_text(rq, "theme") != NULL;
    const char *theme = is_typed ? form_text(rq, "theme") : u.theme;
    view_text(v, "name", is_typed ? form_typed(rq, "name") : u.name);
    view_text(v, "email", u.email);
    view_text(v, "signature", is_typed ? form_typed(rq, "signature") : u.signature);
    view_i64(v, "min_length", PASSWORD_LEAST);
    show_locales(rq, v, str_or(form_text(rq, "locale"), rq->locale));
    show_timezones(rq, v,
                   str_or(form_text(rq, "timezone"), str_or(u.timezone, rq->tenant->timezone)));
    show_theme(v, theme);
    show_errors(rq, v, problem);
    if (show_takes(rq, v, u.id, err) < 0 ||
        notice_choice_show(rq, v, u.id, PROFILE_PATH "/notices", err) < 0)
        return -1;
    const struct deskd_place where = { .size = sizeof(where), .user_id = rq->viewer->user_id };
    show_slot(rq, v, "plugin_section", "profile.section", &where);
    return response_render(rq, status, "profile", v, err);
}

static int profile_get(struct request *rq, struct err *err)
{
    return show_profile(rq, 200, NULL, err);
}

static struct user_profile profile_of(const struct user *u)
{
    return (struct user_profile) { .name = u->name,
                                   .gender = u->gender,
                                   .locale = u->locale,
                                   .timezone = u->timezone,
                                   .theme = u->theme,
                                   .signature = u->signature };
}

static bool is_locale(const struct request *rq, const char *locale)
{
    for (const char *const *l = rq->app->locales; *l != NULL; l++)
        if (str_is(*l, locale))
            return true;
    return false;
}

static void read_profile(struct request *rq, struct user_profile *p)
{
    static const int64_t none = 0;
    p->name = form_text(rq, "name");
    p->signature = str_or(form_text(rq, "signature"), "");
    p->theme = str_or(form_text(rq, "theme"), p->theme);
    if (is_locale(rq, form_text(rq, "locale")))
        p->locale = form_text(rq, "locale");
    const char *place = form_text(rq, "timezone");
    if (place != NULL && zone_exists(place))
        p->timezone = place;
    if (!form_bool(rq, "has_takes"))
        return;
    p->takes_tickets = form_i64s(rq, "takes", &p->takes_tickets_n);
    if (p->takes_tickets_n == 0)
        p->takes_tickets = &none;
}

static int profile_post(struct request *rq, struct err *err)
{
    struct user u;
    if (form_has_errors(rq))
        return show_profile(rq, UNPROCESSABLE, NULL, err);
    if (load(rq, &u, err) < 0)
        return -1;
    struct user_profile p = profile_of(&u);
    read_profile(rq, &p);
    if (user_update_profile(rq->db, rq->arena, u.id, u.version, &p, err) == 0)
        return response_redirect(rq, PROFILE_PATH, _("Saved."), err);
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    return problem == NULL ? -1 : show_profile(rq, UNPROCESSABLE, problem, err);
}

static int notices_post(struct request *rq, struct err *err)
{
    if (notice_choice_save(rq, rq->viewer->user_id, err) < 0)
        return -1;
    return response_redirect(rq, PROFILE_PATH "#notices", _("Saved."), err);
}

static int theme_post(struct request *rq, struct err *err)
{
    struct user u;
    if (load(rq, &u, err) < 0)
        return -1;
    struct user_profile p = profile_of(&u);
    p.theme = form_text(rq, "theme");
    if (user_update_profile(rq->db, rq->arena, u.id, u.version, &p, err) < 0)
        return -1;
    return response_redirect(rq, request_local_path(rq, form_text(rq, "back"), PROFILE_PATH), NULL,
                             err);
}

struct new_password {
    struct request *rq;
    const char *token;
};

/* Everybody who was in under the old password is out; this browser gets a session of its own. */
static int change_password(struct db *db, void *data, struct err *err)
{
    struct new_password *n = data;
    struct request *rq = n->rq;
    int64_t id = rq->viewer->user_id;
    if (password_set(db, rq->arena, id, form_text(rq, "new_password"), err) < 0 ||
        session_end_all(db, id, err) < 0 || access_link_end_all(db, id, err) < 0 ||
        audit_add(db, rq->viewer, "user.password", id, "", err) < 0)
        return -1;
    return people_start_session(rq, id, &n->token, err);
}

/* 1 the current password is right, 0 a page was shown, -1. */
static int confirm_password(struct request *rq, struct err *err)
{
    int may = throttle_hit(rq->db, rq->arena, &rq->tenant->key, &password_tries, rq->viewer->email,
                           err);
    if (may < 0)
        return -1;
    if (may == 0) {
        form_set_error(rq, "current_password", _("Too many tries. Please wait a little."));
        return show_profile(rq, TOO_MANY, NULL, err);
    }
    int is_right = password_is(rq->db, rq->arena, rq->viewer->user_id,
                               form_text(rq, "current_password"), err);
    if (is_right != 0)
        return is_right;
    form_set_error(rq, "current_password", _("This is not your password."));
    return show_profile(rq, UNPROCESSABLE, NULL, err);
}

static int password_post(struct request *rq, struct err *err)
{
    struct new_password n = { .rq = rq };
    if (form_has_errors(rq))
        return show_profile(rq, UNPROCESSABLE, NULL, err);
    int is_right = confirm_password(rq, err);
    if (is_right <= 0)
        return is_right;
    if (db_transact(rq->db, change_password, &n, err) < 0) {
        if (err->code != ERR_INVALID)
            return -1;
        form_set_error(rq, "new_password", people_complaint(rq, err));
        return show_profile(rq, UNPROCESSABLE, NULL, err);
    }
    cache_signal_end(rq->app->cache, rq->tenant->id, rq->viewer->user_id);
    people_set_session(rq, n.token);
    return response_redirect(rq, PROFILE_PATH, _("Your password is changed."), err);
}

static const char *const themes[] = { "auto", "light", "dark", NULL };

static const struct field profile_form[] = {
    FIELD_TEXT("name", REQUIRED, 400),
    FIELD_TEXT("locale", OPTIONAL, 15),
    FIELD_TEXT("timezone", OPTIONAL, 63),
    FIELD_CHOICE("theme", OPTIONAL, themes),
    FIELD_TEXT("signature", OPTIONAL, 10000),
    FIELD_BOOL("has_takes"),
    FIELD_I64_LIST("takes", 200),
    FIELD_END,
};
static const struct field theme_form[] = {
    FIELD_CHOICE("theme", REQUIRED, themes),
    FIELD_TEXT("back", OPTIONAL, 500),
    FIELD_END,
};
static const struct field notices_form[] = { NOTICE_CHOICE_FIELDS, FIELD_END };
static const struct field password_form[] = {
    FIELD_PASSWORD("current_password"),
    FIELD_PASSWORD("new_password"),
    FIELD_END,
};

const struct route profile_routes[] = {
    { GET, PROFILE_PATH, CAP_LOGIN, NULL, profile_get, 0 },
    { POST, PROFILE_PATH, CAP_LOGIN, profile_form, profile_post, ROUTE_FORM_ERRORS },
    { POST, PROFILE_PATH "/password", CAP_LOGIN, password_form, password_post, ROUTE_FORM_ERRORS },
    { POST, PROFILE_PATH "/notices", CAP_LOGIN, notices_form, notices_post, 0 },
    { POST, PROFILE_PATH "/theme", CAP_LOGIN, theme_form, theme_post, 0 },
    ROUTE_END,
};
