#include "sla.h" /* what is kept of a help desk */

#include "sla_sql.h"

#include <stdlib.h>
#include <string.h>

const struct deskd_host *host;

int64_t number(const struct deskd_rows *rows, size_t row, size_t column)
{
    return rows->rows[row].values[column].i64;
}

static void text(const struct deskd_rows *rows, size_t row, size_t column, char *out, size_t size)
{
    const struct deskd_value *v = &rows->rows[row].values[column];
    size_t n = v->n < size ? v->n : size - 1;
    memcpy(out, v->p, n);
    out[n] = '\0';
}

int run(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
        size_t n)
{
    return host->exec(call, sql, args, n) < 0 ? DESKD_FAILED : DESKD_OK;
}

const struct desk *desk_of(struct deskd_call *call)
{
    return host->tenant_data(call);
}

const struct promise *desk_level(const struct desk *d, int64_t id)
{
    for (size_t i = 0; i < d->levels_n; i++)
        if (d->levels[i].level.id == id)
            return &d->levels[i];
    return NULL;
}

static void take_levels(struct desk *d, const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct promise *p = &d->levels[d->levels_n++];
        p->level.id = number(rows, i, 0);
        text(rows, i, 1, p->name, sizeof(p->name));
        p->is_default = number(rows, i, 2) != 0;
        p->level.grace_ms = number(rows, i, 3) * MINUTE_MS;
        p->level.version = number(rows, i, 4);
    }
}

static void take_targets(struct desk *d, const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct promise *p = (struct promise *)(uintptr_t)desk_level(d, number(rows, i, 0));
        int64_t kind = number(rows, i, 1);
        if (p == NULL || kind < 1 || kind > CLOCK_KINDS)
            continue;
        struct target *t = &p->level.targets[kind - 1];
        t->ms = number(rows, i, 2) * MINUTE_MS;
        t->calendar_id = number(rows, i, 3);
        text(rows, i, 4, t->pauses, sizeof(t->pauses));
        text(rows, i, 5, t->warns, sizeof(t->warns));
    }
}

static void take_rules(struct desk *d, const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct rule *r = &d->rules[d->rules_n++];
        r->id = number(rows, i, 0);
        r->level_id = number(rows, i, 1);
        r->department_id = number(rows, i, 2);
        r->source = (int)number(rows, i, 3);
        text(rows, i, 4, r->address, sizeof(r->address));
        text(rows, i, 5, r->subject, sizeof(r->subject));
        r->on_transfer = number(rows, i, 6) != 0;
    }
}

int store_open(struct deskd_call *call, void **data)
{
    struct deskd_rows levels, targets, rules;
    if (host->query(call, &load_levels, DESKD_ARGS(DESKD_TENANT), &levels) < 0 ||
        host->query(call, &load_targets, DESKD_ARGS(DESKD_TENANT), &targets) < 0 ||
        host->query(call, &load_rules, DESKD_ARGS(DESKD_TENANT), &rules) < 0)
        return DESKD_FAILED;
    struct desk *d = calloc(1, sizeof(*d) + levels.n * sizeof(*d->levels) +
                                   rules.n * sizeof(*d->rules));
    if (d == NULL)
        return host->fail(call, DESKD_ERR_LATER, "no memory for a help desk");
    d->levels = (struct promise *)(d + 1);
    d->rules = (struct rule *)(d->levels + levels.n);
    take_levels(d, &levels);
    take_targets(d, &targets);
    take_rules(d, &rules);
    *data = d;
    return DESKD_OK;
}

void store_close(void *data)
{
    free(data);
}
