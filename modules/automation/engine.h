#ifndef DESKD_AUTOMATION_ENGINE_H /* modules/automation/engine.h - asks a tenant's rules about     \
                                     what happened, and lets them act */
#define DESKD_AUTOMATION_ENGINE_H
#include "automation/rule.h"
#include "notice/watch.h"
#include "ticket/watch.h"

struct chain;

/*
 * Rules are asked in the transaction that changes a ticket, right before its commit: what they do
 * is there at the same instant, or not at all. Rules of one event are asked in their order; each
 * sees the ticket as the one before has left it, but the event as it was. What they change makes
 * events of its own, which are looked at afterwards. A rule acts at most once per ticket and
 * transaction, and at most ENGINE_DEPTH rounds follow each other.
 */
#define ENGINE_DEPTH          10
/* All expressions that are asked about one ticket in a transaction take at most so much of a
 * processor; what is left of them then does not hold, and the ticket says why. */
#define ENGINE_EXPRESSIONS_NS INT64_C(100000000)
/* How the reasons of events begin that a rule has caused; its name follows. */
#define RULE_REASON           "rule: "

struct engine {
    struct act act; /* on whose behalf rules act */
    struct ticket_watch watch;
    struct ticket_watcher watcher;
    struct notice_watch notices; /* people are told of what changes, by rules too */
    struct rule *rules;          /* of this transaction */
    size_t rules_n;
    struct db_later revision; /* of the rules; asked in this transaction */
    bool is_loaded;
    struct chain *chains;           /* of this transaction */
    const struct rule_guest *guest; /* set by whoever started it; NULL: there are none */
};

/* From now on the tenant's rules are asked about what changes through db, which then tells
 * e->watch: acts on it take that as theirs, and others may be added to it. One for each piece of
 * work; what it is given must live as long. */
void engine_start(struct engine *e, struct db *db, struct arena *a, const struct tenant *tenant,
                  const char *data_dir);

/* The triggers of a change, as bits 1 << trigger. */
unsigned engine_triggers(const struct ticket_change *c);
#endif
