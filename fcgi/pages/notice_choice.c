#include "fcgi/pages/notice_choice.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "db/db.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "notice/choice.h"

#include <inttypes.h>

#define CHANNEL_FACTOR 16 /* a box: the number of its channel times this, and its event */

struct channel {
    const char *name;
    const char *label; /* in the reader's language */
    int64_t number;
};

/* A number of its own for a channel, whichever others there are. */
static int64_t number_of(const char *name)
{
    uint32_t hash = 2166136261U;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;
    return hash;
}

static void channels_of(struct request *rq, struct channel **out, size_t *n)
{
    *out = arena_array(rq->arena, 2, sizeof(**out));
    (*out)[0] = (struct channel) { CHANNEL_APP, _("In the app"), number_of(CHANNEL_APP) };
    (*out)[1] = (struct channel) { CHANNEL_MAIL, _("E-mail"), number_of(CHANNEL_MAIL) };
    *n = 2;
}

static const char *label_of(enum notice_event e)
{
    switch (e) {
    case NOTICE_ASSIGNED:
        return _("A ticket is assigned to me");
    case NOTICE_REPLY:
        return _("The customer writes on a ticket of mine");
    case NOTICE_REOPENED:
        return _("A ticket of mine is open again");
    case NOTICE_DEPARTMENT_REOPENED:
        return _("A ticket of my department is open again");
    case NOTICE_NEW:
    case NOTICE_TEXT:
    default:
        return _("A ticket is new in my department");
    }
}

int notice_choice_show(struct request *rq, struct view *v, int64_t user_id, const char *action,
                       struct err *err)
{
    struct notice_choice *chosen;
    struct channel *channels;
    size_t chosen_n, n;
    const char *ids = arena_printf(rq->arena, "%" PRId64, user_id);
    if (notice_choices(rq->db, rq->arena, ids, &chosen, &chosen_n, err) < 0)
        return -1;
    channels_of(rq, &channels, &n);
    view_text(v, "notices_action", action);
    struct view_list *heads = view_list(v, "notice_channels"),
                     *rows = view_list(v, "notice_events");
    for (size_t i = 0; i < n; i++)
        view_text(view_row(heads), "channel", channels[i].label);
    for (int e = NOTICE_ASSIGNED; e <= NOTICE_EVENTS; e++) {
        struct view *row = view_row(rows);
        struct view_list *boxes = view_list(row, "boxes");
        view_text(row, "event", label_of((enum notice_event)e));
        for (size_t i = 0; i < n; i++) {
            struct view *box = view_row(boxes);
            unsigned events = notice_chosen(chosen, chosen_n, user_id, channels[i].name);
            view_i64(box, "value", channels[i].number * CHANNEL_FACTOR + e);
            view_text(box, "channel", channels[i].label);
            view_bool(box, "is_ticked", (events & NOTICE_BIT(e)) != 0);
        }
    }
    return 0;
}

struct saving {
    struct request *rq;
    int64_t user_id;
};

static unsigned ticked(const struct request *rq, const struct channel *c)
{
    size_t n;
    unsigned events = 0;
    const int64_t *values = form_i64s(rq, "tell", &n);
    for (size_t i = 0; i < n; i++)
        for (int e = NOTICE_ASSIGNED; e <= NOTICE_EVENTS; e++)
            if (values[i] == c->number * CHANNEL_FACTOR + e)
                events |= NOTICE_BIT(e);
    return events;
}

static int save(struct db *db, void *data, struct err *err)
{
    const struct saving *s = data;
    struct channel *channels;
    size_t n;
    channels_of(s->rq, &channels, &n);
    for (size_t i = 0; i < n; i++) {
        const struct notice_choice c = { s->user_id, channels[i].name,
                                         ticked(s->rq, &channels[i]) };
        if (notice_choose(db, &c, err) < 0)
            return -1;
    }
    return 0;
}

int notice_choice_save(struct request *rq, int64_t user_id, struct err *err)
{
    return db_transact(rq->db, save, &(struct saving) { rq, user_id }, err);
}
