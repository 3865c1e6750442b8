#ifndef DESKD_TICKET_LIST_H /* modules/ticket/list.h - one page of tickets, found by where the     \
                               last page ended */
#define DESKD_TICKET_LIST_H
#include "ticket/act.h"
#include "ticket/status.h"

#include <stdbool.h>
#include <stddef.h>
struct err;

enum list_view {
    LIST_OPEN,
    LIST_MINE,
    LIST_UNASSIGNED,
    LIST_ALL,
    LIST_ANSWERED,
    LIST_POSTPONED,
    LIST_RESOLVED,
    LIST_SPAM,
    LIST_DELETED
};

/* A place in the order of lists: newest activity first. */
struct list_key {
    int64_t activity_at, id;
};

struct list_query {
    enum list_view view;
    int64_t department_id;       /* 0: all that the viewer sees */
    bool is_backwards;           /* newer than from instead of older */
    const struct list_key *from; /* NULL: the newest */
    size_t max;                  /* rows a page, at most LIST_MAX */
};
#define LIST_MAX 100

struct list_row {
    int64_t id, number;
    const char *subject, *preview;
    enum status status;
    int64_t created_at, activity_at, waiting_since, wake_at, messages;
    bool has_attachments, has_failure;
    bool has_lost_words;             /* see struct ticket */
    int64_t agent_id, department_id; /* their names: ticket/desk.h */
    const char *contact_name, *contact_email;
};

struct list_page {
    struct list_row *rows;
    size_t n;
    bool has_newer, has_older;
};

/* One statement, whatever the number of tickets; only what act's viewer may see. */
int list_tickets(struct act *act, const struct list_query *q, struct list_page *out,
                 struct err *err);
/* Which of some tickets are shown. */
struct list_filter {
    const char *statuses;  /* codes, one beside the other: "NCA" */
    int64_t department_id; /* 0: all that the viewer sees */
    const int64_t *agents; /* any of these; 0: nobody; NULL: whoever it is */
    size_t agents_n;       /* at most LIST_AGENTS */
    int64_t since, before; /* when it was created; since included, before not */
};
#define LIST_AGENTS  8
#define LIST_NUMBERS 1000
struct list_numbers {
    const int64_t *items; /* the highest first */
    size_t n;             /* at most LIST_NUMBERS */
    size_t max;           /* so many of them at most */
};
/* Those of these numbers that pass and that act's viewer may see, the highest number first. */
int list_numbered(struct act *act, const struct list_filter *f, const struct list_numbers *numbers,
                  struct list_page *out, struct err *err);
#endif
