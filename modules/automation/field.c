#include "automation/field.h"

#include "automation/facts.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/word.h"
#include "user/email.h"

#include <string.h>

#define MINUTE_MS 60000

static const struct field_choice statuses[] = {
    { "new", WORDS("New") },
    { "open", WORDS("Open") },
    { "answered", WORDS("Answered") },
    { "postponed", WORDS("Postponed") },
    { "resolved", WORDS("Resolved") },
    { "closed", WORDS("Closed") },
    { "spam", WORDS("Spam") },
    { "deleted", WORDS("Deleted") },
    { NULL, NULL },
};
static const struct field_choice sources[] = {
    { "mail", WORDS("Mail") },
    { "form", WORDS("Form") },
    { "agent", WORDS("Agent") },
    { NULL, NULL },
};
static const struct field_choice actors[] = {
    { "person", WORDS("Agent") },
    { "customer", WORDS("Customer") },
    { "system", WORDS("deskd itself") },
    { NULL, NULL },
};

static void one_text(struct arena *a, const char *text, struct field_value *out)
{
    const char **list = arena_array(a, 1, sizeof(*list));
    if (text == NULL)
        return;
    list[0] = text;
    *out = (struct field_value) { .texts = list, .n = 1 };
}

static void number(int64_t n, struct field_value *out)
{
    *out = (struct field_value) { .n = 1, .number = n };
}

/* Whole minutes that have gone by; an instant of 0 never came. */
static void age(const struct rule_facts *f, int64_t since, struct field_value *out)
{
    if (since != 0)
        number((f->at - since) / MINUTE_MS, out);
}

static const char *source_name(enum ticket_source s)
{
    return s == SOURCE_MAIL ? "mail" : s == SOURCE_FORM ? "form" : "agent";
}

static const char *actor_name(enum actor actor)
{
    return actor == ACTOR_PERSON ? "person" : actor == ACTOR_CUSTOMER ? "customer" : "system";
}

#define GETTER(name)                                                                               \
    static void name(struct arena *a, const struct rule_facts *f, struct field_value *out)
#define TEXT(name, value)                                                                          \
    GETTER(name)                                                                                   \
    {                                                                                              \
        one_text(a, value, out);                                                                   \
    }
#define NUMBER(name, value)                                                                        \
    GETTER(name)                                                                                   \
    {                                                                                              \
        (void)a;                                                                                   \
        number(value, out);                                                                        \
    }
#define AGE(name, instant)                                                                         \
    GETTER(name)                                                                                   \
    {                                                                                              \
        (void)a;                                                                                   \
        age(f, instant, out);                                                                      \
    }
/* Only where the event has a message. */
#define OF_MESSAGE(field) (f->message.kind == 0 ? NULL : str_or(f->message.field, ""))

TEXT(get_subject, f->now.subject)
TEXT(get_status, status_name(f->now.status))
TEXT(get_status_before, f->before == NULL ? NULL : status_name(f->before->status))
TEXT(get_source, source_name(f->now.source))
TEXT(get_actor, actor_name(f->actor))
TEXT(get_contact_email, f->now.contact_email)
TEXT(get_contact_name, f->now.contact_name)
TEXT(get_contact_domain, email_domain(str_or(f->now.contact_email, "@")))
TEXT(get_message_from, OF_MESSAGE(from))
TEXT(get_message_to, OF_MESSAGE(to))
TEXT(get_message_cc, OF_MESSAGE(cc))
TEXT(get_message_subject, OF_MESSAGE(subject))
TEXT(get_message_body, OF_MESSAGE(body))
NUMBER(get_department, f->now.department_id)
NUMBER(get_agent, f->now.agent_id)
NUMBER(get_department_before, f->before == NULL ? 0 : f->before->department_id)
NUMBER(get_agent_before, f->before == NULL ? 0 : f->before->agent_id)
NUMBER(get_messages, f->now.messages)
NUMBER(get_has_files, f->message.files_n > 0)
AGE(get_created_age, f->now.created_at)
AGE(get_waiting_age, f->now.waiting_since)
AGE(get_answered_age, f->now.answered_at)
AGE(get_resolved_age, f->now.resolved_at)

GETTER(get_files)
{
    (void)a;
    *out = (struct field_value) { .texts = f->message.files, .n = f->message.files_n };
}

/* clang-format off */
static const struct rule_field fields[] = {
    { "ticket.subject", WORDS("Subject of the ticket"), FIELD_KIND_TEXT, NULL, NULL, get_subject },
    { "ticket.status", WORDS("Status"), FIELD_KIND_CHOICE, statuses, NULL, get_status },
    { "ticket.status_before", WORDS("Status before"), FIELD_KIND_CHOICE, statuses, NULL, get_status_before },
    { "ticket.source", WORDS("Source"), FIELD_KIND_CHOICE, sources, NULL, get_source },
    { "ticket.department", WORDS("Department"), FIELD_KIND_ID, NULL, "department", get_department },
    { "ticket.department_before", WORDS("Department before"), FIELD_KIND_ID, NULL, "department", get_department_before },
    { "ticket.agent", WORDS("Responsible agent"), FIELD_KIND_ID, NULL, "person", get_agent },
    { "ticket.agent_before", WORDS("Responsible agent before"), FIELD_KIND_ID, NULL, "person", get_agent_before },
    { "ticket.messages", WORDS("Number of messages"), FIELD_KIND_NUMBER, NULL, NULL, get_messages },
    { "ticket.created", WORDS("Minutes since it was created"), FIELD_KIND_AGE, NULL, NULL, get_created_age },
    { "ticket.waiting", WORDS("Minutes that the customer has waited"), FIELD_KIND_AGE, NULL, NULL, get_waiting_age },
    { "ticket.answered", WORDS("Minutes since the first answer"), FIELD_KIND_AGE, NULL, NULL, get_answered_age },
    { "ticket.resolved", WORDS("Minutes since it was resolved"), FIELD_KIND_AGE, NULL, NULL, get_resolved_age },
    { "contact.email", WORDS("Address of the customer"), FIELD_KIND_TEXT, NULL, NULL, get_contact_email },
    { "contact.domain", WORDS("Domain of the customer's address"), FIELD_KIND_TEXT, NULL, NULL, get_contact_domain },
    { "contact.name", WORDS("Name of the customer"), FIELD_KIND_TEXT, NULL, NULL, get_contact_name },
    { "message.from", WORDS("Sender of the message"), FIELD_KIND_TEXT, NULL, NULL, get_message_from },
    { "message.to", WORDS("To"), FIELD_KIND_TEXT, NULL, NULL, get_message_to },
    { "message.cc", WORDS("Cc"), FIELD_KIND_TEXT, NULL, NULL, get_message_cc },
    { "message.subject", WORDS("Subject of the message"), FIELD_KIND_TEXT, NULL, NULL, get_message_subject },
    { "message.body", WORDS("Text of the message"), FIELD_KIND_TEXT, NULL, NULL, get_message_body },
    { "message.files", WORDS("Names of attachments"), FIELD_KIND_TEXT, NULL, NULL, get_files },
    { "message.has_files", WORDS("Has attachments"), FIELD_KIND_FLAG, NULL, NULL, get_has_files },
    { "event.actor", WORDS("Who did it"), FIELD_KIND_CHOICE, actors, NULL, get_actor },
};
/* clang-format on */
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

const struct rule_field *field_at(size_t i)
{
    return i < FIELDS ? &fields[i] : NULL;
}

const struct rule_field *field_by_name(const char *name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (str_is(fields[i].name, name))
            return &fields[i];
    return NULL;
}
