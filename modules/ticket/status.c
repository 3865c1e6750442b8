#include "ticket/status.h"

#include "base/word.h"

#include <stddef.h>

/* semantics.md of the product, table of statuses: one row an event, one column a status. Lower case
 * letters are decided by the facts: o: N or C as it was before, u: N if never answered, else C, w:
 * within the reopen window C else a new ticket, p: what it was before. + new ticket, - refused, .
 * no change. */
static const char columns[] = "NCAWRLBX";
static const char *const table[] = {
    [EVENT_CUSTOMER_MESSAGE] = "NCCuw+B+",
    [EVENT_ANSWER] = "AAAAA---",
    [EVENT_ANSWER_RESOLVE] = "RRRRR---",
    [EVENT_RESOLVE] = "RRRR.---",
    [EVENT_POSTPONE] = "WWWW----",
    [EVENT_WAKE] = "...o....",
    [EVENT_REOPEN] = "--CoC---",
    [EVENT_CLOSE] = "----L---",
    [EVENT_SPAM] = "BBBBB-.-",
    [EVENT_NOT_SPAM] = "------p-",
    [EVENT_DELETE] = "XXXXXXX.",
    [EVENT_RESTORE] = "-------p",
    [EVENT_MACHINE_MESSAGE] = "........",
    [EVENT_BOUNCE] = ".CCuC...",
};

static enum status woken(const struct status_facts *f)
{
    return f->previous == STATUS_NEW ? STATUS_NEW : STATUS_OPEN;
}

enum status_verdict status_after(const struct status_facts *f, enum status_event event,
                                 enum status *next)
{
    size_t column = 0;
    while (columns[column] != '\0' && columns[column] != (char)f->status)
        column++;
    if (columns[column] == '\0')
        return VERDICT_REFUSED;
    char cell = table[event][column];
    *next = f->status;
    switch (cell) {
    case '.':
        return VERDICT_KEEP;
    case '-':
        return VERDICT_REFUSED;
    case '+':
        return VERDICT_NEW_TICKET;
    case 'w':
        *next = STATUS_OPEN;
        return f->is_reopen_allowed ? VERDICT_CHANGE : VERDICT_NEW_TICKET;
    case 'u':
        *next = f->was_answered ? STATUS_OPEN : STATUS_NEW;
        return VERDICT_CHANGE;
    case 'o':
        *next = woken(f);
        return VERDICT_CHANGE;
    case 'p':
        *next = f->previous;
        return VERDICT_CHANGE;
    default:
        *next = (enum status)cell;
        return VERDICT_CHANGE;
    }
}

enum folder status_folder(enum status s)
{
    switch (s) {
    case STATUS_NEW:
    case STATUS_OPEN:
        return FOLDER_OPEN;
    case STATUS_ANSWERED:
        return FOLDER_ANSWERED;
    case STATUS_POSTPONED:
        return FOLDER_POSTPONED;
    case STATUS_RESOLVED:
    case STATUS_CLOSED:
        return FOLDER_RESOLVED;
    case STATUS_SPAM:
        return FOLDER_SPAM;
    case STATUS_DELETED:
        return FOLDER_DELETED;
    case STATUS_INIT:
    default:
        return FOLDER_NONE;
    }
}

bool status_is_listed(enum status s)
{
    enum folder f = status_folder(s);
    return f >= FOLDER_OPEN && f <= FOLDER_RESOLVED;
}

const char *status_name(enum status s)
{
    switch (s) {
    case STATUS_NEW:
        return "new";
    case STATUS_OPEN:
        return "open";
    case STATUS_ANSWERED:
        return "answered";
    case STATUS_POSTPONED:
        return "postponed";
    case STATUS_RESOLVED:
        return "resolved";
    case STATUS_CLOSED:
        return "closed";
    case STATUS_SPAM:
        return "spam";
    case STATUS_DELETED:
        return "deleted";
    case STATUS_INIT:
    default:
        return "init";
    }
}

const char *status_refusal(enum status s)
{
    switch (s) {
    case STATUS_NEW:
        return WORDS("not possible: the ticket is new");
    case STATUS_OPEN:
        return WORDS("not possible: the ticket is open");
    case STATUS_ANSWERED:
        return WORDS("not possible: the ticket is answered");
    case STATUS_POSTPONED:
        return WORDS("not possible: the ticket is postponed");
    case STATUS_RESOLVED:
        return WORDS("not possible: the ticket is resolved");
    case STATUS_CLOSED:
        return WORDS("not possible: the ticket is closed");
    case STATUS_SPAM:
        return WORDS("not possible: the ticket is spam");
    case STATUS_DELETED:
        return WORDS("not possible: the ticket is deleted");
    case STATUS_INIT:
    default:
        return WORDS("not possible: the ticket is being made");
    }
}
