#include "sla.h" /* Configuration > SLA levels */

#include "sla_sql.h"

#include <stdio.h>
#include <string.h>

#define MINUTES_MAX 525600

void show_kind(struct deskd_view *v, int kind)
{
    host->view_bool(v, "kind_is_first", kind == CLOCK_FIRST);
    host->view_bool(v, "kind_is_next", kind == CLOCK_NEXT);
    host->view_bool(v, "kind_is_assign", kind == CLOCK_ASSIGN);
    host->view_bool(v, "kind_is_resolve", kind == CLOCK_RESOLVE);
    host->view_bool(v, "kind_is_inform", kind == CLOCK_INFORM);
}

void show_levels(struct deskd_call *call, struct deskd_view *v, const char *name, int64_t selected)
{
    const struct desk *d = desk_of(call);
    struct deskd_list *list = host->view_list(v, name);
    for (size_t i = 0; i < d->levels_n; i++) {
        struct deskd_view *row = host->view_row(list);
        host->view_i64(row, "choice_id", d->levels[i].level.id);
        host->view_text(row, "choice_name", d->levels[i].name);
        host->view_bool(row, "is_selected", d->levels[i].level.id == selected);
    }
}

/* As it is typed: "90m", "4h"; "" for none. */
static const char *target_text(struct deskd_call *call, int64_t ms)
{
    long long minutes = ms / MINUTE_MS;
    if (minutes == 0)
        return "";
    return minutes % 60 == 0 ? host->format(call, "%lldh", minutes / 60)
                             : host->format(call, "%lldm", minutes);
}

/* Minutes; 0 for nothing, -1 for nonsense. */
static int64_t read_target(const char *s)
{
    int64_t n = 0;
    if (s == NULL || *s == '\0')
        return 0;
    if (*s < '0' || *s > '9')
        return -1;
    for (; *s >= '0' && *s <= '9'; s++)
        if ((n = n * 10 + (*s - '0')) > MINUTES_MAX)
            return -1;
    while (*s == ' ')
        s++;
    if (*s == 'h')
        n *= 60;
    if (*s != '\0' && ((*s != 'h' && *s != 'm') || s[1] != '\0'))
        return -1;
    return n > MINUTES_MAX ? -1 : n;
}

/* --- the list --- */

int page_levels(struct deskd_call *call)
{
    const struct desk *d = desk_of(call);
    struct deskd_view *v = host->view(call);
    struct deskd_list *list = host->view_list(v, "levels");
    for (size_t i = 0; i < d->levels_n; i++) {
        const struct promise *p = &d->levels[i];
        struct deskd_view *row = host->view_row(list);
        host->view_i64(row, "id", p->level.id);
        host->view_text(row, "name", p->name);
        host->view_bool(row, "is_default", p->is_default);
        struct deskd_list *targets = host->view_list(row, "targets");
        for (int k = 0; k < CLOCK_KINDS; k++) {
            if (p->level.targets[k].ms == 0)
                continue;
            struct deskd_view *t = host->view_row(targets);
            show_kind(t, k + 1);
            host->view_text(t, "target", duration(call, p->level.targets[k].ms));
        }
    }
    return host->render(call, 200, "list", v);
}

/* --- the form --- */

static const char *field(struct deskd_call *call, const char *name, int kind)
{
    return host->format(call, "%s_%d", name, kind);
}

static void show_calendars(struct deskd_view *v, const struct deskd_calendar *const *all, size_t n,
                           int64_t selected)
{
    struct deskd_list *list = host->view_list(v, "calendars");
    for (size_t i = 0; i < n; i++) {
        struct deskd_view *row = host->view_row(list);
        host->view_i64(row, "choice_id", all[i]->id);
        host->view_text(row, "choice_name", all[i]->name);
        host->view_bool(row, "is_selected", all[i]->id == selected);
    }
}

static int64_t default_calendar(const struct deskd_calendar *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (all[i]->is_default)
            return all[i]->id;
    return 0;
}

/* typed: what was sent counts, not t. */
static void show_target(struct deskd_call *call, struct deskd_view *v, const struct target *t,
                        int kind, int typed)
{
    host->view_i64(v, "kind", kind);
    show_kind(v, kind);
    host->view_text(v, "target",
                    typed ? host->form_typed(call, field(call, "target", kind))
                          : target_text(call, t->ms));
    host->view_text(v, "warns",
                    typed ? host->form_typed(call, field(call, "warns", kind)) : t->warns);
    host->view_bool(v, "pauses_answered",
                    typed ? host->form_bool(call, field(call, "answered", kind))
                          : strchr(t->pauses, 'A') != NULL);
    host->view_bool(v, "pauses_postponed",
                    typed ? host->form_bool(call, field(call, "postponed", kind))
                          : strchr(t->pauses, 'W') != NULL);
    host->view_text(v, "error_target", host->form_error(call, field(call, "target", kind)));
    host->view_text(v, "error_warns", host->form_error(call, field(call, "warns", kind)));
}

static int show_form(struct deskd_call *call, int status, const struct promise *p, int is_new,
                     const char *problem)
{
    const struct deskd_calendar *const *calendars;
    size_t n;
    int typed = status != 200;
    struct deskd_view *v = host->view(call);
    if (host->calendars(call, &calendars, &n) < 0)
        return DESKD_FAILED;
    host->view_bool(v, "is_new", is_new);
    host->view_i64(v, "id", p->level.id);
    host->view_i64(v, "version",
                   status == 422 ? host->form_i64(call, "version", 0) : p->level.version);
    host->view_text(v, "heading", p->name);
    host->view_text(v, "name", typed ? host->form_typed(call, "name") : p->name);
    host->view_i64(v, "grace",
                   typed ? host->form_i64(call, "grace", 0) : p->level.grace_ms / MINUTE_MS);
    host->view_bool(v, "is_default", typed ? host->form_bool(call, "default") : p->is_default);
    host->view_text(v, "error", problem);
    host->view_text(v, "error_name", host->form_error(call, "name"));
    struct deskd_list *list = host->view_list(v, "kinds");
    for (int k = 1; k <= CLOCK_KINDS; k++) {
        const struct target *t = &p->level.targets[k - 1];
        struct deskd_view *row = host->view_row(list);
        int64_t calendar = t->ms == 0 ? default_calendar(calendars, n) : t->calendar_id;
        if (typed)
            calendar = host->form_i64(call, field(call, "calendar", k), 0);
        show_target(call, row, t, k, typed);
        show_calendars(row, calendars, n, calendar);
    }
    return host->render(call, status, "level", v);
}

int page_level_new(struct deskd_call *call)
{
    struct promise p = { .name = "" };
    for (int k = 0; k < CLOCK_KINDS; k++)
        (void)snprintf(p.level.targets[k].warns, WARNS_BYTES, "%s", k == 4 ? "" : "80%");
    (void)snprintf(p.level.targets[CLOCK_RESOLVE - 1].pauses, PAUSES_BYTES, "AW");
    return show_form(call, 200, &p, 1, NULL);
}

static const struct promise *of_path(struct deskd_call *call)
{
    const struct promise *p = desk_level(desk_of(call), host->path_i64(call, "id"));
    if (p == NULL)
        (void)host->fail(call, DESKD_ERR_NOT_FOUND, "no such level");
    return p;
}

int page_level(struct deskd_call *call)
{
    const struct promise *p = of_path(call);
    return p == NULL ? DESKD_FAILED : show_form(call, 200, p, 0, NULL);
}

static void read_one(struct deskd_call *call, int kind, struct target *t)
{
    int64_t points[WARNS_MAX],
        minutes = read_target(host->form_text(call, field(call, "target", kind)));
    const char *warns = host->form_text(call, field(call, "warns", kind));
    if (minutes < 0)
        host->form_refuse(call, field(call, "target", kind),
                          host->word(call, "Minutes or hours: 90m, 4h."));
    t->ms = minutes > 0 ? minutes * MINUTE_MS : 0;
    t->calendar_id = host->form_i64(call, field(call, "calendar", kind), 0);
    warns = warns != NULL ? warns : "";
    if (strlen(warns) >= WARNS_BYTES || warns_read(warns, t->ms, points) < 0)
        host->form_refuse(call, field(call, "warns", kind),
                          host->word(call, "At most four, each like 80% or 30m."));
    else
        (void)snprintf(t->warns, sizeof(t->warns), "%s", warns);
    (void)snprintf(t->pauses, sizeof(t->pauses), "%s%s%s",
                   host->form_bool(call, field(call, "answered", kind)) ? "A" : "",
                   host->form_bool(call, field(call, "postponed", kind)) ? "W" : "", "R");
}

static int has_errors(struct deskd_call *call)
{
    int n = host->form_error(call, "name") != NULL;
    for (int k = 1; k <= CLOCK_KINDS; k++)
        n += host->form_error(call, field(call, "target", k)) != NULL ||
             host->form_error(call, field(call, "warns", k)) != NULL;
    return n > 0;
}

/* DESKD_YES; DESKD_NO: something is wrong, and said so. */
static int read_form(struct deskd_call *call, struct promise *p)
{
    const char *name = host->form_text(call, "name");
    int n = 0;
    (void)snprintf(p->name, sizeof(p->name), "%s", name != NULL ? name : "");
    p->is_default = host->form_bool(call, "default");
    p->level.grace_ms = host->form_i64(call, "grace", 0) * MINUTE_MS;
    for (int k = 1; k <= CLOCK_KINDS; k++) {
        read_one(call, k, &p->level.targets[k - 1]);
        n += p->level.targets[k - 1].ms != 0;
    }
    if (n == 0 && host->form_error(call, "target_1") == NULL)
        host->form_refuse(call, "target_1", host->word(call, "A level needs at least one target."));
    return has_errors(call) ? DESKD_NO : DESKD_YES;
}

/* --- changes --- */

struct change {
    struct promise *p;
    int is_new;
};

static int put_targets(struct deskd_call *call, const struct level *l, int64_t version)
{
    for (int k = 0; k < CLOCK_KINDS; k++) {
        const struct target *t = &l->targets[k];
        if (t->ms == 0)
            continue;
        if (run(call, &insert_target,
                DESKD_ARGS(DESKD_TENANT, DESKD_I64(l->id), DESKD_I64(version), DESKD_I64(k + 1),
                           DESKD_I64(t->ms / MINUTE_MS), DESKD_I64(t->calendar_id),
                           DESKD_TEXT(t->pauses), DESKD_TEXT(t->warns))) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

static int put_new(struct deskd_call *call, struct promise *p)
{
    struct deskd_rows rows;
    if (host->query(call, &count_levels, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    if (number(&rows, 0, 0) >= LEVELS_MAX)
        return host->fail(call, DESKD_ERR_REFUSED, "There are too many levels.");
    p->level.id = host->new_id(call);
    return run(call, &insert_level,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(p->level.id), DESKD_TEXT(p->name),
                          DESKD_I64(p->level.grace_ms / MINUTE_MS), DESKD_I64(p->is_default)));
}

static int put_old(struct deskd_call *call, const struct promise *p)
{
    struct deskd_rows rows;
    if (host->query(call, &lock_level, DESKD_ARGS(DESKD_TENANT, DESKD_I64(p->level.id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0 || number(&rows, 0, 0) != p->level.version)
        return host->fail(call, DESKD_ERR_CONFLICT, "the level was changed or removed");
    return run(call, &update_level,
               DESKD_ARGS(DESKD_TEXT(p->name), DESKD_I64(p->level.grace_ms / MINUTE_MS),
                          DESKD_I64(p->is_default), DESKD_TENANT, DESKD_I64(p->level.id)));
}

static int put(struct deskd_call *call, void *data)
{
    const struct change *c = data;
    struct promise *p = c->p;
    if ((c->is_new ? put_new(call, p) : put_old(call, p)) < 0 ||
        put_targets(call, &p->level, c->is_new ? 1 : p->level.version + 1) < 0 ||
        (p->is_default &&
         run(call, &only_default, DESKD_ARGS(DESKD_TENANT, DESKD_I64(p->level.id))) < 0) ||
        host->audit(call, c->is_new ? "create" : "update", p->level.id, p->name) < 0)
        return DESKD_FAILED;
    return host->tenant_changed(call);
}

static int save(struct deskd_call *call, struct promise *p, int is_new)
{
    struct change c = { p, is_new };
    if (read_form(call, p) != DESKD_YES)
        return show_form(call, 422, p, is_new, NULL);
    if (host->transact(call, put, &c) < 0)
        return DESKD_FAILED;
    return host->redirect(call, FRONT, host->word(call, "Saved."));
}

int page_level_new_post(struct deskd_call *call)
{
    struct promise p = { .name = "" };
    return save(call, &p, 1);
}

int page_level_post(struct deskd_call *call)
{
    const struct promise *now = of_path(call);
    if (now == NULL)
        return DESKD_FAILED;
    struct promise p = { .level = { .id = now->level.id,
                                    .version = host->form_i64(call, "version", 0) } };
    return save(call, &p, 0);
}

int page_level_delete(struct deskd_call *call)
{
    const struct promise *p = of_path(call);
    if (p == NULL)
        return DESKD_FAILED;
    struct deskd_view *v = host->view(call);
    host->view_i64(v, "id", p->level.id);
    host->view_text(v, "name", p->name);
    return host->render(call, 200, "delete", v);
}

/* Clocks that run stop with it: nobody is warned of what nobody promises any more. */
static int remove_level(struct deskd_call *call, void *data)
{
    const struct promise *p = data;
    int64_t id = p->level.id, now = host->now(call);
    if (run(call, &delete_level, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id))) < 0 ||
        run(call, &drop_rules_of_level, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id))) < 0 ||
        run(call, &cancel_level, DESKD_ARGS(DESKD_I64(now), DESKD_TENANT, DESKD_I64(id))) < 0 ||
        run(call, &free_tickets, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id))) < 0 ||
        host->audit(call, "delete", id, p->name) < 0)
        return DESKD_FAILED;
    return host->tenant_changed(call);
}

int page_level_delete_post(struct deskd_call *call)
{
    const struct promise *p = of_path(call);
    if (p == NULL || host->transact(call, remove_level, (void *)(uintptr_t)p) < 0)
        return DESKD_FAILED;
    return host->redirect(call, FRONT, host->word(call, "Deleted."));
}
