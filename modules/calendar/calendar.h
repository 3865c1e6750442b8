#ifndef DESKD_CALENDAR_CALENDAR_H /* modules/calendar/calendar.h - business time: open hours,      \
                                     added and measured */
#define DESKD_CALENDAR_CALENDAR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

/*
 * Open hours are wall-clock times of a zone. One that begins at a time that a clock change leaves
 * out begins when clocks have jumped; one that begins or ends at a time that comes twice begins at
 * the first and ends at the last. Hours that pass midnight belong to the day on which they begin:
 * an exception for that day replaces all of them, one for the next day leaves them. Hours that
 * overlap count once.
 */
#define CALENDAR_DAY_MINUTES 1440
#define CALENDAR_SPANS       24 /* of one day */
#define CALENDAR_EXCEPTIONS  1000

struct calendar_span {
    int32_t from, to; /* minutes after midnight; 0 <= from < 1440, from < to <= from + 1440 */
};
struct calendar_exception {
    int32_t day;    /* since 1970-01-01, see calendar/civil.h */
    bool is_yearly; /* on this day of every year, from that one on */
    const struct calendar_span *spans;
    size_t spans_n;   /* 0: closed */
    const char *name; /* for people; may be NULL */
};
struct calendar_plan {
    const char *zone; /* IANA */
    struct {
        const struct calendar_span *spans;
        size_t n;
    } week[7];                                   /* from Monday */
    const struct calendar_exception *exceptions; /* any order; of one day the single one counts */
    size_t exceptions_n;
};

/* A plan made ready for arithmetic between 1990 and 2100; lives in a. ERR_INVALID says what is
 * wrong with it. */
struct calendar;
int calendar_make(struct arena *a, const struct calendar_plan *plan, struct calendar **out,
                  struct err *err);

#define CALENDAR_NEVER INT64_MAX
/* Instants and durations are milliseconds. The cost does not depend on how far apart they are. */
/* Open time from one instant to a later one; 0 where it is not later. */
int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to);
/* The first instant by which so much open time has passed since from (itself for 0 or less);
 * CALENDAR_NEVER: not before 2100. */
int64_t calendar_add(const struct calendar *c, int64_t from, int64_t open_ms);
bool calendar_is_open(const struct calendar *c, int64_t at);
/* at where it is open then, else the next opening; CALENDAR_NEVER. */
int64_t calendar_next_open(const struct calendar *c, int64_t at);
/* When it is open on a day of its zone, ascending: how many of out's. */
struct calendar_hours {
    int64_t from, to;
};
#define CALENDAR_HOURS (2 * CALENDAR_SPANS)
size_t calendar_hours_of(const struct calendar *c, int32_t day,
                         struct calendar_hours out[CALENDAR_HOURS]);
#endif
