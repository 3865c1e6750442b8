#ifndef DESKD_CANNED_FILL_H /* modules/canned/fill.h - variables of predefined answers */
#define DESKD_CANNED_FILL_H
#include <stdint.h>
struct arena;

/* What a text is filled with; texts are never NULL. */
struct canned_facts {
    const char *customer_name, *customer_email; /* name may be "": then the address stands there */
    const char *agent_name, *department_name, *subject;
    int64_t number;
};

/* {customer}, {customer.first}, {customer.email}, {agent}, {agent.first}, {department}, {subject},
 * {number}; what is none stays as it is. */
const char *canned_fill(struct arena *a, const char *body, const struct canned_facts *f);
/* Their names without braces, ends with NULL. */
extern const char *const canned_variables[];
#endif
