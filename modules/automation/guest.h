#ifndef DESKD_AUTOMATION_GUEST_H /* modules/automation/guest.h - conditions and actions that       \
                                    others than core bring */
#define DESKD_AUTOMATION_GUEST_H
#include "ticket/watch.h"

#include <stdbool.h>
struct rule;

/* Names of guests' conditions and actions have a colon in them ("probe:word"); ours never do. A
 * rule keeps them whether or not they are there. */
struct rule_offer {
    const char *name, *label; /* label in the reader's language */
};
struct rule_question {
    const char *name, *value;           /* value: as it was typed, perhaps "" */
    const struct ticket_change *change; /* after: as rules have left the ticket by now */
};
enum guest_answer { GUEST_FAILED = -1, GUEST_NO, GUEST_YES, GUEST_ABSENT };

/* Those of one piece of work for one tenant. */
struct rule_guest {
    void *data;
    /* The i-th that is there; false past the last. */
    bool (*condition_at)(void *data, size_t i, struct rule_offer *out);
    bool (*action_at)(void *data, size_t i, struct rule_offer *out);
    /* Inside the transaction: enum guest_answer. GUEST_ABSENT: nobody can say; *saw is then why, in
     * English. */
    int (*holds)(void *data, const struct rule_question *q, const char **saw, struct err *err);
    /* Likewise: 0, -1. ERR_REFUSED and ERR_INVALID: it was not done, and the rule goes on. */
    int (*run)(void *data, const struct rule_question *q, struct err *err);
};

bool guest_is_name(const char *name);
/* The label of what g (or NULL) offers by that name; NULL: it is not there. */
const char *guest_condition_label(const struct rule_guest *g, const char *name);
const char *guest_action_label(const struct rule_guest *g, const char *name);
/* As the members; without a guest nobody can say, and nothing is done. A condition's failure that
 * does not concern the transaction is a way of being absent. */
int guest_holds(const struct rule_guest *g, const struct rule_question *q, const char **saw,
                struct err *err);
int guest_run(const struct rule_guest *g, const struct rule_question *q, struct err *err);
/* ERR_INVALID where a rule asks or does what nobody offers. */
int guest_check(const struct rule_guest *g, const struct rule *rule, struct err *err);
#endif
