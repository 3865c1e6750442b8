#include "user/capability.h"

#include "base/str.h"
#include "base/word.h"

#define WORD(n) ((n) / 64)
#define BIT(n)  (UINT64_C(1) << ((n) % 64))

#define TICKETS       WORDS("Tickets")
#define CONFIGURATION WORDS("Configuration")
#define ACCOUNT       WORDS("Account")

static const struct capability_entry core[CAP_COUNT] = {
    [CAP_PUBLIC] = { "public", "", "", false, ROLE_AGENT },
    [CAP_LOGIN] = { "login", "", "", false, ROLE_AGENT },
    [CAP_TICKET_READ] = { "ticket.read", WORDS("See tickets"), TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_CREATE] = { "ticket.create", WORDS("Open tickets for customers"), TICKETS, true,
                            ROLE_AGENT },
    [CAP_TICKET_ANSWER] = { "ticket.answer", WORDS("Answer customers"), TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_NOTE] = { "ticket.note", WORDS("Write notes"), TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_STATUS] = { "ticket.status", WORDS("Resolve, postpone, reopen, mark as answered"),
                            TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_ASSIGN] = { "ticket.assign", WORDS("Take, assign and release tickets"), TICKETS,
                            true, ROLE_AGENT },
    [CAP_TICKET_TRANSFER] = { "ticket.transfer", WORDS("Transfer tickets to another department"),
                              TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_SPAM] = { "ticket.spam", WORDS("Mark tickets as spam"), TICKETS, true, ROLE_AGENT },
    [CAP_TICKET_DELETE] = { "ticket.delete", WORDS("Delete and restore tickets"), TICKETS, true,
                            ROLE_ADMIN },
    [CAP_TICKET_RAW] = { "ticket.raw", WORDS("See mails as they came, with all headers"), TICKETS,
                         true, ROLE_ADMIN },
    [CAP_TICKET_MERGE] = { "ticket.merge", WORDS("Merge and split tickets"), TICKETS, true,
                           ROLE_AGENT },
    [CAP_MAIL_LOG] = { "mail.log", WORDS("See the log of incoming mail and try parked mails again"),
                       CONFIGURATION, false, ROLE_ADMIN },
    [CAP_AGENTS] = { "config.agents", WORDS("Manage agents"), CONFIGURATION, false, ROLE_ADMIN },
    [CAP_DEPARTMENTS] = { "config.departments", WORDS("Manage departments"), CONFIGURATION, false,
                          ROLE_ADMIN },
    [CAP_PLUGINS] = { "config.plugins", WORDS("Switch plugins on and off and configure them"),
                      CONFIGURATION, false, ROLE_ADMIN },
    [CAP_RULES] = { "config.rules", WORDS("Manage rules and calendars"), CONFIGURATION, false,
                    ROLE_ADMIN },
    [CAP_CANNED] = { "config.canned", WORDS("Manage predefined answers for others"), CONFIGURATION,
                     false, ROLE_ADMIN },
    [CAP_OWNER] = { "owner", WORDS("Plan, billing and other owners"), ACCOUNT, false, ROLE_OWNER },
};

static struct capability_entry added[CAP_MAX - CAP_PLUGINS_FROM];
static int added_n;

static bool is_number(int n)
{
    return n >= 0 && n < CAP_MAX;
}

bool capabilities_have(const struct capabilities *c, int number)
{
    return is_number(number) && (c->bits[WORD(number)] & BIT(number)) != 0;
}

void capabilities_add(struct capabilities *c, int number)
{
    if (is_number(number))
        c->bits[WORD(number)] |= BIT(number);
}

void capabilities_remove(struct capabilities *c, int number)
{
    if (is_number(number))
        c->bits[WORD(number)] &= ~BIT(number);
}

void capabilities_keep(struct capabilities *c, const struct capabilities *others)
{
    for (size_t i = 0; i < sizeof(c->bits) / sizeof(c->bits[0]); i++)
        c->bits[i] &= others->bits[i];
}

bool capabilities_within(const struct capabilities *some, const struct capabilities *others)
{
    for (size_t i = 0; i < CAP_WORDS; i++)
        if ((some->bits[i] & ~others->bits[i]) != 0)
            return false;
    return true;
}

const struct capability_entry *capability_entry(int number)
{
    if (number >= 0 && number < CAP_COUNT)
        return &core[number];
    int i = number - CAP_PLUGINS_FROM;
    return i >= 0 && i < added_n ? &added[i] : NULL;
}

int capability_by_name(const char *name)
{
    for (int i = 0; i < CAP_COUNT; i++)
        if (str_is(core[i].name, name))
            return i;
    for (int i = 0; i < added_n; i++)
        if (str_is(added[i].name, name))
            return CAP_PLUGINS_FROM + i;
    return -1;
}

int capability_register(const struct capability_entry *entry)
{
    int known = capability_by_name(entry->name);
    if (known >= 0 || CAP_PLUGINS_FROM + added_n == CAP_MAX)
        return known;
    added[added_n] = *entry;
    return CAP_PLUGINS_FROM + added_n++;
}

struct capabilities role_capabilities(enum role role)
{
    struct capabilities c = { { 0 } };
    for (int i = 0; i < CAP_PLUGINS_FROM + added_n; i++) {
        const struct capability_entry *e = capability_entry(i);
        if (e != NULL && *role_name(role) != '\0' && role >= e->from)
            capabilities_add(&c, i);
    }
    return c;
}

bool role_is_unrestricted(enum role role)
{
    return role == ROLE_ADMIN || role == ROLE_OWNER;
}

bool role_may_change(enum role actor, enum role target, enum role wanted)
{
    bool is_of_owner = target == ROLE_OWNER || wanted == ROLE_OWNER;
    return *role_name(actor) != '\0' && (!is_of_owner || actor == ROLE_OWNER);
}

static const char *const role_names[] = {
    [ROLE_AGENT] = "agent",
    [ROLE_ADMIN] = "admin",
    [ROLE_OWNER] = "owner",
};

const char *role_name(enum role role)
{
    return role >= ROLE_AGENT && role <= ROLE_OWNER ? role_names[role] : "";
}

bool role_by_name(const char *name, enum role *out)
{
    for (int i = ROLE_AGENT; i <= ROLE_OWNER; i++) {
        if (!str_is(role_names[i], name))
            continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}
