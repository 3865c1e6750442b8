#ifndef DESKD_TICKET_DOSSIER_H /* modules/ticket/dossier.h - what stands around the messages of a  \
                                  ticket */
#define DESKD_TICKET_DOSSIER_H
#include "ticket/act.h"
#include "ticket/attachment.h"
#include "ticket/event.h"
#include "ticket/status.h"

#include <stddef.h>
#include <stdint.h>
struct err;
struct ticket;

/* Another ticket of the same customer. */
struct dossier_ticket {
    int64_t number, created_at;
    const char *subject;
    enum status status;
};

struct dossier {
    struct event *events; /* oldest first */
    size_t events_n;
    struct attachment *files; /* in order of message and id; without file and sha256 */
    size_t files_n;
    const char **participants;     /* without the customer; ends with NULL */
    struct dossier_ticket *others; /* newest first, at most 10; for people only */
    size_t others_n;
    int64_t follows_number; /* of the ticket that this one continues; 0: none, or not to be seen */
};
/* One statement. */
int dossier_read(struct act *act, const struct ticket *t, struct dossier *out, struct err *err);
#endif
