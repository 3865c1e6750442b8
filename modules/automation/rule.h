#ifndef DESKD_AUTOMATION_RULE_H /* modules/automation/rule.h - when something happens and this     \
                                   holds, do that */
#define DESKD_AUTOMATION_RULE_H
#include "automation/condition.h"
#include "automation/facts.h"

struct err;

#define RULE_GROUPS     20
#define RULE_CONDITIONS 20 /* of a group */
#define RULE_ACTIONS    20
#define ACTION_ARGS     4

/* What to do: a name and texts for it, see automation/action.h. */
struct rule_argument {
    const char *name, *value;
};
struct rule_action {
    const char *name;
    struct rule_argument args[ACTION_ARGS];
    size_t args_n;
};
const char *rule_argument(const struct rule_action *a, const char *name); /* "" for none */

struct rule_group {
    struct condition *conditions;
    size_t n;
};
struct rule {
    int64_t id, version, position;
    bool is_active, stops; /* stops: rules behind it are not asked when it applied */
    const char *name, *notes;
    enum trigger trigger;
    struct rule_group *groups; /* all conditions of one of them must hold; none: always */
    size_t groups_n;
    struct rule_action *actions; /* in order */
    size_t actions_n;
};

/*
 * Groups and actions as the database keeps them:
 *   { "groups": [ [ { "field": "ticket.subject", "op": "contains", "values": ["invoice"] } ] ],
 *     "actions": [ { "do": "transfer", "department": "12" } ] }
 * Checked whole: ERR_INVALID says what is wrong. An action's name and arguments are checked by
 * automation/action.h.
 */
int rule_read(struct arena *a, const char *json, size_t n, struct rule *out, struct err *err);
const char *rule_write(struct arena *a, const struct rule *rule);

/* How a rule was judged: matched by group number group; or, for each group, the first condition
 * that did not hold and what it saw. */
struct group_verdict {
    size_t condition;                    /* that failed first; n: none did */
    struct answer_of_condition *answers; /* of the conditions up to that one */
};
struct rule_verdict {
    bool applies;
    size_t group;                   /* that held */
    struct group_verdict *verdicts; /* of groups 0 to groups_n, or up to the one that held */
    size_t n;
};
/* -1 as condition_ask. */
int rule_judge(struct arena *a, const struct rule *rule, const struct rule_facts *facts,
               struct rule_verdict *out, struct err *err);
#endif
