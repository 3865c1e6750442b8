#ifndef DESKD_NOTICE_CHOICE_H /* modules/notice/choice.h - of what people want to be told, and by  \
                                 which way */
#define DESKD_NOTICE_CHOICE_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

/* In the order of their weight: who is told of several at once hears the first. */
enum notice_event {
    NOTICE_ASSIGNED = 1, /* a ticket is yours now */
    NOTICE_REPLY,        /* the customer writes on a ticket of yours */
    NOTICE_REOPENED,     /* a ticket of yours is open again */
    NOTICE_DEPARTMENT_REOPENED,
    NOTICE_NEW,  /* in a department of yours */
    NOTICE_TEXT, /* of a plugin; nobody chooses it */
};
#define NOTICE_EVENTS NOTICE_NEW
#define NOTICE_BIT(e) (1U << (e))
/* Those that are about the person whose ticket it is; the others are about a department. */
#define NOTICE_OWN                                                                                 \
    (NOTICE_BIT(NOTICE_ASSIGNED) | NOTICE_BIT(NOTICE_REPLY) | NOTICE_BIT(NOTICE_REOPENED))
#define NOTICE_OF_DEPARTMENT (NOTICE_BIT(NOTICE_DEPARTMENT_REOPENED) | NOTICE_BIT(NOTICE_NEW))
#define NOTICE_ALL           (NOTICE_OWN | NOTICE_OF_DEPARTMENT)

/* Ways to tell; plugins bring more, whose names begin with "ID:". */
#define CHANNEL_APP  "app"
#define CHANNEL_MAIL "mail"

struct notice_choice {
    int64_t user_id;
    const char *channel;
    unsigned events;
};
/* What these people chose; ids: with commas between them. */
int notice_choices(struct db *db, struct arena *a, const char *ids, struct notice_choice **out,
                   size_t *n, struct err *err);
/* The events of which a person is told that way: as chosen, or what holds until then. */
unsigned notice_chosen(const struct notice_choice *all, size_t n, int64_t user_id,
                       const char *channel);
int notice_choose(struct db *db, const struct notice_choice *c, struct err *err);
#endif
