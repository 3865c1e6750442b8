#ifndef DESKD_NOTICE_NOTICE_H /* modules/notice/notice.h - what a person was told, and has read */
#define DESKD_NOTICE_NOTICE_H
#include "notice/choice.h"

#include <stdbool.h>
struct act;
struct arena;
struct db;
struct err;
struct viewer;

struct notice {
    int64_t id, at;
    enum notice_event event;
    bool is_read;
    const char *body, *path; /* of NOTICE_TEXT */
    /* Of the others: */
    int64_t ticket_id, number;
    const char *subject, *department;
};

/* A person's, newest first, ids below before (0: from the newest): those of the app, as far as the
 * person may see their tickets now. *next: to go on with; 0 at the end. */
int notice_list(struct act *act, int64_t before, size_t max, struct notice **out, size_t *n,
                int64_t *next, struct err *err);
/* The same, ids above since, oldest first, unread ones only. */
int notice_since(struct act *act, int64_t since, size_t max, struct notice **out, size_t *n,
                 struct err *err);
/* Those of the list (ids, with commas between them) that the person may see. */
int notice_of(struct act *act, const char *ids, struct notice **out, size_t *n, struct err *err);

/* Inside a transaction. */
struct notice_new {
    int64_t user_id, id, at;
    enum notice_event event;
    int64_t ticket_id; /* 0: none */
    const char *body, *path;
    bool is_shown, is_mailed;
};
int notice_add(struct db *db, const struct notice_new *n, struct err *err);
/* A text, with a path of this host, for a person: a transaction, or joins one. Open pages are told
 * once it is committed. */
int notice_say(struct db *db, int64_t user_id, int64_t at, const char *text, const char *path,
               struct err *err);

/* The person has read all, or what is about the ticket: how many there were, or -1. Each is a
 * transaction, or joins one. */
int64_t notice_read_all(struct db *db, int64_t user_id, struct err *err);
int64_t notice_read_ticket(struct db *db, int64_t user_id, int64_t ticket_id, struct err *err);

/* Removes some of what is a month old, of all tenants. */
int notice_tidy(struct db *global, struct arena *a, struct err *err);
#endif
