#include "intake/intake_private.h" /* which ticket a mail belongs to */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "ticket/mail_id.h"
#include "ticket/message.h"

#include <ctype.h>
#include <string.h>

#define REFERENCES_MAX 50

/* A reference counts only for people of the ticket; for others it is a hint. 1 decided, 0 go on,
 * -1. */
static int propose(struct import *im, int64_t ticket_id, const char *reason, struct err *err)
{
    struct ticket t;
    int rc = ticket_by_id(&im->act, ticket_id, &t, err);
    if (rc <= 0)
        return rc;
    rc = participant_is(&im->act, &t, im->sender.email, err);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        im->decision.hint_ticket_id = ticket_id;
        return 0;
    }
    im->decision.ticket_id = ticket_id;
    im->decision.reason = reason;
    return 1;
}

/* A message of ours may have become part of another ticket since. */
static int home_of_ours(struct import *im, const char *reference, int64_t *ticket_id,
                        struct err *err)
{
    int64_t message_id;
    if (!mail_id_parse(&im->tenant, reference, ticket_id, &message_id))
        return 0;
    return message_home(&im->act, message_id, ticket_id, err) < 0 ? -1 : 1;
}

/* The mail of ours that this one answers may have left the ticket that its reply address names:
 * then the answer follows it. */
static int follow_answered(struct import *im, int64_t *ticket_id, struct err *err)
{
    const char **all = im->mail.references;
    size_t n = 0;
    while (all != NULL && all[n] != NULL)
        n++;
    for (size_t i = n; i-- > 0 && n - i <= REFERENCES_MAX;) {
        int64_t named, message_id;
        if (mail_id_parse(&im->tenant, all[i], &named, &message_id) && named == *ticket_id)
            return message_home(&im->act, message_id, ticket_id, err) < 0 ? -1 : 0;
    }
    return 0;
}

/* The signed reply address is a credential of its own: whoever holds it was sent our mail. */
static int by_reply_address(struct import *im, struct err *err)
{
    struct ticket t;
    int64_t id;
    if (!reply_address_parse(&im->tenant, im->envelope.to, &id))
        return 0;
    int rc = follow_answered(im, &id, err) < 0 ? -1 : ticket_by_id(&im->act, id, &t, err);
    if (rc == 1) {
        im->decision.ticket_id = id;
        im->decision.reason = WORDS("our reply address");
        im->decision.is_proven = true;
    }
    return rc;
}

static int by_one_reference(struct import *im, const char *reference, struct err *err)
{
    int64_t ticket_id;
    int ours = home_of_ours(im, reference, &ticket_id, err);
    if (ours < 0)
        return -1;
    if (ours == 1) {
        int proposed = propose(im, ticket_id, WORDS("our Message-ID"), err);
        im->decision.is_proven = proposed == 1;
        return proposed;
    }
    int rc = reference_find(&im->act, reference, &ticket_id, err);
    return rc == 1 ? propose(im, ticket_id, WORDS("a known Message-ID"), err) : rc;
}

static int by_references(struct import *im, struct err *err)
{
    size_t n = 0;
    while (im->mail.references != NULL && im->mail.references[n] != NULL)
        n++;
    for (size_t i = n; i-- > 0 && n - i <= REFERENCES_MAX;) { /* the newest is the nearest */
        int rc = by_one_reference(im, im->mail.references[i], err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A reply to this mail was faster than the mail itself. */
static int by_own_id(struct import *im, struct err *err)
{
    int64_t ticket_id;
    if (im->mail.message_id == NULL)
        return 0;
    int rc = reference_find(&im->act, im->mail.message_id, &ticket_id, err);
    return rc == 1 ? propose(im, ticket_id, WORDS("a mail that answers it"), err) : rc;
}

/* "[#123]" anywhere in the subject. */
static int64_t subject_number(const char *subject)
{
    const char *p = strstr(subject, "[#");
    int64_t number = 0;
    if (p == NULL)
        return 0;
    for (p += 2; isdigit((unsigned char)*p) && number < INT64_MAX / 100; p++)
        number = number * 10 + (*p - '0');
    return *p == ']' ? number : 0;
}

static int by_number(struct import *im, struct err *err)
{
    struct ticket t;
    int64_t number = subject_number(im->mail.subject);
    if (number == 0)
        return 0;
    int rc = ticket_by_number(&im->act, number, &t, err);
    return rc == 1 ? propose(im, t.id, WORDS("the number in the subject"), err) : rc;
}

int decide(struct import *im, struct err *err)
{
    int (*const ways[])(struct import *, struct err *) = { by_reply_address, by_references,
                                                           by_own_id, by_number };
    im->decision = (struct decision) { .reason = "" };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int rc = ways[i](im, err);
        if (rc != 0)
            return rc < 0 ? err_wrap(err, "find the ticket") : 0;
    }
    return 0;
}
