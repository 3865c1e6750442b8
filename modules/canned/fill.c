#include "canned/fill.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>

enum variable {
    CUSTOMER,
    CUSTOMER_FIRST,
    CUSTOMER_EMAIL,
    AGENT,
    AGENT_FIRST,
    DEPARTMENT,
    SUBJECT,
    NUMBER,
    VARIABLES
};

const char *const canned_variables[] = {
    [CUSTOMER] = "customer",
    [CUSTOMER_FIRST] = "customer.first",
    [CUSTOMER_EMAIL] = "customer.email",
    [AGENT] = "agent",
    [AGENT_FIRST] = "agent.first",
    [DEPARTMENT] = "department",
    [SUBJECT] = "subject",
    [NUMBER] = "number",
    [VARIABLES] = NULL,
};

static const char *first_of(struct arena *a, const char *name)
{
    return arena_strndup(a, name, strcspn(name, " "));
}

static const char *value_of(struct arena *a, enum variable what, const struct canned_facts *f)
{
    switch (what) {
    case CUSTOMER:
        return str_or(f->customer_name, f->customer_email);
    case CUSTOMER_FIRST:
        return first_of(a, str_or(f->customer_name, f->customer_email));
    case CUSTOMER_EMAIL:
        return f->customer_email;
    case AGENT:
        return f->agent_name;
    case AGENT_FIRST:
        return first_of(a, f->agent_name);
    case DEPARTMENT:
        return f->department_name;
    case SUBJECT:
        return f->subject;
    default:
        return arena_printf(a, "%" PRId64, f->number);
    }
}

/* The variable whose name, in braces, text begins with; VARIABLES: none. */
static enum variable variable_at(const char *text)
{
    size_t n = *text == '{' ? strcspn(text + 1, "{}") : 0;
    enum variable i = CUSTOMER;
    if (n == 0 || text[n + 1] != '}')
        return VARIABLES;
    while (i < VARIABLES &&
           (strlen(canned_variables[i]) != n || strncmp(text + 1, canned_variables[i], n) != 0))
        i++;
    return i;
}

const char *canned_fill(struct arena *a, const char *body, const struct canned_facts *f)
{
    struct buf b = buf_make(a, strlen(body) + 64);
    for (const char *p = body; *p != '\0';) {
        size_t plain = strcspn(p, "{");
        buf_add(&b, p, plain);
        p += plain;
        enum variable what = variable_at(p);
        if (what == VARIABLES) {
            buf_add(&b, p, *p != '\0');
            p += *p != '\0';
            continue;
        }
        buf_adds(&b, value_of(a, what, f));
        p += strlen(canned_variables[what]) + 2;
    }
    return buf_str(&b);
}
