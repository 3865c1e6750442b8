#ifndef DESKD_PLUGIN_LEDGER_H /* modules/plugin/ledger.h - which plugin has failed for whom:       \
                                 shared by all processes */
#define DESKD_PLUGIN_LEDGER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct scoreboard_slot;

/*
 * A failure is what costs a process: a crash, an end, a hang, or something after which the process
 * cannot go on. After one the plugin rests for that tenant for a second; after the third within ten
 * minutes it is parked: at once by everybody who looks here, for good by a jobs child that sweeps
 * the ledger into the database (plugin/park.h).
 */
#define LEDGER_PLACES   512
#define LEDGER_REST_US  INT64_C(1000000)
#define LEDGER_SPAN_US  INT64_C(600000000)
#define LEDGER_FAILURES 3

enum failure_how {
    FAILED_SIGNAL = 1,  /* detail: which */
    FAILED_EXIT,        /* it ended the process; detail: the status */
    FAILED_TIME,        /* it took too long */
    FAILED_DESCRIPTORS, /* it closed or replaced descriptors of ours */
    FAILED_MEMORY,      /* it took, or kept, too much memory */
    FAILED_LOCALE,      /* it changed what it must leave as it was: */
    FAILED_UMASK,
    FAILED_SIGNALS,
    FAILED_FOLDER,
    FAILED_OPEN /* it could not prepare itself for the tenant */
};

enum ledger_state { LEDGER_FREE, LEDGER_WRITING, LEDGER_NOTED, LEDGER_TOLD, LEDGER_SPENT };
struct ledger_entry {
    uint32_t state; /* enum ledger_state */
    int32_t how, detail;
    int32_t spare;
    int64_t tenant;
    int64_t at_us, at_ms;
    char plugin[24];
    char where[40]; /* what it was called for */
    char outer[40]; /* the web server's name of the request; "" for none */
};
struct ledger {
    uint64_t n; /* entries ever written */
    struct ledger_entry places[LEDGER_PLACES];
};

/* Async-signal-safe; l may be NULL. plugin and where are cut to size. */
void ledger_note(struct ledger *l, const char *plugin, int64_t tenant, const char *where,
                 enum failure_how how, int detail);
/* The same for what stands in a slot, once. */
void ledger_note_slot(struct ledger *l, struct scoreboard_slot *slot, enum failure_how how,
                      int detail);

/* Whether a process ended in a plugin with this request of the web server's. */
bool ledger_has_request(const struct ledger *l, const char *outer);

struct ledger_verdict {
    bool is_resting, is_parked;
    int64_t until_us; /* when a rest ends; 0: there is none */
};
struct ledger_verdict ledger_look(const struct ledger *l, const char *plugin, int64_t tenant);
/* Takes the next entry that nobody has taken: true with a copy. Each is taken once. */
bool ledger_take(struct ledger *l, struct ledger_entry *out);
/* How many failures of that pair count now. */
unsigned ledger_count(const struct ledger *l, const char *plugin, int64_t tenant);
/* They have led to something: they do not count any more. */
void ledger_spend(struct ledger *l, const char *plugin, int64_t tenant);
/* "crashed: signal 11 in GET /": a reason as words_get_reason (html/words.h) translates it; at most
 * size bytes. Returns out. */
const char *failure_text(char *out, size_t size, enum failure_how how, int detail,
                         const char *where);
#endif
