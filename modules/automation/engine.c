#include "automation/engine.h"

#include "automation/action.h"
#include "automation/known.h"
#include "automation/pattern.h"
#include "automation/run.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/word.h"
#include "ticket/attachment.h"
#include "ticket/event.h"
#include "ticket/message.h"
#include "ticket/watch.h"
#include "user/roster.h"

#include <string.h>

#define REASON_MAX 200

/* What rules have done to one ticket in this transaction. */
struct chain {
    int64_t ticket_id;
    unsigned rounds;
    bool *has_acted; /* by place of the rule */
    bool is_cut;
    int64_t expressions_ns; /* left for expressions */
    struct chain *next;
};

static void begin(void *data)
{
    struct engine *e = data;
    e->rules = NULL;
    e->rules_n = 0;
    e->is_loaded = false;
    e->chains = NULL;
}

static bool is_moved(const struct ticket_change *c)
{
    return c->before.department_id != c->after.department_id ||
           c->before.agent_id != c->after.agent_id;
}

static enum trigger of_message(int kind)
{
    switch (kind) {
    case MESSAGE_CUSTOMER:
        return TRIGGER_CUSTOMER_MESSAGE;
    case MESSAGE_ANSWER:
        return TRIGGER_ANSWER;
    case MESSAGE_NOTE:
        return TRIGGER_NOTE;
    case MESSAGE_MACHINE:
        return TRIGGER_MACHINE_MESSAGE;
    default:
        return TRIGGER_NONE;
    }
}

unsigned engine_triggers(const struct ticket_change *c)
{
    unsigned bits = 0;
    if ((c->what & WHAT_CREATED) != 0) {
        bits |= 1U << TRIGGER_CREATED;
        if (c->after.source == SOURCE_MAIL)
            bits |= 1U << TRIGGER_CREATED_MAIL;
        return bits;
    }
    if ((c->what & WHAT_MESSAGE) != 0)
        bits |= 1U << of_message(c->message_kind);
    if (c->before.status != c->after.status)
        bits |= 1U << TRIGGER_STATUS;
    if (is_moved(c))
        bits |= 1U << TRIGGER_ASSIGNED;
    return bits & ~(1U << TRIGGER_NONE);
}

static struct chain *chain_of(struct engine *e, int64_t ticket_id)
{
    struct chain *c = e->chains;
    while (c != NULL && c->ticket_id != ticket_id)
        c = c->next;
    if (c != NULL)
        return c;
    c = arena_zalloc(e->act.arena, sizeof(*c));
    c->ticket_id = ticket_id;
    c->expressions_ns = ENGINE_EXPRESSIONS_NS;
    c->has_acted = arena_zalloc(e->act.arena, (e->rules_n + 1) * sizeof(*c->has_acted));
    c->next = e->chains;
    e->chains = c;
    return c;
}

static void expect(void *data)
{
    struct engine *e = data;
    roster_ask_rules(e->act.db, e->act.arena, &e->revision);
}

static int load_rules(struct engine *e, struct err *err)
{
    int64_t revision;
    if (e->is_loaded)
        return 0;
    if (roster_rule_revision(&e->revision, &revision, err) < 0 ||
        rules_known(e->act.db, e->act.arena, revision, &e->rules, &e->rules_n, err) < 0)
        return -1;
    e->is_loaded = true;
    return 0;
}

static bool is_asked(const struct rule *r, unsigned triggers)
{
    return (triggers & 1U << r->trigger) != 0;
}

static bool is_any_asked(const struct engine *e, unsigned triggers)
{
    for (size_t i = 0; i < e->rules_n; i++)
        if (is_asked(&e->rules[i], triggers))
            return true;
    return false;
}

/* --- the facts --- */

static int add_files(struct engine *e, const struct ticket_change *c, struct rule_message *m,
                     struct err *err)
{
    struct attachment *all;
    size_t n;
    if (attachment_all(&e->act, c->after.id, &all, &n, err) < 0)
        return -1;
    const char **names = arena_array(e->act.arena, n + 1, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        if (all[i].message_id == c->message_id)
            names[m->files_n++] = all[i].name;
    names[m->files_n] = NULL;
    m->files = names;
    return 0;
}

static int add_message(struct engine *e, const struct ticket_change *c, struct rule_message *out,
                       struct err *err)
{
    struct message m;
    if (c->message_id == 0)
        return 0;
    int rc = message_by_id(&e->act, c->after.id, c->message_id, &m, err);
    if (rc <= 0)
        return rc;
    *out = (struct rule_message) { .kind = m.kind,
                                   .from = m.from_email,
                                   .to = m.recipients,
                                   .cc = m.cc,
                                   .subject = m.subject,
                                   .body = m.body };
    return c->after.has_attachments ? add_files(e, c, out, err) : 0;
}

static int reload(struct engine *e, struct rule_facts *f, struct err *err)
{
    int rc = ticket_by_id(&e->act, f->now.id, &f->now, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "the ticket is gone") : rc < 0 ? -1 : 0;
}

static int make_facts(struct engine *e, const struct ticket_change *c, struct rule_facts *f,
                      struct err *err)
{
    *f = (struct rule_facts) { .at = c->at,
                               .event_id = id_new(),
                               .actor = c->actor,
                               .user_id = c->user_id,
                               .guest = e->guest,
                               .change = c,
                               .before = (c->what & WHAT_CREATED) != 0 ? NULL : &c->before,
                               .now = { .id = c->after.id } };
    e->act.actor = ACTOR_SYSTEM;
    e->act.viewer = NULL;
    e->act.now = c->at;
    return reload(e, f, err) < 0 ? -1 : add_message(e, c, &f->message, err);
}

/* --- acting --- */

static const char *reason_of(struct engine *e, const struct rule *r)
{
    (void)WORDS("rule"); /* RULE_REASON, for the catalogue */
    return arena_printf(e->act.arena, RULE_REASON "%s", str_cut(e->act.arena, r->name, REASON_MAX));
}

static bool is_misfit(const struct err *err)
{
    return err->code == ERR_REFUSED || err->code == ERR_INVALID || err->code == ERR_CONFLICT;
}

/* Guests see the change as it is told, but its ticket as rules have left it by now. */
static void refresh_change(const struct engine *e, struct rule_facts *f)
{
    if (e->guest == NULL)
        return;
    struct ticket_change *now = arena_alloc(e->act.arena, sizeof(*now));
    *now = *f->change;
    now->after = f->now;
    f->change = now;
}

static int run_action(struct engine *e, struct rule_facts *f, const struct rule_action *action,
                      const char *reason, struct err *err)
{
    const struct action_kind *kind = action_by_name(action->name);
    if (kind != NULL)
        return kind->run(&e->act, &f->now, action, reason, err);
    if (!guest_is_name(action->name))
        return err_set(err, ERR_INVALID, "there is no such action");
    refresh_change(e, f);
    const struct rule_question q = { action->name, rule_argument(action, GUEST_ARGUMENT),
                                     f->change };
    return guest_run(e->guest, &q, err);
}

static int act_on(struct engine *e, const struct rule *r, struct rule_facts *f,
                  struct run_entry *entry, struct err *err)
{
    const char *reason = reason_of(e, r);
    for (size_t i = 0; i < r->actions_n; i++) {
        struct err own = ERR_INIT;
        int rc = run_action(e, f, &r->actions[i], reason, &own);
        if (rc < 0 && !is_misfit(&own)) {
            *err = own;
            return err_wrap(err, "action %s", r->actions[i].name);
        }
        if (rc < 0)
            entry->misfits[i] = arena_strdup(e->act.arena, own.msg);
        if (reload(e, f, err) < 0)
            return -1;
    }
    return 0;
}

static int ask(struct engine *e, size_t place, struct chain *chain, struct rule_facts *f,
               struct run_entry *entry, struct err *err)
{
    const struct rule *r = &e->rules[place];
    struct arena *a = e->act.arena;
    f->trigger = r->trigger;
    *entry = (struct run_entry) { .rule = r };
    refresh_change(e, f);
    if (rule_judge(a, r, f, &entry->verdict, err) < 0)
        return -1;
    if (!entry->verdict.applies)
        return 0;
    chain->has_acted[place] = true;
    entry->misfits = arena_zalloc(a, r->actions_n * sizeof(*entry->misfits));
    return act_on(e, r, f, entry, err);
}

/* Ten rounds, and still something to do: people told deskd to run in circles. */
static int cut(struct engine *e, struct chain *chain, struct err *err)
{
    if (chain->is_cut)
        return 0;
    chain->is_cut = true;
    return event_add(&e->act, chain->ticket_id, "rules_cut", "", "", "", err);
}

static int ask_all(struct engine *e, unsigned triggers, struct chain *chain, struct rule_facts *f,
                   struct err *err)
{
    struct run run = { .at = f->at };
    bool is_stopped = false;
    run.entries = arena_array(e->act.arena, e->rules_n, sizeof(*run.entries));
    for (size_t i = 0; i < e->rules_n && !is_stopped; i++) {
        if (!is_asked(&e->rules[i], triggers) || chain->has_acted[i])
            continue;
        struct run_entry *entry = &run.entries[run.n++];
        if (ask(e, i, chain, f, entry, err) < 0)
            return err_wrap(err, "rule %.80s", e->rules[i].name);
        run.trigger = e->rules[i].trigger;
        run.applied += entry->verdict.applies;
        is_stopped = entry->verdict.applies && e->rules[i].stops;
    }
    chain->rounds += run.applied > 0;
    return run.n == 0 ? 0 : run_add(&e->act, f->now.id, &run, err);
}

static int changed(void *data, const struct ticket_change *c, struct err *err)
{
    struct engine *e = data;
    struct rule_facts facts;
    unsigned triggers = engine_triggers(c);
    if (triggers == 0)
        return 0;
    if (load_rules(e, err) < 0)
        return -1;
    if (!is_any_asked(e, triggers))
        return 0;
    struct chain *chain = chain_of(e, c->after.id);
    if (make_facts(e, c, &facts, err) < 0)
        return -1;
    if (chain->rounds >= ENGINE_DEPTH)
        return cut(e, chain, err);
    patterns_begin(chain->expressions_ns);
    int rc = ask_all(e, triggers, chain, &facts, err);
    chain->expressions_ns = patterns_end();
    return rc;
}

void engine_start(struct engine *e, struct db *db, struct arena *a, const struct tenant *tenant,
                  const char *data_dir)
{
    *e = (struct engine) { .act = { .db = db,
                                    .arena = a,
                                    .tenant = tenant,
                                    .data_dir = data_dir,
                                    .actor = ACTOR_SYSTEM,
                                    .watch = &e->watch },
                           .watcher = {
                               .data = e, .begin = begin, .expect = expect, .changed = changed } };
    ticket_watch_init(&e->watch, a);
    ticket_watch_add(&e->watch, &e->watcher);
    notice_watch_add(&e->notices, db, &e->watch);
    db->watch = &e->watch.db;
}
