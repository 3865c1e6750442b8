#include "automation/facts.h"

#include "base/str.h"
#include "base/word.h"

static const struct {
    const char *name, *label;
} triggers[TRIGGER_COUNT] = {
    [TRIGGER_CREATED] = { "ticket.created", WORDS("A ticket is created") },
    [TRIGGER_CREATED_MAIL] = { "ticket.created_mail", WORDS("A ticket is created from a mail") },
    [TRIGGER_CUSTOMER_MESSAGE] = { "message.customer", WORDS("The customer writes") },
    [TRIGGER_ANSWER] = { "message.answer", WORDS("An agent answers") },
    [TRIGGER_NOTE] = { "message.note", WORDS("A note is added") },
    [TRIGGER_MACHINE_MESSAGE] = { "message.machine", WORDS("An automatic mail arrives") },
    [TRIGGER_STATUS] = { "ticket.status", WORDS("The status changes") },
    [TRIGGER_ASSIGNED] = { "ticket.assigned", WORDS("The ticket is transferred or assigned") },
};

const char *trigger_name(enum trigger t)
{
    return t > TRIGGER_NONE && t < TRIGGER_COUNT ? triggers[t].name : "";
}

const char *trigger_label(enum trigger t)
{
    return t > TRIGGER_NONE && t < TRIGGER_COUNT ? triggers[t].label : "";
}

enum trigger trigger_by_name(const char *name)
{
    for (int t = TRIGGER_NONE + 1; t < TRIGGER_COUNT; t++)
        if (str_is(triggers[t].name, name))
            return (enum trigger)t;
    return TRIGGER_NONE;
}
