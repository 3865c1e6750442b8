#include "plugin/plugin_private.h" /* plugins' conditions and actions, as rules ask for them */

#include "automation/guest.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "html/words.h"

#include <string.h>

static struct plugin_on *on_of_name(struct plugin_scene *s, const char *name)
{
    size_t n = strcspn(name, ":");
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++) {
        const char *id = s->on->list[i].plugin->id;
        if (strlen(id) == n && strncmp(id, name, n) == 0)
            return &s->on->list[i];
    }
    return NULL;
}

static const struct deskd_condition *condition_of(const struct plugin *p, const char *name)
{
    for (const struct deskd_condition *c = p->d->conditions; c != NULL && c->name != NULL; c++)
        if (str_is(c->name, name + strlen(p->id) + 1))
            return c;
    return NULL;
}

static const struct deskd_rule_action *action_of(const struct plugin *p, const char *name)
{
    for (const struct deskd_rule_action *x = p->d->actions; x != NULL && x->name != NULL; x++)
        if (str_is(x->name, name + strlen(p->id) + 1))
            return x;
    return NULL;
}

bool plugin_rule_name_fits(const char *name)
{
    return *name != '\0' && strlen(name) <= 40 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* ---- what there is ---- */

static void offer(struct plugin_scene *s, const struct plugin *p, const char *name,
                  const char *label, struct rule_offer *out)
{
    out->name = arena_printf(s->arena, "%s:%s", p->id, name);
    out->label = arena_printf(s->arena, "%s: %s", words_get_of(p->domain, p->shelf->manifest.name),
                              words_get_of(p->domain, label));
}

static bool condition_at(void *data, size_t i, struct rule_offer *out)
{
    struct plugin_scene *s = data;
    for (size_t k = 0; s->on != NULL && k < s->on->n; k++) {
        const struct plugin *p = s->on->list[k].plugin;
        const struct deskd_condition *c = p->d->conditions;
        for (; c != NULL && c->name != NULL; c++)
            if (i-- == 0) {
                offer(s, p, c->name, c->label, out);
                return true;
            }
    }
    return false;
}

static bool action_at(void *data, size_t i, struct rule_offer *out)
{
    struct plugin_scene *s = data;
    for (size_t k = 0; s->on != NULL && k < s->on->n; k++) {
        const struct plugin *p = s->on->list[k].plugin;
        const struct deskd_rule_action *x = p->d->actions;
        for (; x != NULL && x->name != NULL; x++)
            if (i-- == 0) {
                offer(s, p, x->name, x->label, out);
                return true;
            }
    }
    return false;
}

/* ---- asking ---- */

struct asking {
    const struct deskd_condition *condition;
    const struct deskd_rule_action *action;
    struct deskd_ticket before, after;
    struct deskd_change change;
    const char *value;
    const char *saw;
};

static int run_holds(struct deskd_call *call, void *data)
{
    struct asking *x = data;
    return x->condition->holds(call, &x->change, x->value, &x->saw);
}

static int run_action(struct deskd_call *call, void *data)
{
    struct asking *x = data;
    return x->action->run(call, &x->change, x->value);
}

static int ask(struct plugin_scene *s, struct plugin_on *on, const struct rule_question *q,
               struct asking *x, struct err *err)
{
    plugins_show_change(q->change, &x->before, &x->after, &x->change);
    x->value = q->value;
    bool is_question = x->condition != NULL;
    struct deskd_call call = plugin_call_of(s, on, is_question ? CALL_DECIDE : CALL_RECORD, err);
    return plugin_call(&call, is_question ? "condition" : "action", PLUGIN_CALL_SECONDS,
                       is_question ? run_holds : run_action, x);
}

/* Why nobody can answer; NULL: somebody can. */
static const char *absence(const struct plugin_on *on)
{
    if (on == NULL || on->plugin->is_refused)
        return WORDS("the plugin is off");
    return plugin_works(on) ? NULL : WORDS("the plugin has failed and rests");
}

static int holds(void *data, const struct rule_question *q, const char **saw, struct err *err)
{
    struct plugin_scene *s = data;
    struct plugin_on *on = on_of_name(s, q->name);
    struct asking x = { .condition = on == NULL ? NULL : condition_of(on->plugin, q->name) };
    *saw = absence(on);
    if (*saw != NULL)
        return GUEST_ABSENT;
    if (x.condition == NULL) {
        *saw = WORDS("the plugin does not have it any more");
        return GUEST_ABSENT;
    }
    int rc = ask(s, on, q, &x, err);
    *saw = arena_strdup(s->arena, str_or(x.saw, ""));
    return rc < 0 ? GUEST_FAILED : rc > 0 ? GUEST_YES : GUEST_NO;
}

static int run(void *data, const struct rule_question *q, struct err *err)
{
    struct plugin_scene *s = data;
    struct plugin_on *on = on_of_name(s, q->name);
    struct asking x = { .action = on == NULL ? NULL : action_of(on->plugin, q->name) };
    const char *why = absence(on);
    if (why != NULL)
        return err_set(err, ERR_REFUSED, "%s", why);
    if (x.action == NULL)
        return err_set(err, ERR_REFUSED, WORDS("the plugin does not have it any more"));
    return ask(s, on, q, &x, err) < 0 ? -1 : 0;
}

const struct rule_guest *plugins_in_rules(struct plugin_scene *s)
{
    if (s == NULL || s->plugins == NULL)
        return NULL;
    struct rule_guest *g = arena_alloc(s->arena, sizeof(*g));
    *g = (struct rule_guest) { s, condition_at, action_at, holds, run };
    return g;
}
