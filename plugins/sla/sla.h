#ifndef SLA_H /* sla.h - what the parts of the plugin share */
#define SLA_H
#include "clock.h"

#include <deskd_plugin.h>

#define LEVELS_MAX 50 /* of a help desk */
#define RULES_MAX  100
#define FRONT      "/plugins/sla"
#define RULES_PATH FRONT "/rules"
#define MINUTE_MS  INT64_C(60000)
#define NAME_BYTES 400

extern const struct deskd_host *host;

struct promise { /* a level with what only people need */
    struct level level;
    char name[NAME_BYTES + 1];
    int is_default;
};
struct rule {
    int64_t id, level_id, department_id;
    int source, on_transfer;
    char address[801], subject[401];
};
/* What a process keeps of a help desk. */
struct desk {
    struct promise *levels;
    size_t levels_n;
    struct rule *rules;
    size_t rules_n;
};
const struct desk *desk_of(struct deskd_call *call);
/* NULL: there is none of that id. */
const struct promise *desk_level(const struct desk *d, int64_t id);

int store_open(struct deskd_call *call, void **data);
void store_close(void *data);

int64_t number(const struct deskd_rows *rows, size_t row, size_t column);
/* DESKD_OK, or DESKD_FAILED. */
int run(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
        size_t n);

/* --- sla_clocks.c --- */

/* A ticket with its clocks, until the end of the transaction. */
struct work {
    int64_t ticket_id, number, department_id, agent_id;
    int is_known; /* has had a level */
    int64_t level_id, due_at, warns_at;
    struct clocks set;
};
struct hours hours_of(struct deskd_call *call);
/* w->ticket_id must be set. */
int work_load(struct deskd_call *call, struct work *w);
/* Writes what has changed, and sees to it that somebody looks when something is due. */
int work_save(struct deskd_call *call, struct work *w);
/* Its level with the calendars as they are today; NULL for none. */
int work_level(struct deskd_call *call, int64_t level_id, struct level *room,
               const struct level **out);
void clock_read(const struct deskd_rows *rows, size_t row, struct clock *c);

/* --- sla_watch.c: hooks and the job --- */

int watch_changed(struct deskd_call *call, const struct deskd_change *change);
int watch_urgency(struct deskd_call *call, const struct deskd_ticket *ticket,
                  struct deskd_urgency *out);
int watch_tick(struct deskd_call *call, const struct deskd_job *job);
int watch_calendar(struct deskd_call *call, int64_t calendar_id);
int watch_recalendar(struct deskd_call *call, const struct deskd_job *job);
/* In a transaction of its own. */
int watch_set_level(struct deskd_call *call, int64_t ticket_id, int64_t level_id);

/* --- sla_rules.c --- */

/* Whether a rule fits a ticket. */
int rule_fits(const struct rule *r, const struct deskd_ticket *t);

/* --- pages --- */

int page_levels(struct deskd_call *call);
int page_level_new(struct deskd_call *call);
int page_level_new_post(struct deskd_call *call);
int page_level(struct deskd_call *call);
int page_level_post(struct deskd_call *call);
int page_level_delete(struct deskd_call *call);
int page_level_delete_post(struct deskd_call *call);
int page_rules(struct deskd_call *call);
int page_rules_post(struct deskd_call *call);
int page_rule_delete(struct deskd_call *call);
int page_rule_up(struct deskd_call *call);
int page_ticket_level(struct deskd_call *call);
int fill_side(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
int fill_column(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);

/* kind_is_first, kind_is_next, kind_is_assign, kind_is_resolve, kind_is_inform. */
void show_kind(struct deskd_view *v, int kind);
/* Rows of name: choice_id, choice_name, is_selected. */
void show_levels(struct deskd_call *call, struct deskd_view *v, const char *name, int64_t selected);
/* "2 h 05 min", "3 d 1 h": days of 24 hours. */
const char *duration(struct deskd_call *call, int64_t ms);
#endif
