#include "cli/demo.h" /* conversations, step by step, in the order in which they happened */

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "contact/contact.h"
#include "ticket/answer.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "ticket/ticket.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000.0
#define DAY_MS    86400000.0

struct act demo_act(struct demo *d, const struct demo_person *person, int64_t at)
{
    return (struct act) { .db = &d->db,
                          .arena = d->step,
                          .tenant = &d->tenant,
                          .data_dir = d->cli->conf.data_dir,
                          .actor = person != NULL ? ACTOR_PERSON : ACTOR_SYSTEM,
                          .viewer = person != NULL ? &person->viewer : NULL,
                          .now = at };
}

static bool is_from(const struct demo_step *s, const char *source)
{
    return str_is(demo_text(s->talk->json, "source"), source);
}

struct form {
    struct act act;
    const struct demo_step *step;
};

/* What the contact form does. */
static int submit(struct db *db, void *data, struct err *err)
{
    struct form *f = data;
    struct demo_talk *talk = f->step->talk;
    struct contact customer;
    struct ticket t;
    bool is_new;
    int64_t id;
    if (contact_find_or_add(db, f->act.arena, talk->customer.email, talk->customer.name, f->act.now,
                            &customer, &is_new, err) < 0)
        return -1;
    const struct ticket_new n = { .department_id = talk->department->id,
                                  .customer = &customer,
                                  .source = SOURCE_FORM,
                                  .subject = talk->subject };
    const struct message_new m = { .kind = MESSAGE_CUSTOMER,
                                   .from_name = customer.name,
                                   .from_email = customer.email,
                                   .subject = talk->subject,
                                   .body = demo_text(f->step->json, "text"),
                                   .quote_at = -1 };
    if (ticket_create(&f->act, &n, &t, err) < 0)
        return -1;
    struct ticket old = t;
    talk->ticket_id = t.id;
    return message_add(&f->act, &t, &m, &id, err) < 0 ? -1 : ticket_save(&f->act, &old, &t, err);
}

static int play_form(struct demo *d, struct demo_step *s, struct err *err)
{
    struct form f = { demo_act(d, NULL, s->at), s };
    f.act.actor = ACTOR_CUSTOMER;
    return db_transact(&d->db, submit, &f, err);
}

static int play_mail(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)act;
    return s->talk->ticket_id == 0 && is_from(s, "form") ? play_form(d, s, err)
                                                         : demo_mail(d, s, err);
}

static int open_talk(struct demo_step *s, struct act *act, const struct answer *x, struct err *err)
{
    struct ticket t;
    int64_t number;
    const struct answer_new_ticket n = { .customer_email = s->talk->customer.email,
                                         .customer_name = s->talk->customer.name,
                                         .subject = s->talk->subject,
                                         .department_id = s->talk->department->id,
                                         .is_mailed = true,
                                         .first = *x };
    if (answer_open_ticket(act, &n, &number, err) < 0 ||
        ticket_by_number(act, number, &t, err) != 1)
        return -1;
    s->talk->ticket_id = t.id;
    return 0;
}

static int play_answer(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    int64_t message_id;
    struct answer x = { .ticket_id = s->talk->ticket_id,
                        .text = demo_text(s->json, "text"),
                        .resolves = json_is_true(json_object_get(s->json, "resolve")) };
    if (demo_attachments(d, s->json, &x.attachments, &x.attachments_n, err) < 0)
        return -1;
    return x.ticket_id == 0 ? open_talk(s, act, &x, err) : answer_send(act, &x, &message_id, err);
}

static int play_note(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    int64_t message_id;
    const struct answer x = { .ticket_id = s->talk->ticket_id, .text = demo_text(s->json, "text") };
    (void)d;
    return answer_note(act, &x, &message_id, err);
}

static int play_take(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)d;
    return ticket_assign(act, s->talk->ticket_id, 0, act->viewer->user_id, err);
}

/* 0 for nobody, -1 for somebody unknown. */
static int64_t target(struct demo *d, const struct demo_step *s, struct err *err)
{
    const json_t *to = json_object_get(s->json, "to");
    const struct demo_person *person = demo_person(d, demo_text(s->json, "to"));
    if (to == NULL || json_is_null(to))
        return 0;
    return person != NULL
               ? person->viewer.user_id
               : err_set(err, ERR_INVALID, "nobody is called %.40s", demo_text(s->json, "to"));
}

static int play_assign(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    int64_t to = target(d, s, err);
    return to < 0 ? -1 : ticket_assign(act, s->talk->ticket_id, 0, to, err);
}

static int play_transfer(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    const struct demo_department *to = demo_department(d, demo_text(s->json, "department"));
    int64_t person = target(d, s, err);
    if (person < 0 || to == NULL)
        return person < 0 ? -1 : err_set(err, ERR_INVALID, "no such department");
    return ticket_transfer(act, s->talk->ticket_id, 0, to->id, person, err);
}

static int play_postpone(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    double days = json_number_value(json_object_get(s->json, "days"));
    (void)d;
    return ticket_postpone(act, s->talk->ticket_id, 0, s->at + (int64_t)(days * DAY_MS), err);
}

static int play_resolve(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)d;
    return ticket_resolve(act, s->talk->ticket_id, 0, err);
}

static int play_reopen(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)d;
    return ticket_reopen(act, s->talk->ticket_id, 0, err);
}

static int play_spam(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)d;
    return ticket_spam(act, s->talk->ticket_id, 0, err);
}

static int play_delete(struct demo *d, struct demo_step *s, struct act *act, struct err *err)
{
    (void)d;
    return ticket_delete(act, s->talk->ticket_id, 0, err);
}

static const struct {
    const char *name;
    int (*play)(struct demo *d, struct demo_step *s, struct act *act, struct err *err);
} kinds[] = { { "mail", play_mail },         { "answer", play_answer },
              { "note", play_note },         { "take", play_take },
              { "assign", play_assign },     { "transfer", play_transfer },
              { "postpone", play_postpone }, { "resolve", play_resolve },
              { "reopen", play_reopen },     { "spam", play_spam },
              { "delete", play_delete } };

static int play_step(struct demo *d, struct demo_step *s, struct err *err)
{
    const char *kind = demo_text(s->json, "kind");
    const struct demo_person *person = demo_person(d, demo_text(s->json, "by"));
    size_t i = 0;
    while (i < sizeof(kinds) / sizeof(kinds[0]) && !str_is(kinds[i].name, kind))
        i++;
    if (i == sizeof(kinds) / sizeof(kinds[0]))
        return err_set(err, ERR_INVALID, "unknown kind \"%.20s\"", kind);
    if (i > 0 && person == NULL)
        return err_set(err, ERR_INVALID, "nobody is called \"%.40s\"", demo_text(s->json, "by"));
    (void)arena_reset(d->step);
    struct act act = demo_act(d, person, s->at);
    d->tickets += s->talk->ticket_id == 0;
    d->steps++;
    return kinds[i].play(d, s, &act, err);
}

static int by_time(const void *a, const void *b)
{
    const struct demo_step *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int begin_talk(struct demo *d, struct demo_talk *talk, const json_t *json, struct err *err)
{
    const json_t *contacts = demo_list(d->file, "contacts");
    *talk = (struct demo_talk) { .json = json,
                                 .subject = demo_text(json, "subject"),
                                 .department = demo_department(d, demo_text(json, "department")) };
    for (size_t i = 0; i < json_array_size(contacts); i++) {
        const json_t *c = json_array_get(contacts, i);
        if (str_is(demo_text(c, "key"), demo_text(json, "contact")))
            talk->customer = (struct mail_address) { demo_text(c, "name"), demo_text(c, "email") };
    }
    return talk->department != NULL && talk->customer.email != NULL
               ? 0
               : err_set(err, ERR_INVALID, "\"%.80s\": no such contact or department",
                         talk->subject);
}

static size_t count_steps(const json_t *talks)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(talks); i++)
        n += json_array_size(demo_list(json_array_get(talks, i), "steps"));
    return n;
}

/* Every step of every conversation, by time. */
static int collect(struct demo *d, struct demo_step **out, size_t *n, struct err *err)
{
    const json_t *talks = demo_list(d->file, "conversations");
    struct demo_talk *all = arena_array(d->cli->arena, json_array_size(talks), sizeof(*all));
    *out = arena_array(d->cli->arena, count_steps(talks), sizeof(**out));
    *n = 0;
    for (size_t i = 0; i < json_array_size(talks); i++) {
        const json_t *json = json_array_get(talks, i), *steps = demo_list(json, "steps");
        if (begin_talk(d, &all[i], json, err) < 0)
            return -1;
        double ago = json_number_value(json_object_get(json, "days_ago")) * DAY_MS;
        for (size_t k = 0; k < json_array_size(steps); k++) {
            const json_t *step = json_array_get(steps, k);
            ago -= json_number_value(json_object_get(step, "after")) * MINUTE_MS;
            (*out)[*n] = (struct demo_step) { step, &all[i], d->now - (int64_t)ago, *n };
            ++*n;
        }
    }
    qsort(*out, *n, sizeof(**out), by_time);
    return 0;
}

int demo_play(struct demo *d, struct err *err)
{
    struct demo_step *steps;
    size_t n;
    if (collect(d, &steps, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (play_step(d, &steps[i], err) < 0)
            return err_wrap(err, "\"%.60s\", %s", steps[i].talk->subject,
                            demo_text(steps[i].json, "kind"));
    return 0;
}
