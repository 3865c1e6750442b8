#ifndef SLA_CLOCK_H /* clock.h - the clocks of a ticket: nothing but values, and two functions of  \
                       a calendar */
#define SLA_CLOCK_H
#include <stddef.h>
#include <stdint.h>

enum clock_kind { CLOCK_FIRST = 1, CLOCK_NEXT, CLOCK_ASSIGN, CLOCK_RESOLVE, CLOCK_INFORM };
#define CLOCK_KINDS 5

/* RUNNING and PAUSED may be late already: breached_at. The others have ended. */
enum clock_state { CLOCK_RUNNING = 1, CLOCK_PAUSED, CLOCK_MET, CLOCK_BREACHED, CLOCK_CANCELLED };
enum clock_why {
    WHY_NONE,
    WHY_UNANSWERED, /* resolved without an answer */
    WHY_LEVEL,      /* another level, which has no such clock, or none */
    WHY_SPLIT,      /* what waited went to another ticket */
    WHY_SPAM,       /* from here on: it comes back when this is over */
    WHY_DELETED,
    WHY_MERGED
};
enum clock_tag {
    TAG_SPLIT = 1,
    TAG_FLAGGED = 2,   /* was paused while the customer waited */
    TAG_WITHDRAWN = 4, /* was late until another level or a separation made it longer */
    TAG_CONTINUED = 8  /* another clock goes on from here */
};

/* Business time: id 0, every minute counts. DESKD_OK's 0, or less where it failed. */
struct hours {
    void *data;
    int (*add)(void *data, int64_t id, int64_t version, int64_t from, int64_t ms, int64_t *out);
    int (*between)(void *data, int64_t id, int64_t version, int64_t from, int64_t to, int64_t *out);
};

#define PAUSES_BYTES 9  /* letters of statuses */
#define WARNS_BYTES  40 /* "80% 30m": of the target, and minutes before it */
#define WARNS_MAX    4
struct target {
    int64_t ms; /* 0: there is no such clock */
    int64_t calendar_id, calendar_version;
    char pauses[PAUSES_BYTES];
    char warns[WARNS_BYTES];
};
struct level {
    int64_t id, version;
    int64_t grace_ms; /* at least so much is left where it becomes this one */
    struct target targets[CLOCK_KINDS];
};

struct clock {
    int64_t id, level_id, level_version;
    int kind; /* enum clock_kind */
    struct target target;
    int64_t anchor;   /* since when the customer waits, or what else began */
    int64_t consumed; /* open time up to resumed_at */
    int64_t merged;   /* part of consumed, of another ticket's older message */
    int64_t extra;    /* grace beyond the target */
    int state, was;   /* enum clock_state; was: before it was cancelled */
    int why;          /* enum clock_why */
    int tags;         /* of enum clock_tag */
    int warned;       /* how many warnings are over */
    int64_t resumed_at, due_at, warn_at, breached_at, ended_at; /* 0: not */
    int is_new, is_changed;
};

/* Where the warnings stand, in open time since the beginning, ascending: how many. -1: the text
 * says something else. */
int warns_read(const char *text, int64_t target_ms, int64_t out[WARNS_MAX]);

/* Each: 0, or what hours failed with. */
int clock_start(const struct hours *h, struct clock *c, int64_t anchor, int64_t consumed,
                int64_t at);
int clock_pause(const struct hours *h, struct clock *c, int64_t at);
int clock_resume(const struct hours *h, struct clock *c, int64_t at);
/* Met, or late. */
int clock_stop(const struct hours *h, struct clock *c, int64_t at);
void clock_cancel(struct clock *c, int64_t at, enum clock_why why);
int clock_restore(const struct hours *h, struct clock *c, int64_t at);
/* The level's target and calendar instead of its own: what is used up stays. */
int clock_retarget(const struct hours *h, struct clock *c, const struct level *level, int64_t at);
/* The same target, by another version of its calendar. */
int clock_recalendar(const struct hours *h, struct clock *c, int64_t version, int64_t at);
/* since: of the oldest message that waits, of whichever ticket; 0: none. */
int clock_adopt(const struct hours *h, struct clock *c, int64_t since, int64_t at);
/* Open time that it has run by now. */
int clock_elapsed(const struct hours *h, const struct clock *c, int64_t now, int64_t *out);

int clock_is_live(const struct clock *c); /* running or paused */
int clock_is_held(const struct clock *c); /* cancelled, and may come back */

enum clock_event { EVENT_NONE, EVENT_WARNING, EVENT_BREACH };
/* What is due by now and was not told yet, one a call; *at: when it was due. */
int clock_tick(const struct hours *h, struct clock *c, int64_t now, enum clock_event *what,
               int64_t *at);

/* --- of one ticket --- */

#define CLOCKS_MAX 24
struct clocks {
    struct clock all[CLOCKS_MAX];
    size_t n;
};
enum fact_what { FACT_NEW = 1, FACT_ANSWERED = 2, FACT_RELATED = 4 };
struct fact {
    unsigned what;
    int64_t at, created_at;
    int before, after; /* statuses; before 0 with FACT_NEW */
    int64_t agent_id, waiting_since, answered_at, merged_into_id;
};
/* What a change of the ticket does to its clocks. level NULL: none. set: those that live, are held,
 * or are met and may be continued. */
int clocks_apply(const struct hours *h, struct clocks *set, const struct level *level,
                 const struct fact *f);
/* The ticket has another level since, or none (NULL). */
int clocks_retarget(const struct hours *h, struct clocks *set, const struct level *level,
                    const struct fact *f);
/* The one that is due first, or NULL: of those that run. */
const struct clock *clocks_first(const struct clocks *set);
/* When something happens next; 0: nothing does. */
int64_t clocks_next(const struct clocks *set);
#endif
