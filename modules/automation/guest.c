#include "automation/guest.h"

#include "automation/rule.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"

#include <string.h>

bool guest_is_name(const char *name)
{
    return strchr(name, ':') != NULL;
}

typedef bool offers(void *data, size_t i, struct rule_offer *out);

static const char *label_of(void *data, offers *at, const char *name)
{
    struct rule_offer o;
    for (size_t i = 0; at(data, i, &o); i++)
        if (str_is(o.name, name))
            return o.label;
    return NULL;
}

const char *guest_condition_label(const struct rule_guest *g, const char *name)
{
    return g == NULL ? NULL : label_of(g->data, g->condition_at, name);
}

const char *guest_action_label(const struct rule_guest *g, const char *name)
{
    return g == NULL ? NULL : label_of(g->data, g->action_at, name);
}

static bool concerns_all(const struct err *err)
{
    return err->code == ERR_DEADLOCK || err->code == ERR_UNAVAILABLE || err->code == ERR_NO_MEMORY;
}

int guest_holds(const struct rule_guest *g, const struct rule_question *q, const char **saw,
                struct err *err)
{
    struct err own = ERR_INIT;
    *saw = WORDS("the plugin is off");
    int rc = g == NULL ? GUEST_ABSENT : g->holds(g->data, q, saw, &own);
    if (rc >= 0)
        return rc;
    if (concerns_all(&own)) {
        *err = own;
        return err_wrap(err, "condition %s", q->name);
    }
    *saw = WORDS("the plugin failed");
    return GUEST_ABSENT;
}

int guest_run(const struct rule_guest *g, const struct rule_question *q, struct err *err)
{
    return g == NULL ? err_set(err, ERR_REFUSED, WORDS("the plugin is off"))
                     : g->run(g->data, q, err);
}

static int check_conditions(const struct rule_guest *g, const struct rule_group *group,
                            struct err *err)
{
    for (size_t i = 0; i < group->n; i++) {
        const char *name = group->conditions[i].field->name;
        if (guest_is_name(name) && guest_condition_label(g, name) == NULL)
            return err_set(err, ERR_INVALID, "%s: %.60s",
                           WORDS("no plugin that is on has this condition"), name);
    }
    return 0;
}

int guest_check(const struct rule_guest *g, const struct rule *rule, struct err *err)
{
    for (size_t i = 0; i < rule->groups_n; i++)
        if (check_conditions(g, &rule->groups[i], err) < 0)
            return -1;
    for (size_t i = 0; i < rule->actions_n; i++) {
        const char *name = rule->actions[i].name;
        if (guest_is_name(name) && guest_action_label(g, name) == NULL)
            return err_set(err, ERR_INVALID, "%s: %.60s",
                           WORDS("no plugin that is on has this action"), name);
    }
    return 0;
}
