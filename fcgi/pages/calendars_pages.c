/* fcgi/pages/calendars_pages.c - Configuration > Calendars */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "calendar/civil.h"
#include "calendar/hours.h"
#include "calendar/ical.h"
#include "calendar/plan.h"
#include "calendar/store.h"
#include "db/db.h"
#include "fcgi/pages/calendars_show.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/plugins.h"
#include "user/capability.h"

#include <inttypes.h>
#include <string.h>

#define LIST_PATH     "/config/calendars"
#define UNPROCESSABLE 422
#define CONFLICT      409
#define DAY_NAME_MAX  100

static int32_t today(void)
{
    return (int32_t)(clock_now_ms() / INT64_C(86400000));
}

/* --- all of them --- */

static int show_now(struct view *row, const struct calendar_plan *plan, struct err *err)
{
    struct calendar *c;
    int64_t now = clock_now_ms();
    if (calendar_make(view_arena(row), plan, &c, err) < 0)
        return -1;
    int64_t next = calendar_next_open(c, now);
    view_bool(row, "is_open", calendar_is_open(c, now));
    view_bool(row, "opens", next != CALENDAR_NEVER);
    if (next != CALENDAR_NEVER)
        show_time(row, "opens_iso", "opens_text", next);
    return 0;
}

static int list_get(struct request *rq, struct err *err)
{
    struct calendar_record *all;
    size_t n;
    struct view *v = view_new(rq->arena);
    if (calendar_all(rq->db, rq->arena, &all, &n, err) < 0)
        return -1;
    use_zone(rq);
    struct view_list *rows = view_list(v, "calendars");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_bool(row, "is_default", all[i].is_default);
        view_text(row, "zone", all[i].plan.zone);
        view_text(row, "week", calendars_week_text(rq->arena, &all[i].plan));
        view_bool(row, "can_delete", !all[i].is_default || n == 1);
        if (show_now(row, &all[i].plan, err) < 0)
            return -1;
    }
    view_bool(v, "has_calendars", n > 0);
    return response_render(rq, 200, "config/calendars/list", v, err);
}

/* --- name, zone, week --- */

static void read_week(struct request *rq, struct calendar_plan *plan)
{
    for (int i = 0; i < 7; i++) {
        struct err err = ERR_INIT;
        if (hours_read(rq->arena, form_typed(rq, calendar_day_fields[i]), &plan->week[i].spans,
                       &plan->week[i].n, &err) < 0)
            form_set_error(rq, calendar_day_fields[i], words_get_reason(rq->arena, err.msg));
    }
}

/* Fills what the form has; the rest of *c stays. */
static void read_form(struct request *rq, struct calendar_record *c)
{
    c->name = str_trim(rq->arena, form_typed(rq, "name"));
    if (str_is_empty(c->name))
        form_set_error(rq, "name", _("This is needed."));
    c->plan.zone = form_typed(rq, "zone");
    c->is_default = c->is_default || form_bool(rq, "is_default");
    read_week(rq, &c->plan);
}

static bool is_their_doing(const struct err *err)
{
    return (err->code == ERR_INVALID || err->code == ERR_REFUSED) && !db_is_once_error(err);
}

/* A change with what plugins make of it. */
struct change {
    struct request *rq;
    struct calendar_record before, *after;
};

static int put(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    *c->after = c->before; /* this may run again */
    return calendar_put(db, c->rq->arena, c->rq->viewer, c->after, err) < 0
               ? -1
               : plugins_calendar_changed(c->rq->plugins, c->after->id, err);
}

static int put_and_tell(struct request *rq, struct calendar_record *c, struct err *err)
{
    struct change change = { rq, *c, c };
    return db_transact(rq->db, put, &change, err);
}

static int remove_and_tell(struct db *db, void *data, struct err *err)
{
    struct request *rq = data;
    int64_t id = path_i64(rq, "id");
    return calendar_delete(db, rq->arena, rq->viewer, id, err) < 0
               ? -1
               : plugins_calendar_changed(rq->plugins, id, err);
}

static int new_get(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    calendars_show_saved(rq, v, NULL);
    return response_render(rq, 200, "config/calendars/new", v, err);
}

static int new_again(struct request *rq, const char *problem, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_text(v, "error", problem);
    calendars_show_typed(rq, v);
    return response_render(rq, UNPROCESSABLE, "config/calendars/new", v, err);
}

static const char *path_of(struct request *rq, int64_t id)
{
    return arena_printf(rq->arena, LIST_PATH "/%" PRId64, id);
}

static int new_post(struct request *rq, struct err *err)
{
    struct calendar_record c = { .id = 0 };
    read_form(rq, &c);
    if (form_has_errors(rq))
        return new_again(rq, NULL, err);
    if (put_and_tell(rq, &c, err) == 0)
        return response_redirect(rq, path_of(rq, c.id), _("Saved."), err);
    return is_their_doing(err) ? new_again(rq, words_get_reason(rq->arena, err->msg), err) : -1;
}

/* --- one --- */

static int load(struct request *rq, struct calendar_record *c, struct err *err)
{
    int64_t id = path_i64(rq, "id");
    int rc = id < 1 ? 0 : calendar_by_id(rq->db, rq->arena, id, c, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "no such calendar") : rc;
}

static void show_new_day(struct request *rq, struct view *v)
{
    bool is_post = str_is(rq->method, "POST");
    view_text(v, "on", is_post ? form_typed(rq, "on") : "");
    view_text(v, "day_hours", is_post ? form_typed(rq, "hours") : "");
    view_text(v, "day_name", is_post ? form_typed(rq, "what") : "");
    view_bool(v, "is_yearly", is_post && form_bool(rq, "yearly"));
}

/* The page of one calendar. is_typed: its main form has been sent. */
struct page {
    int status;
    bool is_typed;
    const char *error, *day_error, *import_error;
};

static int show_one(struct request *rq, struct page page, struct err *err)
{
    struct calendar_record c;
    struct view *v = view_new(rq->arena);
    if (load(rq, &c, err) < 0)
        return -1;
    bool keeps_version = page.is_typed && page.status != CONFLICT;
    view_i64(v, "id", c.id);
    view_text(v, "heading", c.name);
    view_i64(v, "version", keeps_version ? form_i64(rq, "version", c.version) : c.version);
    view_bool(v, "has_conflict", page.status == CONFLICT);
    view_text(v, "error", page.error);
    view_text(v, "day_error", page.day_error);
    view_text(v, "import_error", page.import_error);
    view_bool(v, "can_delete", !c.is_default);
    show_upload_limit(v, rq);
    if (page.is_typed)
        calendars_show_typed(rq, v);
    else
        calendars_show_saved(rq, v, &c);
    view_bool(v, "is_default_fixed", c.is_default);
    calendars_show_days(v, "days", c.plan.exceptions, c.plan.exceptions_n);
    view_bool(v, "has_days", c.plan.exceptions_n > 0);
    show_new_day(rq, v);
    if (calendars_show_preview(v, &c.plan, clock_now_ms(), err) < 0)
        return -1;
    return response_render(rq, page.status, "config/calendars/edit", v, err);
}

static int edit_get(struct request *rq, struct err *err)
{
    return show_one(rq, (struct page) { .status = 200 }, err);
}

/* Stores what a form has made of it: 1; 0 with the page of what is wrong, which stands in page;
 * -1. */
static int store(struct request *rq, struct calendar_record *c, struct page *page, struct err *err)
{
    c->version = form_i64(rq, "version", 0);
    if (put_and_tell(rq, c, err) == 0)
        return 1;
    if (err->code == ERR_CONFLICT && !db_is_once_error(err)) {
        page->status = CONFLICT;
        return 0;
    }
    if (!is_their_doing(err))
        return -1;
    page->status = UNPROCESSABLE;
    page->error = words_get_reason(rq->arena, err->msg);
    return 0;
}

static int finish(struct request *rq, int rc, struct page page, struct err *err)
{
    if (rc < 0)
        return -1;
    return rc == 0 ? show_one(rq, page, err)
                   : response_redirect(rq, path_of(rq, path_i64(rq, "id")), _("Saved."), err);
}

static int edit_post(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct page page = { .status = UNPROCESSABLE, .is_typed = true };
    if (load(rq, &c, err) < 0)
        return -1;
    read_form(rq, &c);
    if (form_has_errors(rq))
        return show_one(rq, page, err);
    return finish(rq, store(rq, &c, &page, err), page, err);
}

static int delete_get(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct view *v = view_new(rq->arena);
    if (load(rq, &c, err) < 0)
        return -1;
    view_i64(v, "id", c.id);
    view_text(v, "name", c.name);
    return response_render(rq, 200, "config/calendars/delete", v, err);
}

static int delete_post(struct request *rq, struct err *err)
{
    if (db_transact(rq->db, remove_and_tell, rq, err) < 0)
        return -1;
    return response_redirect(rq, LIST_PATH, _("Deleted."), err);
}

/* --- exceptions --- */

static int read_day(struct request *rq, struct calendar_exception *e, const char **problem)
{
    struct err err = ERR_INIT;
    *e = (struct calendar_exception) { .is_yearly = form_bool(rq, "yearly") };
    e->name = str_line(rq->arena, form_typed(rq, "what"), DAY_NAME_MAX);
    if (!civil_parse(form_typed(rq, "on"), &e->day)) {
        *problem = _("Choose a date.");
        return -1;
    }
    if (hours_read(rq->arena, form_typed(rq, "hours"), &e->spans, &e->spans_n, &err) < 0) {
        *problem = words_get_reason(rq->arena, err.msg);
        return -1;
    }
    return 0;
}

static int days_post(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct calendar_exception e;
    struct page page = { .status = UNPROCESSABLE };
    if (load(rq, &c, err) < 0)
        return -1;
    if (read_day(rq, &e, &page.day_error) < 0)
        return show_one(rq, page, err);
    if (plan_add(rq->arena, &c.plan, &e, 1, err) < 0) {
        page.day_error = words_get_reason(rq->arena, err->msg);
        return show_one(rq, page, err);
    }
    return finish(rq, store(rq, &c, &page, err), page, err);
}

static int remove_post(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct page page = { .status = UNPROCESSABLE };
    int32_t day;
    if (load(rq, &c, err) < 0)
        return -1;
    if (!civil_parse(form_typed(rq, "on"), &day) ||
        !plan_remove(rq->arena, &c.plan, day, form_bool(rq, "yearly"))) {
        page.status = CONFLICT;
        return show_one(rq, page, err);
    }
    return finish(rq, store(rq, &c, &page, err), page, err);
}

/* --- out of an iCalendar file --- */

/* A line a day: "2026-12-25 Name", "2026-12-25* Name" for every year. */
static const char *days_as_text(struct arena *a, const struct ical *all)
{
    struct buf b = buf_make(a, all->n * 40);
    for (size_t i = 0; i < all->n; i++)
        buf_printf(&b, "%s%s %s\n", civil_text(a, all->days[i].day),
                   all->days[i].is_yearly ? "*" : "", all->days[i].name);
    return buf_str(&b);
}

static bool read_line(struct arena *a, const char *line, struct calendar_exception *e)
{
    const char *rest = strlen(line) > 10 ? line + 10 : "";
    *e = (struct calendar_exception) { .is_yearly = *rest == '*' };
    rest += *rest == '*';
    e->name = str_line(a, rest + (*rest == ' '), DAY_NAME_MAX);
    return civil_parse(arena_strndup(a, line, 10), &e->day);
}

static size_t days_of_text(struct arena *a, const char *text, struct calendar_exception *out)
{
    size_t n = 0;
    while (*text != '\0' && n < CALENDAR_EXCEPTIONS) {
        size_t length = strcspn(text, "\n");
        n += read_line(a, arena_strndup(a, text, length), &out[n]);
        text += length + (text[length] == '\n');
    }
    return n;
}

static int show_found(struct request *rq, const struct calendar_record *c, const struct ical *all,
                      struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_i64(v, "id", c->id);
    view_i64(v, "version", c->version);
    view_text(v, "name", c->name);
    view_i64(v, "found_n", (int64_t)all->n);
    view_bool(v, "has_found", all->n > 0);
    view_i64(v, "left_out_n", (int64_t)all->left_out);
    view_text(v, "text", days_as_text(rq->arena, all));
    calendars_show_days(v, "days", all->days, all->n);
    return response_render(rq, 200, "config/calendars/import", v, err);
}

static int import_post(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct ical all;
    struct page page = { .status = UNPROCESSABLE };
    size_t n;
    const struct upload *files = form_uploads(rq, "file", &n);
    if (load(rq, &c, err) < 0)
        return -1;
    if (n == 0 || files[0].size == 0) {
        page.import_error = _("Choose a file.");
        return show_one(rq, page, err);
    }
    const char *text = arena_strndup(rq->arena, files[0].data, files[0].size);
    if (ical_read(rq->arena, text, today(), &all, err) < 0) {
        page.import_error = words_get_reason(rq->arena, err->msg);
        return err->code == ERR_INVALID ? show_one(rq, page, err) : -1;
    }
    return show_found(rq, &c, &all, err);
}

static size_t chosen_of(struct request *rq, struct calendar_exception *days, size_t n)
{
    size_t picked_n, kept = 0;
    const int64_t *picked = form_i64s(rq, "keep", &picked_n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < picked_n; k++)
            if (picked[k] == (int64_t)i + 1) {
                days[kept++] = days[i];
                break;
            }
    return kept;
}

static int import_save(struct request *rq, struct err *err)
{
    struct calendar_record c;
    struct page page = { .status = UNPROCESSABLE };
    struct calendar_exception *days = arena_array(rq->arena, CALENDAR_EXCEPTIONS + 1,
                                                  sizeof(*days));
    if (load(rq, &c, err) < 0)
        return -1;
    size_t n = chosen_of(rq, days, days_of_text(rq->arena, form_typed(rq, "text"), days));
    if (n == 0)
        page.import_error = _("No day was chosen.");
    else if (plan_add(rq->arena, &c.plan, days, n, err) < 0)
        page.import_error = words_get_reason(rq->arena, err->msg);
    if (page.import_error != NULL)
        return show_one(rq, page, err);
    return finish(rq, store(rq, &c, &page, err), page, err);
}

/* --- routes --- */

#define DAY(i)  FIELD_TEXT("day" #i, OPTIONAL, 300)
#define VERSION FIELD_I64("version", OPTIONAL, 1, INT32_MAX)

static const struct field calendars_form[] = {
    VERSION,
    FIELD_TEXT("name", OPTIONAL, 190),
    FIELD_TEXT("zone", OPTIONAL, 63),
    FIELD_BOOL("is_default"),
    DAY(0),
    DAY(1),
    DAY(2),
    DAY(3),
    DAY(4),
    DAY(5),
    DAY(6),
    FIELD_END,
};
static const struct field day_form[] = {
    VERSION,
    FIELD_TEXT("on", OPTIONAL, 10),
    FIELD_BOOL("yearly"),
    FIELD_TEXT("hours", OPTIONAL, 300),
    FIELD_TEXT("what", OPTIONAL, 400),
    FIELD_END,
};
static const struct field import_form[] = { VERSION, FIELD_FILES("file", 1), FIELD_END };
static const struct field import_save_form[] = {
    VERSION,
    FIELD_TEXT("text", OPTIONAL, (int64_t)CALENDAR_EXCEPTIONS * 420),
    FIELD_I64_LIST("keep", CALENDAR_EXCEPTIONS),
    FIELD_END,
};

const struct route calendars_routes[] = {
    { GET, LIST_PATH, CAP_RULES, NULL, list_get, 0 },
    { GET, LIST_PATH "/new", CAP_RULES, NULL, new_get, 0 },
    { POST, LIST_PATH "/new", CAP_RULES, calendars_form, new_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}", CAP_RULES, NULL, edit_get, 0 },
    { POST, LIST_PATH "/{id}", CAP_RULES, calendars_form, edit_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}/delete", CAP_RULES, NULL, delete_get, 0 },
    { POST, LIST_PATH "/{id}/delete", CAP_RULES, NULL, delete_post, 0 },
    { POST, LIST_PATH "/{id}/days", CAP_RULES, day_form, days_post, ROUTE_FORM_ERRORS },
    { POST, LIST_PATH "/{id}/days/remove", CAP_RULES, day_form, remove_post, 0 },
    { POST, LIST_PATH "/{id}/import", CAP_RULES, import_form, import_post, ROUTE_FORM_ERRORS },
    { POST, LIST_PATH "/{id}/import/save", CAP_RULES, import_save_form, import_save, 0 },
    ROUTE_END,
};
