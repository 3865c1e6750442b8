#include "responsibility.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRIORITY_MAX   1000
/* Of who has no limit, where loads are compared. */
#define USUAL_CAPACITY 20

enum order order_of(const char *setting)
{
    return strcmp(setting, "priority") == 0 ? ORDER_PRIORITY
           : strcmp(setting, "fifo") == 0   ? ORDER_FIFO
                                            : ORDER_DUE;
}

static int64_t within(int64_t v, int64_t least, int64_t most)
{
    return v < least ? least : v > most ? most : v;
}

void stand_make(const struct deskd_urgency *u, int64_t waiting_since, int64_t now,
                struct stand *out)
{
    int64_t target = u->due_at > waiting_since ? u->due_at - waiting_since : 0;
    int64_t starves_at = u->due_at + target;
    int warns = u->warns_at > 0 && u->warns_at < u->due_at;
    *out = (struct stand) { .priority = within(u->priority, -PRIORITY_MAX, PRIORITY_MAX),
                            .due_at = within(u->due_at, 0, INT64_MAX / 4),
                            .warns_at = u->warns_at,
                            .waiting_since = within(waiting_since, 0, INT64_MAX / 4) };
    if (now >= starves_at) {
        out->band = BAND_STARVING;
    } else if (now >= u->due_at) {
        out->band = BAND_LATE;
        out->moves_at = starves_at;
    } else if (warns && now >= u->warns_at) {
        out->band = BAND_SOON;
        out->moves_at = u->due_at;
    } else {
        out->band = BAND_REST;
        out->moves_at = warns ? u->warns_at : u->due_at;
    }
}

static unsigned char *put(unsigned char *p, int64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *p++ = (unsigned char)((uint64_t)v >> (8 * i));
    return p;
}

void place_make(enum order order, const struct stand *s, int64_t ticket_id,
                unsigned char out[PLACE_BYTES])
{
    int is_fifo = order == ORDER_FIFO;
    int64_t band = s->band < 0 ? 0 : s->band, hurry = PRIORITY_MAX - s->priority;
    unsigned char *p = put(out, is_fifo || s->band == BAND_STARVING ? 0 : 1, 1);
    if (order == ORDER_PRIORITY)
        p = put(put(p, hurry, 2), band, 1);
    else
        p = put(put(p, is_fifo ? 0 : band, 1), is_fifo ? 0 : hurry, 2);
    p = put(p, is_fifo ? 0 : s->due_at, 8);
    (void)put(put(p, s->waiting_since, 8), ticket_id, 8);
}

enum state state_now(int state, int64_t seen_at, int64_t now)
{
    if (state == STATE_PAUSED)
        return STATE_PAUSED;
    return seen_at > now - SEEN_MS ? STATE_HERE : STATE_AWAY;
}

void candidates_judge(struct candidate *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct candidate *c = &all[i];
        c->verdict = c->state == STATE_PAUSED                    ? VERDICT_PAUSED
                     : c->state == STATE_AWAY                    ? VERDICT_AWAY
                     : c->capacity > 0 && c->load >= c->capacity ? VERDICT_FULL
                                                                 : VERDICT_FREE;
    }
}

static int64_t weight(const struct candidate *c)
{
    return c->capacity > 0 ? c->capacity : USUAL_CAPACITY;
}

static int has_less(const struct candidate *a, const struct candidate *b)
{
    return a->load * weight(b) < b->load * weight(a);
}

static int is_free(const struct candidate *c, int64_t user_id)
{
    return c->user_id == user_id && c->verdict == VERDICT_FREE;
}

int candidates_choose(enum mode mode, const struct candidate *all, size_t n, int64_t previous_id,
                      int64_t last_id)
{
    size_t first = 0; /* whose turn it is */
    int chosen = -1;
    for (size_t i = 0; mode == MODE_LAST && i < n; i++)
        if (is_free(&all[i], last_id))
            return (int)i;
    while (first < n && all[first].user_id <= previous_id)
        first++;
    for (size_t k = 0; k < n; k++) {
        size_t i = (first + k) % n;
        if (all[i].verdict != VERDICT_FREE)
            continue;
        if (chosen < 0 || (mode != MODE_TURN && has_less(&all[i], &all[chosen])))
            chosen = (int)i;
    }
    return chosen;
}

void candidates_write(const struct candidate *all, size_t n, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && at + CANDIDATE_BYTES < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%lld:%lld:%lld:%d;", (long long)all[i].user_id,
                               (long long)all[i].load, (long long)all[i].capacity,
                               (int)all[i].verdict);
}

void candidates_read(const char *text, struct candidate *out, size_t cap, size_t *n)
{
    for (*n = 0; *n < cap && *text != '\0'; (*n)++) {
        long long v[4] = { 0 };
        char *end = NULL;
        for (int k = 0; k < 4; k++) {
            v[k] = strtoll(text, &end, 10);
            if (*end != (k < 3 ? ':' : ';'))
                return;
            text = end + 1;
        }
        out[*n] = (struct candidate) {
            .user_id = v[0], .load = v[1], .capacity = v[2], .verdict = (enum verdict)v[3]
        };
    }
}

int has_passed(int64_t from, int64_t minutes, int64_t now)
{
    return now - from >= minutes * MINUTE_MS;
}
