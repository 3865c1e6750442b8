#include "automation/action.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "ticket/status.h"
#include "user/department.h"
#include "user/user.h"

#include <string.h>

#define MINUTE_MS   60000
#define MINUTES_MAX (366 * 24 * 60)
#define TEXT_MOST   10000

static int64_t number_of(const struct rule_action *action, const char *name)
{
    int64_t n = 0;
    (void)str_i64(rule_argument(action, name), 0, INT64_MAX, &n);
    return n;
}

static int run_transfer(struct act *act, struct ticket *t, const struct rule_action *action,
                        const char *reason, struct err *err)
{
    return ticket_assign_because(act, t->id, 0, number_of(action, "department"),
                                 number_of(action, "agent"), reason, err);
}

static int run_assign(struct act *act, struct ticket *t, const struct rule_action *action,
                      const char *reason, struct err *err)
{
    return ticket_assign_because(act, t->id, 0, 0, number_of(action, "agent"), reason, err);
}

static int run_release(struct act *act, struct ticket *t, const struct rule_action *action,
                       const char *reason, struct err *err)
{
    (void)action;
    return ticket_assign_because(act, t->id, 0, 0, 0, reason, err);
}

#define MOVES(name, event)                                                                         \
    static int name(struct act *act, struct ticket *t, const struct rule_action *action,           \
                    const char *reason, struct err *err)                                           \
    {                                                                                              \
        (void)action;                                                                              \
        return ticket_move(act, t, event, reason, err);                                            \
    }
MOVES(run_answered, EVENT_ANSWER)
MOVES(run_resolve, EVENT_RESOLVE)
MOVES(run_reopen, EVENT_REOPEN)
MOVES(run_close, EVENT_CLOSE)
MOVES(run_spam, EVENT_SPAM)
MOVES(run_not_spam, EVENT_NOT_SPAM)
MOVES(run_delete, EVENT_DELETE)

static int run_postpone(struct act *act, struct ticket *t, const struct rule_action *action,
                        const char *reason, struct err *err)
{
    (void)reason;
    return ticket_postpone(act, t->id, 0, act->now + number_of(action, "minutes") * MINUTE_MS, err);
}

static int run_note(struct act *act, struct ticket *t, const struct rule_action *action,
                    const char *reason, struct err *err)
{
    int64_t id;
    struct ticket old = *t;
    struct message_new m = { .kind = MESSAGE_NOTE,
                             .from_name = reason,
                             .subject = t->subject,
                             .body = rule_argument(action, "text"),
                             .quote_at = -1 };
    return message_add(act, t, &m, &id, err) < 0 ? -1 : ticket_save(act, &old, t, err);
}

static int run_follower(struct act *act, struct ticket *t, const struct rule_action *action,
                        const char *reason, struct err *err)
{
    (void)reason;
    return follower_add(act, t->id, number_of(action, "person"), err);
}

#define NOTHING                                                                                    \
    {                                                                                              \
        {                                                                                          \
            NULL, NULL, ARGUMENT_TEXT, false                                                       \
        }                                                                                          \
    }

/* clang-format off */
static const struct action_kind kinds[] = {
    { "transfer", WORDS("Transfer"),
      { { "department", WORDS("Department"), ARGUMENT_DEPARTMENT, true },
        { "agent", WORDS("Agent"), ARGUMENT_PERSON, false } }, run_transfer },
    { "assign", WORDS("Assign"), { { "agent", WORDS("Agent"), ARGUMENT_PERSON, true } }, run_assign },
    { "release", WORDS("Release"), NOTHING, run_release },
    { "answered", WORDS("Mark as answered"), NOTHING, run_answered },
    { "resolve", WORDS("Resolve"), NOTHING, run_resolve },
    { "postpone", WORDS("Postpone"), { { "minutes", WORDS("Minutes"), ARGUMENT_MINUTES, true } }, run_postpone },
    { "reopen", WORDS("Reopen"), NOTHING, run_reopen },
    { "close", WORDS("Close"), NOTHING, run_close },
    { "spam", WORDS("Mark as spam"), NOTHING, run_spam },
    { "not_spam", WORDS("Not spam"), NOTHING, run_not_spam },
    { "delete", WORDS("Delete"), NOTHING, run_delete },
    { "note", WORDS("Add a note"), { { "text", WORDS("Text"), ARGUMENT_TEXT, true } }, run_note },
    { "follower", WORDS("Add a follower"), { { "person", WORDS("Agent"), ARGUMENT_PERSON, true } }, run_follower },
};
/* clang-format on */
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct action_kind *action_at(size_t i)
{
    return i < KINDS ? &kinds[i] : NULL;
}

const struct action_kind *action_by_name(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (str_is(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

/* --- checks --- */

static const struct argument_kind_of *argument_of(const struct action_kind *kind, const char *name)
{
    for (size_t i = 0; i < 2 && kind->args[i].name != NULL; i++)
        if (str_is(kind->args[i].name, name))
            return &kind->args[i];
    return NULL;
}

static int check_person(struct db *db, struct arena *a, const char *value, struct err *err)
{
    struct user user;
    int64_t id = 0;
    int rc = str_i64(value, 1, INT64_MAX, &id) ? user_by_id(db, a, id, &user, err) : 0;
    if (rc < 0)
        return -1;
    return rc == 0 || user.status != USER_ACTIVE
               ? err_set(err, ERR_INVALID, WORDS("there is no such agent any more"))
               : 0;
}

static int check_department(struct db *db, struct arena *a, const char *value, struct err *err)
{
    struct department department;
    int64_t id = 0;
    int rc = str_i64(value, 1, INT64_MAX, &id) ? department_by_id(db, a, id, &department, err) : 0;
    if (rc < 0)
        return -1;
    return rc == 0 ? err_set(err, ERR_INVALID, WORDS("there is no such department any more")) : 0;
}

static int check_value(struct db *db, struct arena *a, const struct argument_kind_of *kind,
                       const char *value, struct err *err)
{
    int64_t minutes;
    if (*value == '\0')
        return kind->is_required
                   ? err_set(err, ERR_INVALID, "%s: %s", WORDS("something is missing"), kind->label)
                   : 0;
    switch (kind->kind) {
    case ARGUMENT_DEPARTMENT:
        return check_department(db, a, value, err);
    case ARGUMENT_PERSON:
        return check_person(db, a, value, err);
    case ARGUMENT_MINUTES:
        return str_i64(value, 1, MINUTES_MAX, &minutes)
                   ? 0
                   : err_set(err, ERR_INVALID, WORDS("that is no number of minutes"));
    default:
        return strlen(value) <= TEXT_MOST
                   ? 0
                   : err_set(err, ERR_INVALID, WORDS("the text is too long"));
    }
}

/* Whoever is to get it must work where it goes. */
static int check_pair(struct db *db, const struct rule_action *action, struct err *err)
{
    int64_t department = number_of(action, "department"), agent = number_of(action, "agent");
    if (department == 0 || agent == 0)
        return 0;
    int rc = user_may_work(db, agent, department, err);
    if (rc < 0)
        return -1;
    return rc == 0
               ? err_set(err, ERR_INVALID, WORDS("this person does not work in that department"))
               : 0;
}

static int check_guest(const struct rule_action *action, struct err *err)
{
    for (size_t i = 0; i < action->args_n; i++)
        if (!str_is(action->args[i].name, GUEST_ARGUMENT))
            return err_set(err, ERR_INVALID, "%s has no %.40s", action->name, action->args[i].name);
    return strlen(rule_argument(action, GUEST_ARGUMENT)) <= TEXT_MOST
               ? 0
               : err_set(err, ERR_INVALID, WORDS("the text is too long"));
}

static int check_one(struct db *db, struct arena *a, const struct rule_action *action,
                     struct err *err)
{
    const struct action_kind *kind = action_by_name(action->name);
    if (guest_is_name(action->name))
        return check_guest(action, err);
    if (kind == NULL)
        return err_set(err, ERR_INVALID, "there is no action %.40s", action->name);
    for (size_t i = 0; i < action->args_n; i++)
        if (argument_of(kind, action->args[i].name) == NULL)
            return err_set(err, ERR_INVALID, "%s has no %.40s", kind->name, action->args[i].name);
    for (size_t i = 0; i < 2 && kind->args[i].name != NULL; i++)
        if (check_value(db, a, &kind->args[i], rule_argument(action, kind->args[i].name), err) < 0)
            return -1;
    return check_pair(db, action, err);
}

int actions_check(struct db *db, struct arena *a, const struct rule *rule, struct err *err)
{
    for (size_t i = 0; i < rule->actions_n; i++)
        if (check_one(db, a, &rule->actions[i], err) < 0)
            return -1;
    return 0;
}
