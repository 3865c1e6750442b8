#ifndef RESPONSIBILITY_H /* responsibility.h - the order of tickets, and who gets one: nothing but \
                            values */
#define RESPONSIBILITY_H
#include <deskd_plugin.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

/* --- the order --- */

enum order { ORDER_DUE, ORDER_PRIORITY, ORDER_FIFO };
/* The value of the setting; ORDER_DUE for one that is none. */
enum order order_of(const char *setting);

/* STARVING: has waited twice as long as it may; nothing passes it. */
enum band { BAND_STARVING = -1, BAND_LATE = 0, BAND_SOON = 1, BAND_REST = 2 };
/* Where a ticket stands. */
struct stand {
    int band; /* enum band */
    int64_t priority;
    int64_t due_at, warns_at, waiting_since;
    int64_t moves_at; /* when its band changes; 0: never again */
};
void stand_make(const struct deskd_urgency *u, int64_t waiting_since, int64_t now,
                struct stand *out);

#define PLACE_BYTES 28
/* What sorts as the tickets are to be solved, smallest first. */
void place_make(enum order order, const struct stand *s, int64_t ticket_id,
                unsigned char out[PLACE_BYTES]);

/* --- who gets it --- */

enum state { STATE_AWAY = 0, STATE_HERE = 1, STATE_PAUSED = 2 };
#define SEEN_MS (5 * MINUTE_MS) /* who was not seen for so long is away */
/* state: as it is kept; seen_at: when the person was last here. */
enum state state_now(int state, int64_t seen_at, int64_t now);

enum mode { MODE_OFF, MODE_TURN, MODE_LEAST, MODE_LAST };
enum verdict {
    VERDICT_FREE, /* could have had it */
    VERDICT_CHOSEN,
    VERDICT_AWAY,
    VERDICT_PAUSED,
    VERDICT_FULL,
    VERDICT_NO_RIGHT /* may not work there */
};
struct candidate {
    int64_t user_id;
    int64_t load, capacity; /* open tickets; at most (0: any number) */
    enum state state;
    enum verdict verdict;
};
/* Says of each, in ascending order of ids, what speaks against it. */
void candidates_judge(struct candidate *all, size_t n);
/* The one of those that are free, or -1. previous_id: who got the last ticket of the department;
 * last_id: who answered this one last, or 0. */
int candidates_choose(enum mode mode, const struct candidate *all, size_t n, int64_t previous_id,
                      int64_t last_id);

/* Candidates as one line of text, and back: at most cap of them; *n. */
#define CANDIDATE_BYTES 64
void candidates_write(const struct candidate *all, size_t n, char *out, size_t size);
void candidates_read(const char *text, struct candidate *out, size_t cap, size_t *n);

/* --- time --- */

/* Whether so many minutes of work have passed. Calendars will know which minutes those are. */
int has_passed(int64_t from, int64_t minutes, int64_t now);
#endif
