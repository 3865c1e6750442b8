#ifndef DESKD_BOUNCE_PRIVATE_H /* modules/mail/bounce_private.h - reports and prose of MTAs share  \
                                  these */
#define DESKD_BOUNCE_PRIVATE_H
#include "mail/mail_private.h"

#define BOUNCES_MAX 200

struct bounce_list {
    struct arena *a;
    struct mail_bounce *items;
    size_t n;
};

struct bounce_list bounce_list(struct arena *a);
/* Adds what is known of one recipient. status NULL: found in text, where it says one. A recipient
 * that is there already only gains what it lacks. */
void bounce_add(struct bounce_list *list, const char *recipient, const char *status,
                const char *text);
/* The first address in s, NULL without; *end is behind it. */
char *bounce_address(struct arena *a, const char *s, const char **end);
/* "5.1.1" somewhere in s, or NULL. */
const char *bounce_status(struct arena *a, const char *s);
/* The words or the codes of s say that something failed. */
bool bounce_says_failure(const char *s);

/* bounce_prose.c: reads what an MTA wrote for people. own: the address the bounce went to, which is
 * not the one that failed. Returns the offset in text of the mail sent back, or its length. */
size_t bounce_prose(struct bounce_list *list, const char *text, const char *own);
#endif
