#include "plugin/ledger.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/word.h"

#include <stdio.h>
#include <string.h>

static uint32_t state_of(const struct ledger_entry *e)
{
    return __atomic_load_n(&e->state, __ATOMIC_ACQUIRE);
}

static void set_state(struct ledger_entry *e, uint32_t state)
{
    __atomic_store_n(&e->state, state, __ATOMIC_RELEASE);
}

/* No library call that a signal handler may not make. */
static void copy(char *out, size_t size, const char *s)
{
    size_t i = 0;
    for (; i + 1 < size && s[i] != '\0'; i++)
        out[i] = s[i];
    for (; i < size; i++)
        out[i] = '\0';
}

static void note(struct ledger *l, const char *plugin, int64_t tenant, const char *where,
                 const char *outer, enum failure_how how, int detail)
{
    if (l == NULL)
        return;
    uint64_t i = __atomic_fetch_add(&l->n, 1, __ATOMIC_ACQ_REL);
    struct ledger_entry *e = &l->places[i % LEDGER_PLACES];
    set_state(e, LEDGER_WRITING);
    e->how = (int32_t)how;
    e->detail = detail;
    e->tenant = tenant;
    e->at_us = clock_ticks_us();
    e->at_ms = clock_now_ms();
    copy(e->plugin, sizeof(e->plugin), plugin);
    copy(e->where, sizeof(e->where), where);
    copy(e->outer, sizeof(e->outer), outer);
    set_state(e, LEDGER_NOTED);
}

void ledger_note(struct ledger *l, const char *plugin, int64_t tenant, const char *where,
                 enum failure_how how, int detail)
{
    note(l, plugin, tenant, where, "", how, detail);
}

void ledger_note_slot(struct ledger *l, struct scoreboard_slot *slot, enum failure_how how,
                      int detail)
{
    if (slot->plugin[0] == '\0' || slot->is_noted != 0)
        return;
    slot->is_noted = 1;
    slot->plugin[sizeof(slot->plugin) - 1] = '\0';
    slot->where[sizeof(slot->where) - 1] = '\0';
    slot->outer[sizeof(slot->outer) - 1] = '\0';
    note(l, slot->plugin, slot->tenant, slot->where, slot->outer, how, detail);
}

bool ledger_has_request(const struct ledger *l, const char *outer)
{
    for (size_t i = 0; l != NULL && i < LEDGER_PLACES; i++) {
        uint32_t state = state_of(&l->places[i]);
        if (state != LEDGER_FREE && state != LEDGER_WRITING &&
            strncmp(l->places[i].outer, outer, sizeof(l->places[i].outer)) == 0)
            return true;
    }
    return false;
}

static bool is_of(const struct ledger_entry *e, const char *plugin, int64_t tenant)
{
    uint32_t state = state_of(e);
    return (state == LEDGER_NOTED || state == LEDGER_TOLD) && e->tenant == tenant &&
           strncmp(e->plugin, plugin, sizeof(e->plugin)) == 0;
}

struct ledger_verdict ledger_look(const struct ledger *l, const char *plugin, int64_t tenant)
{
    struct ledger_verdict v = { false, false, 0 };
    unsigned failures = 0;
    int64_t now = clock_ticks_us(), last = 0;
    for (size_t i = 0; l != NULL && i < LEDGER_PLACES; i++) {
        const struct ledger_entry *e = &l->places[i];
        if (!is_of(e, plugin, tenant) || now - e->at_us > LEDGER_SPAN_US)
            continue;
        failures++;
        last = e->at_us > last ? e->at_us : last;
    }
    v.is_parked = failures >= LEDGER_FAILURES;
    v.is_resting = failures > 0 && now - last < LEDGER_REST_US;
    v.until_us = v.is_resting ? last + LEDGER_REST_US : 0;
    return v;
}

unsigned ledger_count(const struct ledger *l, const char *plugin, int64_t tenant)
{
    unsigned n = 0;
    int64_t now = clock_ticks_us();
    for (size_t i = 0; l != NULL && i < LEDGER_PLACES; i++)
        n += is_of(&l->places[i], plugin, tenant) && now - l->places[i].at_us <= LEDGER_SPAN_US;
    return n;
}

bool ledger_take(struct ledger *l, struct ledger_entry *out)
{
    for (size_t i = 0; l != NULL && i < LEDGER_PLACES; i++) {
        uint32_t noted = LEDGER_NOTED;
        if (!__atomic_compare_exchange_n(&l->places[i].state, &noted, LEDGER_TOLD, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            continue;
        *out = l->places[i];
        out->plugin[sizeof(out->plugin) - 1] = '\0';
        out->where[sizeof(out->where) - 1] = '\0';
        return true;
    }
    return false;
}

void ledger_spend(struct ledger *l, const char *plugin, int64_t tenant)
{
    for (size_t i = 0; l != NULL && i < LEDGER_PLACES; i++)
        if (is_of(&l->places[i], plugin, tenant))
            set_state(&l->places[i], LEDGER_SPENT);
}

const char *failure_text(char *out, size_t size, enum failure_how how, int detail,
                         const char *where)
{
    static const char *const words[] = {
        [FAILED_SIGNAL] = WORDS("crashed"),
        [FAILED_EXIT] = WORDS("ended the program"),
        [FAILED_TIME] = WORDS("took too long"),
        [FAILED_DESCRIPTORS] = WORDS("closed files that are not its own"),
        [FAILED_MEMORY] = WORDS("took too much memory"),
        [FAILED_LOCALE] = WORDS("changed the program's language settings"),
        [FAILED_UMASK] = WORDS("changed the mode of new files"),
        [FAILED_SIGNALS] = WORDS("changed how signals are handled"),
        [FAILED_FOLDER] = WORDS("changed the working folder"),
        [FAILED_OPEN] = WORDS("could not start for this help desk"),
    };
    const char *word = how >= FAILED_SIGNAL && how <= FAILED_OPEN ? words[how] : "failed";
    if (how == FAILED_SIGNAL)
        (void)snprintf(out, size, "%s: signal %d in %s", word, detail, where);
    else if (how == FAILED_EXIT)
        (void)snprintf(out, size, "%s: status %d in %s", word, detail, where);
    else
        (void)snprintf(out, size, "%s: in %s", word, where);
    return out;
}
