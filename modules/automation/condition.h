#ifndef DESKD_AUTOMATION_CONDITION_H /* modules/automation/condition.h - one question of a rule,   \
                                        and its answer */
#define DESKD_AUTOMATION_CONDITION_H
#include "automation/field.h"

#include <stdbool.h>
struct err;
struct pattern;

enum operation {
    OP_IS, /* one of the values; texts as a whole, any case */
    OP_IS_NOT,
    OP_CONTAINS, /* one of the values, any case */
    OP_CONTAINS_NOT,
    OP_STARTS,
    OP_ENDS,
    OP_WORDS, /* one of the values as whole words */
    OP_MATCHES,
    OP_EMPTY,
    OP_NOT_EMPTY,
    OP_MORE, /* numbers and ages: more than the value */
    OP_LESS,
    OP_YES,
    OP_NO,
    OP_COUNT
};
const char *operation_name(enum operation op);  /* "contains_not": in the database */
const char *operation_label(enum operation op); /* "does not contain" */
bool operation_by_name(const char *name, enum operation *out);
/* Whether it can be asked about a field of this kind, and whether it needs values. */
bool operation_fits(enum operation op, enum field_kind kind);
bool operation_needs_value(enum operation op);

#define CONDITION_VALUES 50

struct condition {
    const struct rule_field *field; /* of a guest: made for this condition */
    enum operation op;
    const char *const *values;   /* as they were typed */
    const char *const *compared; /* as they are compared */
    size_t n;
    int64_t number;          /* of MORE, LESS */
    struct pattern *pattern; /* of MATCHES */
};

/* Checks name, operation and values, and makes them ready. ERR_INVALID says what is wrong. */
int condition_make(struct arena *a, const char *field, const char *op, const char *const *values,
                   size_t n, struct condition *out, struct err *err);

struct answer_of_condition {
    bool holds;
    bool took_too_long; /* MATCHES: then it does not hold */
    const char *saw;    /* the value that decided, at most 200 characters; "" for none */
    const char *absent; /* why nobody can say, in English: then it does not hold; NULL: somebody did
                         */
};
/* -1: a guest's question has failed in a way that the transaction cannot go on. */
int condition_ask(struct arena *a, const struct condition *c, const struct rule_facts *f,
                  struct answer_of_condition *out, struct err *err);
#endif
