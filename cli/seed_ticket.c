#include "cli/seed.h" /* what happened in one ticket */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "cli/cli.h"
#include "ticket/act.h"
#include "ticket/mail_id.h"
#include "ticket/message.h"
#include "ticket/status.h"
#include "ticket/ticket.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_MS        INT64_C(3600000)
#define DAY_MS         (24 * HOUR_MS)
#define MESSAGES_MOST  7
#define PREVIEW_POINTS 200
#define HUNDRED        100

struct story {
    struct seed *seed;
    struct seed_rows *rows;
    struct dice dice;
    struct ticket t;
    const struct seed_department *department;
    const struct seed_agent *agent; /* who answers */
    const char *customer, *email;
    int64_t n, at, last_customer_at;
    int64_t messages, events;
};

uint64_t dice_roll(struct dice *d, uint64_t sides)
{
    uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return sides == 0 ? 0 : (z ^ z >> 31) % sides;
}

const char *dice_word(struct dice *d, const char *const *list)
{
    size_t n = 0;
    while (list[n] != NULL)
        n++;
    return list[dice_roll(d, n)];
}

static struct dice dice_of(const struct seed *s, int64_t n, uint64_t what)
{
    struct dice d = { (uint64_t)n * 0x10001 + what };
    for (const char *p = s->tenant.name; *p != '\0'; p++)
        d.state = d.state * 31 + (unsigned char)*p;
    (void)dice_roll(&d, 2);
    return d;
}

/* ASCII letters of a name, for an address. */
static const char *slug(struct arena *a, const char *name)
{
    struct buf b = buf_make(a, strlen(name));
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x80 && *name != ' ' && *name != '\'')
            buf_addc(&b, *name);
    return str_lower(a, buf_str(&b));
}

static void customer_of(struct seed *s, int64_t n, const char **name, const char **email)
{
    struct dice d = dice_of(s, n, 1);
    const char *first = dice_word(&d, s->words->first), *last = dice_word(&d, s->words->last);
    *name = arena_printf(s->batch, "%s %s", first, last);
    *email = arena_printf(s->batch, "%s%" PRId64 "@%s.example", str_or(slug(s->batch, last), "c"),
                          n, str_or(slug(s->batch, first), "mail"));
}

int seed_contact(struct seed *s, struct seed_rows *rows, int64_t n, struct err *err)
{
    const char *name, *email;
    customer_of(s, n, &name, &email);
    return seed_add(rows, SEED_CONTACT, err, DB_TENANT, DB_I64(seed_contact_id(s, n)),
                    DB_STR(email), DB_STR(name), DB_I64(s->begins_at));
}

/* A few customers write often, most of them once. */
static int64_t choose_customer(struct story *x)
{
    uint64_t side = (uint64_t)x->seed->contacts;
    uint64_t a = dice_roll(&x->dice, side), b = dice_roll(&x->dice, side);
    return (int64_t)(a < b ? a : b);
}

static void choose_people(struct story *x)
{
    static const unsigned char shares[SEED_DEPARTMENTS] = { 60, 82, 94, 100 };
    uint64_t share = dice_roll(&x->dice, HUNDRED);
    size_t i = 0;
    while (share >= shares[i])
        i++;
    x->department = &x->seed->departments[i];
    x->agent = &x->department->agents[dice_roll(&x->dice, x->department->agents_n)];
    x->t.department_id = x->department->id;
    int64_t customer = choose_customer(x);
    x->t.contact_id = seed_contact_id(x->seed, customer);
    customer_of(x->seed, customer, &x->customer, &x->email);
}

/* Where tickets of this age stand by now: parts of a hundred for N, C, A, W, R, L, B; the rest is
 * deleted. */
static enum status choose_status(struct story *x)
{
    static const struct {
        int64_t days;
        unsigned char parts[7];
    } ages[] = { { 2, { 34, 22, 24, 2, 14, 0, 3 } },
                 { 14, { 3, 7, 26, 4, 56, 0, 3 } },
                 { 60, { 1, 1, 8, 1, 66, 18, 4 } },
                 { 100000, { 0, 0, 1, 0, 8, 86, 4 } } };
    static const enum status order[] = { STATUS_NEW,       STATUS_OPEN,     STATUS_ANSWERED,
                                         STATUS_POSTPONED, STATUS_RESOLVED, STATUS_CLOSED,
                                         STATUS_SPAM };
    int64_t days = (x->seed->ends_at - x->t.created_at) / DAY_MS;
    size_t age = 0;
    while (days >= ages[age].days)
        age++;
    int64_t roll = (int64_t)dice_roll(&x->dice, HUNDRED);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        roll -= ages[age].parts[i];
        if (roll < 0)
            return order[i];
    }
    return STATUS_DELETED;
}

/* One to most sentences of the list, none twice. */
static void add_sentences(struct story *x, struct buf *b, const char *const *list, uint64_t most)
{
    enum { APART = 3 };
    uint64_t n = 0, wanted = 1 + dice_roll(&x->dice, most);
    while (list[n] != NULL)
        n++;
    uint64_t at = dice_roll(&x->dice, n);
    for (uint64_t i = 0; i < wanted && n > 0; i++)
        buf_printf(b, "%s%s", i > 0 ? " " : "", list[(at + i * APART) % n]);
}

static const char *customer_text(struct story *x)
{
    const struct seed_words *w = x->seed->words;
    struct buf b = buf_make(x->seed->batch, 512);
    buf_printf(&b, "%s\n\n", dice_word(&x->dice, w->openings));
    add_sentences(x, &b, w->problems, 4);
    buf_printf(&b, "\n\n%s\n%s", dice_word(&x->dice, w->endings), x->customer);
    return buf_str(&b);
}

static const char *agent_text(struct story *x)
{
    const struct seed_words *w = x->seed->words;
    struct buf b = buf_make(x->seed->batch, 512);
    buf_printf(&b, "%s\n\n", dice_word(&x->dice, w->openings));
    add_sentences(x, &b, w->answers, 3);
    buf_printf(&b, "\n\n%s\n%s", dice_word(&x->dice, w->closings), x->agent->name);
    return buf_str(&b);
}

static void remember(struct story *x, const char *text)
{
    x->t.activity_at = x->at;
    x->t.preview = str_line(x->seed->batch, text, PREVIEW_POINTS);
}

static int say(struct story *x, enum message_kind kind, struct err *err)
{
    struct arena *a = x->seed->batch;
    bool is_customer = kind == MESSAGE_CUSTOMER;
    int64_t id = seed_id(x->at, x->n, x->messages++);
    const char *text = is_customer ? customer_text(x) : agent_text(x);
    const char *mail_id = kind == MESSAGE_NOTE ? NULL
                          : is_customer        ? arena_printf(a, "%" PRIx64 "@%s", (uint64_t)id,
                                                              strchr(x->email, '@') + 1)
                                               : mail_id_make(a, &x->seed->tenant, x->t.id, id);
    if (kind != MESSAGE_NOTE)
        remember(x, text);
    return seed_add(x->rows, SEED_MESSAGE, err, DB_TENANT, DB_I64(x->t.id), DB_I64(id),
                    DB_I64(kind), DB_ID(is_customer ? 0 : x->agent->id),
                    DB_STR(is_customer ? x->customer : x->agent->name),
                    DB_STR(is_customer ? x->email : x->department->address),
                    DB_STR(is_customer       ? x->department->address
                           : mail_id != NULL ? x->email
                                             : ""),
                    DB_STR(x->t.subject), DB_STR(text), DB_STR(mail_id), DB_I64(x->at));
}

static int happened(struct story *x, enum actor actor, const char *kind, const char *old_value,
                    const char *new_value, struct err *err)
{
    int64_t id = seed_id(x->at, x->n, x->events++);
    return seed_add(x->rows, SEED_EVENT, err, DB_TENANT, DB_I64(x->t.id), DB_I64(id), DB_I64(x->at),
                    DB_STR(kind), DB_I64(actor), DB_ID(actor == ACTOR_PERSON ? x->agent->id : 0),
                    DB_STR(old_value), DB_STR(new_value));
}

static int become(struct story *x, enum actor actor, enum status next, struct err *err)
{
    struct arena *a = x->seed->batch;
    enum status old = x->t.status;
    if (old == next)
        return 0;
    x->t.status = next;
    return happened(x, actor, "status", arena_printf(a, "%c", (char)old),
                    arena_printf(a, "%c", (char)next), err);
}

static int customer_writes(struct story *x, struct err *err)
{
    if (x->t.waiting_since == 0)
        x->t.waiting_since = x->at;
    if (say(x, MESSAGE_CUSTOMER, err) < 0)
        return -1;
    return x->t.status == STATUS_NEW ? 0 : become(x, ACTOR_CUSTOMER, STATUS_OPEN, err);
}

static int agent_answers(struct story *x, struct err *err)
{
    if (x->t.agent_id == 0) {
        x->t.agent_id = x->agent->id;
        if (happened(x, ACTOR_PERSON, "assigned", "", x->agent->name, err) < 0)
            return -1;
    }
    x->t.waiting_since = 0;
    if (x->t.answered_at == 0)
        x->t.answered_at = x->at;
    return say(x, MESSAGE_ANSWER, err) < 0 ? -1 : become(x, ACTOR_PERSON, STATUS_ANSWERED, err);
}

/* Time goes on, quickly within a day; never past the end. */
static void later(struct story *x)
{
    int64_t left = x->seed->ends_at - x->at;
    int64_t step = (int64_t)dice_roll(&x->dice, 20 * (uint64_t)HOUR_MS) + HOUR_MS / 20;
    x->at += step < left / 3 ? step : left / 3;
}

/* Question and answer, in turns, so often as was wanted; ends with the right one for the status. */
static int talk(struct story *x, enum status end, struct err *err)
{
    bool ends_with_us = end != STATUS_NEW && end != STATUS_OPEN && end != STATUS_SPAM &&
                        end != STATUS_DELETED;
    int64_t turns = 1 + (int64_t)dice_roll(&x->dice, (uint64_t)(2 * x->seed->messages - 1));
    if (end == STATUS_NEW || end == STATUS_SPAM || end == STATUS_DELETED)
        turns = 1;
    else if (turns % 2 != (ends_with_us ? 0 : 1) || turns < 2)
        turns++;
    if (turns > MESSAGES_MOST)
        turns = ends_with_us ? MESSAGES_MOST - 1 : MESSAGES_MOST;
    if (end == STATUS_OPEN && turns < 3)
        turns = 3;
    for (int64_t i = 0; i < turns; i++) {
        if (i > 0)
            later(x);
        if ((i % 2 == 0 ? customer_writes(x, err) : agent_answers(x, err)) < 0)
            return -1;
    }
    return 0;
}

static int finish(struct story *x, enum status end, struct err *err)
{
    enum status before = x->t.status;
    if (before == end)
        return 0;
    later(x);
    x->t.previous_status = before == STATUS_ANSWERED && end == STATUS_POSTPONED ? STATUS_OPEN
                                                                                : before;
    if (end == STATUS_POSTPONED)
        x->t.wake_at = x->seed->ends_at + (int64_t)dice_roll(&x->dice, 20) * DAY_MS + DAY_MS;
    if (end == STATUS_RESOLVED || end == STATUS_CLOSED) {
        x->t.resolved_at = x->at;
        x->t.waiting_since = 0;
        if (become(x, ACTOR_PERSON, STATUS_RESOLVED, err) < 0)
            return -1;
    }
    if (end == STATUS_RESOLVED || end == STATUS_CLOSED)
        x->t.previous_status = STATUS_NEW;
    return become(x, end == STATUS_CLOSED ? ACTOR_SYSTEM : ACTOR_PERSON, end, err);
}

static int write_ticket(struct story *x, struct err *err)
{
    struct arena *a = x->seed->batch;
    const struct ticket *t = &x->t;
    return seed_add(
        x->rows, SEED_TICKET, err, DB_TENANT, DB_I64(t->id), DB_I64(t->number),
        DB_I64(t->department_id), DB_ID(t->agent_id), DB_I64(t->contact_id), DB_STR(x->customer),
        DB_STR(x->email), DB_STR(arena_printf(a, "%c", (char)t->status)),
        DB_STR(arena_printf(a, "%c", (char)t->previous_status)), DB_I64(status_folder(t->status)),
        DB_I64(status_is_listed(t->status)), DB_I64(t->source), DB_STR(t->subject),
        DB_STR(t->preview), DB_I64(x->messages), DB_I64(t->created_at), DB_I64(t->activity_at),
        DB_ID(t->waiting_since), DB_ID(t->answered_at), DB_ID(t->resolved_at), DB_ID(t->wake_at));
}

static const char *subject_of(struct story *x)
{
    struct arena *a = x->seed->batch;
    const char *form = dice_word(&x->dice, x->seed->words->subjects), *place = strstr(form, "%s");
    const char *domain = strchr(x->email, '@') + 1;
    return place == NULL
               ? form
               : arena_printf(a, "%.*s%s%s", (int)(place - form), form, domain, place + 2);
}

int seed_ticket(struct seed *s, struct seed_rows *rows, int64_t n, struct err *err)
{
    struct story x = { .seed = s, .rows = rows, .dice = dice_of(s, n, 2), .n = n };
    int64_t slice = (s->ends_at - s->begins_at) / s->tickets;
    x.at = s->begins_at + slice * n + (int64_t)dice_roll(&x.dice, (uint64_t)slice + 1);
    x.t = (struct ticket) { .id = seed_id(x.at, n, 0),
                            .number = n + 1,
                            .status = STATUS_NEW,
                            .previous_status = STATUS_NEW,
                            .source = dice_roll(&x.dice, 8) == 0 ? SOURCE_FORM : SOURCE_MAIL,
                            .created_at = x.at };
    choose_people(&x);
    x.t.subject = subject_of(&x);
    enum status end = choose_status(&x);
    if (happened(&x, ACTOR_CUSTOMER, "created", "", "", err) < 0 || talk(&x, end, err) < 0 ||
        finish(&x, end, err) < 0)
        return -1;
    if (end == STATUS_NEW && dice_roll(&x.dice, 3) == 0)
        x.t.agent_id = x.agent->id;
    return write_ticket(&x, err);
}
