#ifndef DESKD_TICKET_DOSSIER_H /* modules/ticket/dossier.h - what stands around the messages of a  \
                                  ticket */
#define DESKD_TICKET_DOSSIER_H
#include "ticket/act.h"
#include "ticket/attachment.h"
#include "ticket/event.h"
#include "ticket/status.h"

#include <stddef.h>
#include <stdint.h>
struct db_later;
struct err;
struct roster;
struct ticket;

/* Another ticket of the same customer. */
struct dossier_ticket {
    int64_t number, created_at;
    const char *subject;
    enum status status;
};

/* A ticket that is shown on this one's page, see merge.h. */
struct dossier_merged {
    int64_t id, number, department_id, contact_id;
    const char *subject, *contact_name, *contact_email;
};

struct dossier {
    struct event *events; /* oldest first */
    size_t events_n;
    struct attachment *files; /* in order of message and id; without file and sha256. Only where a
                                 ticket has others than inline ones */
    size_t files_n;
    const char **participants;     /* without the customer, with those of merged tickets; ends with
                                      NULL */
    struct dossier_ticket *others; /* newest first, at most 10; for people only */
    size_t others_n;
    struct dossier_merged *merged; /* by number */
    size_t merged_n;
    int64_t follows_number; /* of the ticket that this one continues; 0: none, or not to be seen */
};
/* Of d's merged ones; NULL for another, such as the ticket itself. */
const struct dossier_merged *dossier_merged_of(const struct dossier *d, int64_t ticket_id);
/* One statement; later and the answer as in db.h. names: of the people in events, or NULL. */
void dossier_ask(struct act *act, const struct ticket *t, struct db_later *later);
int dossier_answer(struct act *act, struct db_later *later, const struct roster *names,
                   struct dossier *out, struct err *err);
#endif
