#ifndef DESKD_AUTOMATION_ACTION_H /* modules/automation/action.h - what rules can do */
#define DESKD_AUTOMATION_ACTION_H
#include "automation/rule.h"

struct act;
struct db;

enum argument_kind {
    ARGUMENT_DEPARTMENT, /* an id */
    ARGUMENT_PERSON,     /* an id; "" for nobody */
    ARGUMENT_MINUTES,
    ARGUMENT_TEXT
};
struct argument_kind_of {
    const char *name, *label;
    enum argument_kind kind;
    bool is_required;
};

struct action_kind {
    const char *name;                /* "transfer": in the database */
    const char *label;               /* in English, for the catalogue */
    struct argument_kind_of args[2]; /* ends with one without a name */
    /* Inside the transaction, on behalf of the rule named in reason; *t is the ticket as it is and
     * becomes. ERR_REFUSED and ERR_INVALID: it did not fit, the rule goes on. */
    int (*run)(struct act *act, struct ticket *t, const struct rule_action *action,
               const char *reason, struct err *err);
};
const struct action_kind *action_at(size_t i);              /* NULL past the last */
const struct action_kind *action_by_name(const char *name); /* NULL: there is none */
/* A guest's action (automation/guest.h) has one argument of this name, which may be left out. */
#define GUEST_ARGUMENT "value"

/* Whether all actions of a rule make sense in this tenant: ERR_INVALID. Those of guests are only
 * checked for their form: see guest_check. */
int actions_check(struct db *db, struct arena *a, const struct rule *rule, struct err *err);
#endif
