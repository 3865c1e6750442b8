#ifndef DESKD_AUTOMATION_FIELD_H /* modules/automation/field.h - what a condition can ask about */
#define DESKD_AUTOMATION_FIELD_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct rule_facts;

enum field_kind {
    FIELD_KIND_TEXT,   /* one or several texts */
    FIELD_KIND_CHOICE, /* one of the field's words */
    FIELD_KIND_ID,     /* a department, a person: a number, 0 for none */
    FIELD_KIND_NUMBER,
    FIELD_KIND_AGE, /* minutes since an instant; absent where it never came */
    FIELD_KIND_FLAG,
    FIELD_KIND_GUEST /* see automation/guest.h */
};

struct field_choice {
    const char *value, *label; /* label in English for the catalogue */
};

/* What the field is for some facts. */
struct field_value {
    const char *const *texts; /* TEXT, CHOICE */
    size_t n;                 /* 0: absent */
    int64_t number;           /* the others; absent where n is 0 */
};

struct rule_field {
    const char *name;  /* "message.subject": in the database */
    const char *label; /* in English for the catalogue */
    enum field_kind kind;
    const struct field_choice *choices; /* CHOICE; ends with an empty one */
    const char *list;                   /* ID: "department", "person" */
    void (*get)(struct arena *a, const struct rule_facts *f, struct field_value *out);
};

/* All of core's; NULL past the last. */
const struct rule_field *field_at(size_t i);
const struct rule_field *field_by_name(const char *name); /* NULL: unknown */
#endif
