#include "sla.h" /* clocks beside tickets and in lists */

#include "sla_sql.h"

const char *duration(struct deskd_call *call, int64_t ms)
{
    long long minutes = (ms < 0 ? 0 : ms) / MINUTE_MS;
    if (minutes < 60)
        return host->format(call, "%lld min", minutes);
    if (minutes < 1440)
        return minutes % 60 == 0
                   ? host->format(call, "%lld h", minutes / 60)
                   : host->format(call, "%lld h %02lld min", minutes / 60, minutes % 60);
    return minutes % 1440 < 60
               ? host->format(call, "%lld d", minutes / 1440)
               : host->format(call, "%lld d %lld h", minutes / 1440, minutes % 1440 / 60);
}

/* One of is_late, is_soon, is_running. */
static void show_hurry(struct deskd_view *v, int64_t due, int64_t warns, int64_t now)
{
    int is_soon = due > now && warns != 0 && warns <= now;
    host->view_bool(v, "is_late", due <= now);
    host->view_bool(v, "is_soon", is_soon);
    host->view_bool(v, "is_running", due > now && !is_soon);
}

static void show_state(struct deskd_view *v, const struct clock *c)
{
    host->view_bool(v, "is_paused", c->state == CLOCK_PAUSED);
    host->view_bool(v, "is_met", c->state == CLOCK_MET);
    host->view_bool(v, "is_missed", c->state == CLOCK_BREACHED);
    host->view_bool(v, "is_cancelled", c->state == CLOCK_CANCELLED);
    host->view_bool(v, "is_flagged", (c->tags & TAG_FLAGGED) != 0);
    host->view_bool(v, "was_unanswered", c->why == WHY_UNANSWERED);
}

static int show_clock(struct deskd_call *call, struct deskd_view *v, const struct clock *c)
{
    const struct hours h = hours_of(call);
    int64_t now = host->now(call), elapsed, all, until = c->ended_at != 0 ? c->ended_at : now;
    if (clock_elapsed(&h, c, now, &elapsed) < 0 ||
        h.between(h.data, c->target.calendar_id, c->target.calendar_version, c->anchor, until,
                  &all) < 0)
        return DESKD_FAILED;
    show_kind(v, c->kind);
    show_state(v, c);
    if (c->state == CLOCK_RUNNING) {
        show_hurry(v, c->due_at, c->warned > 0 ? 1 : 0, now);
        host->view_time(v, "due", c->due_at);
    }
    host->view_text(v, "elapsed", duration(call, elapsed));
    host->view_text(v, "target", duration(call, c->target.ms + c->extra));
    int64_t paused = all - (elapsed - c->merged);
    if (paused >= MINUTE_MS && c->kind == CLOCK_RESOLVE)
        host->view_text(v, "paused", duration(call, paused));
    return DESKD_OK;
}

int fill_side(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    const struct desk *d = desk_of(call);
    struct deskd_rows rows, ticket;
    struct clock c;
    int64_t id = where->ticket->id;
    if (d == NULL || d->levels_n == 0)
        return DESKD_OK;
    if (host->query(call, &read_ticket, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id)), &ticket) < 0 ||
        host->query(call, &all_clocks, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id)), &rows) < 0)
        return DESKD_FAILED;
    const struct promise *p = ticket.n == 0 ? NULL : desk_level(d, number(&ticket, 0, 0));
    struct deskd_list *list = host->view_list(v, "clocks");
    for (size_t i = 0; i < rows.n && i < 8; i++) {
        clock_read(&rows, i, &c);
        if ((c.tags & TAG_CONTINUED) == 0 && show_clock(call, host->view_row(list), &c) < 0)
            return DESKD_FAILED;
    }
    host->view_i64(v, "number", where->ticket->number);
    host->view_text(v, "level", p != NULL ? p->name : NULL);
    host->view_bool(v, "can_set", host->may(call, "sla.set", 0) == DESKD_YES);
    show_levels(call, v, "levels", p != NULL ? p->level.id : 0);
    return DESKD_YES;
}

int page_ticket_level(struct deskd_call *call)
{
    const struct desk *d = desk_of(call);
    struct deskd_ticket t = { .size = sizeof(t) };
    int64_t level = host->form_i64(call, "level", 0), n = host->path_i64(call, "number");
    int rc = n < 1 ? DESKD_NO : host->ticket_by_number(call, n, &t);
    if (rc <= 0)
        return rc < 0 ? DESKD_FAILED : host->fail(call, DESKD_ERR_NOT_FOUND, "no such ticket");
    if (level != 0 && desk_level(d, level) == NULL)
        return host->fail(call, DESKD_ERR_INVALID, "no such level");
    if (watch_set_level(call, t.id, level) < 0)
        return DESKD_FAILED;
    return host->redirect(call, host->format(call, "/tickets/%lld", (long long)n),
                          host->word(call, "Saved."));
}

/* Of at most TICKETS_AT_ONCE tickets, those that have a due time, in any order. */
static int read_due(struct deskd_call *call, const int64_t *tickets, size_t n,
                    struct deskd_rows *rows)
{
    struct deskd_arg args[TICKETS_AT_ONCE + 1] = { DESKD_TENANT };
    for (size_t i = 0; i < TICKETS_AT_ONCE; i++)
        args[i + 1] = DESKD_I64(i < n ? tickets[i] : 0);
    return host->query(call, &read_tickets, args, TICKETS_AT_ONCE + 1, rows);
}

static void show_cell(struct deskd_call *call, struct deskd_view *cell,
                      const struct deskd_rows *rows, int64_t ticket)
{
    for (size_t i = 0; i < rows->n; i++) {
        int64_t due = number(rows, i, 1);
        if (number(rows, i, 0) != ticket || due == 0)
            continue;
        host->view_bool(cell, "has_due", 1);
        show_hurry(cell, due, number(rows, i, 2), host->now(call));
        host->view_time(cell, "due", due);
    }
}

int fill_column(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    const struct desk *d = desk_of(call);
    if (d == NULL || d->levels_n == 0)
        return DESKD_OK;
    host->view_text(v, "title", host->word(call, "Due"));
    struct deskd_list *list = host->view_list(v, "cells");
    for (size_t at = 0; at < where->tickets_n; at += TICKETS_AT_ONCE) {
        struct deskd_rows rows;
        size_t left = where->tickets_n - at, n = left < TICKETS_AT_ONCE ? left : TICKETS_AT_ONCE;
        if (read_due(call, where->tickets + at, n, &rows) < 0)
            return DESKD_FAILED;
        for (size_t i = 0; i < n; i++)
            show_cell(call, host->view_row(list), &rows, where->tickets[at + i]);
    }
    return DESKD_YES;
}
