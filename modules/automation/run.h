#ifndef DESKD_AUTOMATION_RUN_H /* modules/automation/run.h - what was decided, by what, and what   \
                                  came of it */
#define DESKD_AUTOMATION_RUN_H
#include "automation/rule.h"

struct act;

/* One rule that was asked. */
struct run_entry {
    const struct rule *rule;
    struct rule_verdict verdict;
    const char *
        *misfits; /* where it applied, for each of its actions: why it did nothing, or NULL */
};
/* All rules that were asked about one event. */
struct run {
    int64_t at;
    enum trigger trigger;
    struct run_entry *entries;
    size_t n;
    int64_t applied;
};
/* Inside the transaction. */
int run_add(struct act *act, int64_t ticket_id, const struct run *run, struct err *err);

/* As it is read: the rule may be another by now, or gone, so all is told in texts of then. */
struct told_condition {
    const char *field, *op, *values, *saw; /* values: with commas between them */
    const char *absent;                    /* why nobody could say; "" where somebody did */
    bool took_too_long;
};
struct told_action {
    struct rule_action action;
    const char *misfit; /* "" where it was done */
};
struct told_rule {
    int64_t id, version;
    const char *name;
    bool applied;
    struct told_condition
        *conditions; /* of each group the one that failed; where it applied, all of its group */
    size_t conditions_n;
    struct told_action *actions;
    size_t actions_n;
};
struct told_run {
    int64_t id, at;
    enum trigger trigger;
    struct told_rule *rules;
    size_t n;
};
#define RUNS_SHOWN 50
/* The newest of a ticket, newest first. */
int runs_of(struct act *act, int64_t ticket_id, struct told_run **out, size_t *n, struct err *err);
#endif
