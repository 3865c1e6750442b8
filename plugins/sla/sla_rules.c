#include "sla.h" /* Configuration > SLA rules: which ticket gets which level */

#include "sla_sql.h"

#include <stdio.h>
#include <string.h>

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int begins(const char *s, const char *with)
{
    while (*with != '\0' && lower((unsigned char)*s) == lower((unsigned char)*with)) {
        s++;
        with++;
    }
    return *with == '\0';
}

static int contains(const char *s, const char *part)
{
    for (; *s != '\0'; s++)
        if (begins(s, part))
            return 1;
    return *part == '\0';
}

static int is_same(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && begins(a, b);
}

/* An address, or with @ before it a domain. */
static int address_fits(const char *wanted, const char *email)
{
    const char *at = strrchr(email, '@');
    if (*wanted == '\0')
        return 1;
    return *wanted == '@' ? at != NULL && is_same(at, wanted) : is_same(email, wanted);
}

int rule_fits(const struct rule *r, const struct deskd_ticket *t)
{
    return (r->department_id == 0 || r->department_id == t->department_id) &&
           (r->source == 0 || r->source == t->source) &&
           address_fits(r->address, t->contact_email) && contains(t->subject, r->subject);
}

/* --- the page --- */

static void show_departments(struct deskd_view *v, const struct deskd_department *all, size_t n)
{
    struct deskd_list *list = host->view_list(v, "departments");
    for (size_t i = 0; i < n; i++) {
        struct deskd_view *row = host->view_row(list);
        host->view_i64(row, "choice_id", all[i].id);
        host->view_text(row, "choice_name", all[i].name);
    }
}

static void show_rule(struct deskd_view *v, const struct desk *d, const struct rule *r,
                      const struct deskd_department *all, size_t n)
{
    const struct promise *p = desk_level(d, r->level_id);
    host->view_i64(v, "id", r->id);
    host->view_text(v, "level", p != NULL ? p->name : NULL);
    for (size_t i = 0; i < n; i++)
        if (all[i].id == r->department_id)
            host->view_text(v, "department", all[i].name);
    host->view_bool(v, "source_is_mail", r->source == DESKD_SOURCE_MAIL);
    host->view_bool(v, "source_is_form", r->source == DESKD_SOURCE_FORM);
    host->view_bool(v, "source_is_agent", r->source == DESKD_SOURCE_AGENT);
    host->view_text(v, "address", r->address[0] != '\0' ? r->address : NULL);
    host->view_text(v, "subject", r->subject[0] != '\0' ? r->subject : NULL);
    host->view_bool(v, "on_transfer", r->on_transfer);
    host->view_bool(v, "is_any",
                    r->department_id == 0 && r->source == 0 && r->address[0] == '\0' &&
                        r->subject[0] == '\0');
}

static int show_page(struct deskd_call *call, int status)
{
    const struct desk *d = desk_of(call);
    const struct deskd_department *departments;
    size_t n;
    struct deskd_view *v = host->view(call);
    struct deskd_list *list = host->view_list(v, "rules");
    if (host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < d->rules_n; i++) {
        struct deskd_view *row = host->view_row(list);
        show_rule(row, d, &d->rules[i], departments, n);
        host->view_bool(row, "is_first", i == 0);
    }
    for (size_t i = 0; i < d->levels_n; i++)
        if (d->levels[i].is_default)
            host->view_text(v, "default_level", d->levels[i].name);
    show_departments(v, departments, n);
    show_levels(call, v, "levels", 0);
    return host->render(call, status, "rules", v);
}

int page_rules(struct deskd_call *call)
{
    return show_page(call, 200);
}

static int add_rule(struct deskd_call *call, void *data)
{
    const struct rule *r = data;
    struct deskd_rows rows;
    int64_t id = host->new_id(call);
    if (host->query(call, &count_rules, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    if (number(&rows, 0, 0) >= RULES_MAX)
        return host->fail(call, DESKD_ERR_REFUSED, "There are too many rules.");
    if (run(call, &insert_rule,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(id), DESKD_I64(number(&rows, 0, 1) + 1),
                       DESKD_I64(r->level_id), DESKD_I64(r->department_id), DESKD_I64(r->source),
                       DESKD_TEXT(r->address), DESKD_TEXT(r->subject), DESKD_I64(r->on_transfer))) <
            0 ||
        host->audit(call, "rule_create", id, "") < 0)
        return DESKD_FAILED;
    return host->tenant_changed(call);
}

static void take_text(struct deskd_call *call, const char *name, char *out, size_t size)
{
    const char *s = host->form_text(call, name);
    (void)snprintf(out, size, "%s", s != NULL ? s : "");
}

int page_rules_post(struct deskd_call *call)
{
    struct rule r = { .level_id = host->form_i64(call, "level", 0),
                      .department_id = host->form_i64(call, "department", 0),
                      .source = (int)host->form_i64(call, "source", 0),
                      .on_transfer = host->form_bool(call, "on_transfer") };
    take_text(call, "address", r.address, sizeof(r.address));
    take_text(call, "subject", r.subject, sizeof(r.subject));
    if (r.level_id != 0 && desk_level(desk_of(call), r.level_id) == NULL)
        return host->fail(call, DESKD_ERR_INVALID, "no such level");
    if (host->transact(call, add_rule, &r) < 0)
        return DESKD_FAILED;
    return host->redirect(call, RULES_PATH, host->word(call, "Saved."));
}

static int drop_rule(struct deskd_call *call, void *data)
{
    int64_t id = *(const int64_t *)data;
    int64_t n = host->exec(call, &delete_rule, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id)));
    if (n <= 0)
        return n < 0 ? DESKD_FAILED : host->fail(call, DESKD_ERR_NOT_FOUND, "no such rule");
    return host->audit(call, "rule_delete", id, "") < 0 ? DESKD_FAILED : host->tenant_changed(call);
}

int page_rule_delete(struct deskd_call *call)
{
    int64_t id = host->path_i64(call, "id");
    if (host->transact(call, drop_rule, &id) < 0)
        return DESKD_FAILED;
    return host->redirect(call, RULES_PATH, host->word(call, "Deleted."));
}

static int move(struct deskd_call *call, int64_t id, int64_t place)
{
    return run(call, &move_rule, DESKD_ARGS(DESKD_I64(place), DESKD_TENANT, DESKD_I64(id)));
}

static int move_up(struct deskd_call *call, void *data)
{
    int64_t id = *(const int64_t *)data;
    struct deskd_rows rows;
    if (host->query(call, &lock_places, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++) {
        if (number(&rows, i, 0) != id)
            continue;
        if (i > 0 && (move(call, id, number(&rows, i - 1, 1)) < 0 ||
                      move(call, number(&rows, i - 1, 0), number(&rows, i, 1)) < 0))
            return DESKD_FAILED;
        return host->tenant_changed(call);
    }
    return host->fail(call, DESKD_ERR_NOT_FOUND, "no such rule");
}

int page_rule_up(struct deskd_call *call)
{
    int64_t id = host->path_i64(call, "id");
    if (host->transact(call, move_up, &id) < 0)
        return DESKD_FAILED;
    return host->redirect(call, RULES_PATH, NULL);
}
