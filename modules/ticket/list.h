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
#endif
