#include "clock.h" /* all the clocks of one ticket */

#include <string.h>

static int is_answer_clock(const struct clock *c)
{
    return c->kind == CLOCK_FIRST || c->kind == CLOCK_NEXT;
}

static int is_over(int status)
{
    return status == 'R' || status == 'L';
}

static struct clock *live(struct clocks *set, int kind)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->all[i].kind == kind && clock_is_live(&set->all[i]))
            return &set->all[i];
    return NULL;
}

/* One that nobody needs any more makes room where there is none. */
static struct clock *make_room(struct clocks *set)
{
    if (set->n < CLOCKS_MAX)
        return &set->all[set->n++];
    for (size_t i = 0; i < set->n; i++)
        if (!clock_is_live(&set->all[i]) && !clock_is_held(&set->all[i]) && !set->all[i].is_changed)
            return &set->all[i];
    return NULL;
}

static int start(const struct hours *h, struct clocks *set, const struct level *level, int kind,
                 int64_t anchor, int64_t at, int64_t consumed, int tags)
{
    if (level == NULL || level->targets[kind - 1].ms == 0 || live(set, kind) != NULL)
        return 0;
    struct clock *c = make_room(set);
    if (c == NULL)
        return 0;
    *c = (struct clock) { .kind = kind,
                          .level_id = level->id,
                          .level_version = level->version,
                          .target = level->targets[kind - 1],
                          .tags = tags };
    return clock_start(h, c, anchor, consumed, at);
}

static enum clock_why away(const struct fact *f)
{
    if (f->merged_into_id != 0)
        return WHY_MERGED;
    return f->after == 'B' ? WHY_SPAM : f->after == 'X' ? WHY_DELETED : WHY_NONE;
}

static int restore(const struct hours *h, struct clocks *set, const struct fact *f)
{
    for (size_t i = 0; i < set->n; i++)
        if (clock_is_held(&set->all[i]) && clock_restore(h, &set->all[i], f->at) < 0)
            return -1;
    return 0;
}

static void cancel_all(struct clocks *set, const struct fact *f, enum clock_why why)
{
    for (size_t i = 0; i < set->n; i++)
        if (clock_is_live(&set->all[i]))
            clock_cancel(&set->all[i], f->at, why);
}

static int relate(const struct hours *h, struct clocks *set, const struct fact *f)
{
    for (size_t i = 0; i < set->n; i++) {
        struct clock *c = &set->all[i];
        if (!is_answer_clock(c) || !clock_is_live(c))
            continue;
        if (f->waiting_since == 0)
            clock_cancel(c, f->at, WHY_SPLIT);
        else if (clock_adopt(h, c, f->waiting_since, f->at) < 0)
            return -1;
    }
    return 0;
}

static int stop(const struct hours *h, struct clocks *set, int kind, int64_t at)
{
    struct clock *c = live(set, kind);
    return c == NULL ? 0 : clock_stop(h, c, at);
}

static int answered(const struct hours *h, struct clocks *set, const struct level *level,
                    const struct fact *f)
{
    if (stop(h, set, CLOCK_FIRST, f->at) < 0 || stop(h, set, CLOCK_NEXT, f->at) < 0 ||
        stop(h, set, CLOCK_INFORM, f->at) < 0)
        return -1;
    return is_over(f->after) ? 0 : start(h, set, level, CLOCK_INFORM, f->at, f->at, 0, 0);
}

static void cancel(struct clocks *set, int kind, int64_t at, enum clock_why why)
{
    struct clock *c = live(set, kind);
    if (c != NULL)
        clock_cancel(c, at, why);
}

static int resolved(const struct hours *h, struct clocks *set, const struct fact *f)
{
    cancel(set, CLOCK_FIRST, f->at, WHY_UNANSWERED);
    cancel(set, CLOCK_NEXT, f->at, WHY_UNANSWERED);
    cancel(set, CLOCK_ASSIGN, f->at, WHY_UNANSWERED);
    return stop(h, set, CLOCK_RESOLVE, f->at);
}

/* What was resolved goes on where it had stopped, as another clock: the old one stays as it is. */
static int go_on(const struct hours *h, struct clocks *set, const struct level *level,
                 const struct fact *f)
{
    struct clock *last = NULL;
    for (size_t i = 0; i < set->n; i++)
        if (set->all[i].kind == CLOCK_RESOLVE && set->all[i].ended_at != 0 &&
            (set->all[i].tags & TAG_CONTINUED) == 0 && set->all[i].state != CLOCK_CANCELLED)
            last = &set->all[i];
    if (last == NULL)
        return 0;
    last->tags |= TAG_CONTINUED;
    last->is_changed = 1;
    return start(h, set, level, CLOCK_RESOLVE, f->at, f->at, last->consumed, 0);
}

static int start_new(const struct hours *h, struct clocks *set, const struct level *level,
                     const struct fact *f)
{
    int tags = (f->what & FACT_RELATED) != 0 ? TAG_SPLIT : 0;
    if (is_over(f->after))
        return 0;
    if (f->waiting_since != 0 &&
        start(h, set, level, CLOCK_FIRST, f->waiting_since, f->waiting_since, 0, tags) < 0)
        return -1;
    if (f->agent_id == 0 &&
        start(h, set, level, CLOCK_ASSIGN, f->created_at, f->created_at, 0, tags) < 0)
        return -1;
    return start(h, set, level, CLOCK_RESOLVE, f->created_at, f->created_at, 0, tags);
}

static int start_waiting(const struct hours *h, struct clocks *set, const struct level *level,
                         const struct fact *f)
{
    int was_answered = f->after == 'C' || f->answered_at != 0;
    if (f->waiting_since == 0 || is_over(f->after) || !was_answered ||
        live(set, CLOCK_FIRST) != NULL)
        return 0;
    return start(h, set, level, CLOCK_NEXT, f->waiting_since, f->waiting_since, 0, 0);
}

static int pause_or_resume(const struct hours *h, struct clocks *set, const struct fact *f)
{
    for (size_t i = 0; i < set->n; i++) {
        struct clock *c = &set->all[i];
        int is_paused = strchr(c->target.pauses, f->after) != NULL;
        if (!clock_is_live(c) || is_paused == (c->state == CLOCK_PAUSED))
            continue;
        if ((is_paused ? clock_pause(h, c, f->at) : clock_resume(h, c, f->at)) < 0)
            return -1;
        if (is_paused && f->waiting_since != 0)
            c->tags |= TAG_FLAGGED;
    }
    return 0;
}

static int happened(const struct hours *h, struct clocks *set, const struct level *level,
                    const struct fact *f)
{
    int is_reopened = is_over(f->before) && !is_over(f->after);
    if ((f->what & FACT_NEW) != 0 && start_new(h, set, level, f) < 0)
        return -1;
    if ((f->what & (FACT_NEW | FACT_RELATED)) == FACT_RELATED && relate(h, set, f) < 0)
        return -1;
    if ((f->what & FACT_ANSWERED) != 0 && answered(h, set, level, f) < 0)
        return -1;
    if (f->agent_id != 0 && stop(h, set, CLOCK_ASSIGN, f->at) < 0)
        return -1;
    if (is_over(f->after) && resolved(h, set, f) < 0)
        return -1;
    return is_reopened ? go_on(h, set, level, f) : 0;
}

int clocks_apply(const struct hours *h, struct clocks *set, const struct level *level,
                 const struct fact *f)
{
    enum clock_why why = away(f);
    if (why != WHY_NONE && (f->what & FACT_NEW) == 0) {
        cancel_all(set, f, why);
        return 0;
    }
    if ((why == WHY_NONE && restore(h, set, f) < 0) || happened(h, set, level, f) < 0 ||
        start_waiting(h, set, level, f) < 0 || pause_or_resume(h, set, f) < 0)
        return -1;
    if (f->after == 'L')
        cancel(set, CLOCK_INFORM, f->at, WHY_UNANSWERED);
    if (why != WHY_NONE)
        cancel_all(set, f, why);
    return 0;
}

/* What would run by now, had the level been there from the beginning. */
static int catch_up(const struct hours *h, struct clocks *set, const struct level *level,
                    const struct fact *f, int is_first)
{
    int is_unanswered = f->answered_at == 0 && f->after != 'C' && f->waiting_since != 0;
    if (is_unanswered &&
        start(h, set, level, CLOCK_FIRST, f->waiting_since, f->waiting_since, 0, 0) < 0)
        return -1;
    if (is_first && f->agent_id == 0 &&
        start(h, set, level, CLOCK_ASSIGN, f->created_at, f->created_at, 0, 0) < 0)
        return -1;
    return start(h, set, level, CLOCK_RESOLVE, f->created_at, f->created_at, 0, 0);
}

int clocks_retarget(const struct hours *h, struct clocks *set, const struct level *level,
                    const struct fact *f)
{
    int is_first = set->n == 0;
    for (size_t i = 0; i < set->n; i++) {
        struct clock *c = &set->all[i];
        if (!clock_is_live(c))
            continue;
        if (level == NULL || level->targets[c->kind - 1].ms == 0)
            clock_cancel(c, f->at, WHY_LEVEL);
        else if (clock_retarget(h, c, level, f->at) < 0)
            return -1;
    }
    if (is_over(f->after) || away(f) != WHY_NONE)
        return 0;
    if (catch_up(h, set, level, f, is_first) < 0 || start_waiting(h, set, level, f) < 0)
        return -1;
    return pause_or_resume(h, set, f);
}

const struct clock *clocks_first(const struct clocks *set)
{
    const struct clock *first = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const struct clock *c = &set->all[i];
        if (c->state == CLOCK_RUNNING && (first == NULL || c->due_at < first->due_at))
            first = c;
    }
    return first;
}

int64_t clocks_next(const struct clocks *set)
{
    int64_t next = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct clock *c = &set->all[i];
        if (c->state != CLOCK_RUNNING || c->breached_at != 0)
            continue;
        int64_t at = c->warn_at != 0 ? c->warn_at : c->due_at;
        if (next == 0 || at < next)
            next = at;
    }
    return next;
}
