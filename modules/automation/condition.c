#include "automation/condition.h"

#include "automation/facts.h"
#include "automation/pattern.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "search/word.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

#define VALUE_MAX  500               /* bytes of one */
#define TEXT_MAX   (size_t)(1 << 20) /* of what is looked at */
#define SAW_MAX    200
#define NUMBER_MAX INT64_C(1000000000)

#define BIT(kind)  (1U << (kind))
#define TEXT_ONLY  BIT(FIELD_KIND_TEXT)
#define WITH_WORDS (BIT(FIELD_KIND_TEXT) | BIT(FIELD_KIND_CHOICE) | BIT(FIELD_KIND_ID))
#define YES_OR_NO  (BIT(FIELD_KIND_FLAG) | BIT(FIELD_KIND_GUEST))
#define COUNTED    (BIT(FIELD_KIND_NUMBER) | BIT(FIELD_KIND_AGE))

static const struct {
    const char *name, *label;
    unsigned kinds;
    bool needs_value;
} operations[OP_COUNT] = {
    [OP_IS] = { "is", WORDS("is"), WITH_WORDS, true },
    [OP_IS_NOT] = { "is_not", WORDS("is not"), WITH_WORDS, true },
    [OP_CONTAINS] = { "contains", WORDS("contains"), TEXT_ONLY, true },
    [OP_CONTAINS_NOT] = { "contains_not", WORDS("does not contain"), TEXT_ONLY, true },
    [OP_STARTS] = { "starts", WORDS("begins with"), TEXT_ONLY, true },
    [OP_ENDS] = { "ends", WORDS("ends with"), TEXT_ONLY, true },
    [OP_WORDS] = { "words", WORDS("has the word"), TEXT_ONLY, true },
    [OP_MATCHES] = { "matches", WORDS("matches the expression"), TEXT_ONLY, true },
    [OP_EMPTY] = { "empty", WORDS("is empty"), WITH_WORDS, false },
    [OP_NOT_EMPTY] = { "not_empty", WORDS("is not empty"), WITH_WORDS, false },
    [OP_MORE] = { "more", WORDS("is more than"), COUNTED, true },
    [OP_LESS] = { "less", WORDS("is less than"), COUNTED, true },
    [OP_YES] = { "yes", WORDS("is true"), YES_OR_NO, false },
    [OP_NO] = { "no", WORDS("is not true"), YES_OR_NO, false },
};

const char *operation_name(enum operation op)
{
    return operations[op].name;
}

const char *operation_label(enum operation op)
{
    return operations[op].label;
}

bool operation_by_name(const char *name, enum operation *out)
{
    for (int i = 0; i < OP_COUNT; i++) {
        if (!str_is(operations[i].name, name))
            continue;
        *out = (enum operation)i;
        return true;
    }
    return false;
}

bool operation_fits(enum operation op, enum field_kind kind)
{
    return (operations[op].kinds & BIT(kind)) != 0;
}

bool operation_needs_value(enum operation op)
{
    return operations[op].needs_value;
}

/* Texts that differ in case alone are the same afterwards. */
static const char *folded(struct arena *a, const char *text)
{
    size_t n = strlen(text), out_n = 0;
    uint8_t *out = u8_casefold((const uint8_t *)text, n < TEXT_MAX ? n : TEXT_MAX, NULL, NULL, NULL,
                               &out_n);
    if (out == NULL)
        return text;
    char *copy = arena_strndup(a, (const char *)out, out_n);
    free(out);
    return copy;
}

/* --- making one --- */

static bool is_choice(const struct rule_field *field, const char *value)
{
    for (size_t i = 0; field->choices[i].value != NULL; i++)
        if (str_is(field->choices[i].value, value))
            return true;
    return false;
}

static int check_value(const struct condition *c, const char *value, struct err *err)
{
    int64_t number;
    if (str_is_empty(value) || strlen(value) > VALUE_MAX)
        return err_set(err, ERR_INVALID, "%s",
                       str_is_empty(value) ? WORDS("a value is missing")
                                           : WORDS("the value is too long"));
    if (c->field->kind == FIELD_KIND_CHOICE && !is_choice(c->field, value))
        return err_set(err, ERR_INVALID, "%s: %.60s", WORDS("this is none of the possible values"),
                       value);
    bool is_number = c->field->kind == FIELD_KIND_ID || operation_fits(OP_MORE, c->field->kind);
    int64_t max = c->field->kind == FIELD_KIND_ID ? INT64_MAX : NUMBER_MAX;
    if (is_number && !str_i64(value, 0, max, &number))
        return err_set(err, ERR_INVALID, "%s: %.60s", WORDS("this is no number"), value);
    return 0;
}

static int take_values(struct arena *a, struct condition *c, const char *const *values, size_t n,
                       struct err *err)
{
    bool is_guest = c->field->kind == FIELD_KIND_GUEST;
    if (!operation_needs_value(c->op) && !(is_guest && n > 0))
        return 0;
    bool is_single = is_guest || c->op == OP_MATCHES || c->op == OP_MORE || c->op == OP_LESS;
    if (n == 0)
        return err_set(err, ERR_INVALID, WORDS("a value is missing"));
    if (n > (is_single ? 1 : CONDITION_VALUES))
        return err_set(err, ERR_INVALID, WORDS("these are too many values"));
    const char **typed = arena_array(a, n, sizeof(*typed));
    const char **compared = arena_array(a, n, sizeof(*compared));
    for (size_t i = 0; i < n; i++) {
        if (check_value(c, values[i], err) < 0)
            return -1;
        typed[i] = arena_strdup(a, values[i]);
        compared[i] = c->field->kind == FIELD_KIND_TEXT ? folded(a, values[i]) : typed[i];
    }
    c->values = typed;
    c->compared = compared;
    c->n = n;
    return 0;
}

/* Whether it is there is found out when it is asked, and by guest_check. */
static const struct rule_field *guest_field(struct arena *a, const char *name)
{
    struct rule_field *f = arena_zalloc(a, sizeof(*f));
    f->name = f->label = arena_strdup(a, name);
    f->kind = FIELD_KIND_GUEST;
    return f;
}

int condition_make(struct arena *a, const char *field, const char *op, const char *const *values,
                   size_t n, struct condition *out, struct err *err)
{
    *out = (struct condition) { .field = guest_is_name(field) ? guest_field(a, field)
                                                              : field_by_name(field) };
    if (out->field == NULL)
        return err_set(err, ERR_INVALID, "%s: %.60s", WORDS("there is no such field"), field);
    if (!operation_by_name(op, &out->op) || !operation_fits(out->op, out->field->kind))
        return err_set(err, ERR_INVALID, WORDS("this cannot be asked about that"));
    if (take_values(a, out, values, n, err) < 0)
        return -1;
    if (out->op == OP_MORE || out->op == OP_LESS)
        (void)str_i64(out->values[0], 0, NUMBER_MAX, &out->number);
    return out->op == OP_MATCHES ? pattern_make(a, out->values[0], &out->pattern, err) : 0;
}

/* --- asking --- */

static bool has_words(const char *text, const char *wanted)
{
    struct word_reader all = word_reader(text, strlen(text));
    struct word w, first;
    struct word_reader words = word_reader(wanted, strlen(wanted));
    if (!word_next(&words, &first))
        return false;
    while (word_next(&all, &w)) {
        struct word_reader here = all, rest = words;
        struct word next, want;
        bool is_same = str_is(w.text, first.text);
        while (is_same && word_next(&rest, &want))
            is_same = word_next(&here, &next) && str_is(next.text, want.text);
        if (is_same)
            return true;
    }
    return false;
}

static bool text_fits(enum operation op, const char *text, const char *value)
{
    switch (op) {
    case OP_IS:
    case OP_IS_NOT:
        return str_is(text, value);
    case OP_STARTS:
        return str_starts(text, value);
    case OP_ENDS:
        return str_ends(text, value);
    case OP_WORDS:
        return has_words(text, value);
    default:
        return strstr(text, value) != NULL;
    }
}

/* Whether text is like one of the values. */
static bool is_like(struct arena *a, const struct condition *c, const char *text,
                    struct answer_of_condition *out)
{
    if (c->op == OP_MATCHES) {
        size_t n = strlen(text);
        int rc = pattern_occurs(c->pattern, text, n < TEXT_MAX ? n : TEXT_MAX);
        out->took_too_long |= rc < 0;
        return rc > 0;
    }
    const char *plain = c->field->kind == FIELD_KIND_TEXT ? folded(a, text) : text;
    for (size_t i = 0; i < c->n; i++)
        if (text_fits(c->op, plain, c->compared[i]))
            return true;
    return false;
}

static bool is_negative(enum operation op)
{
    return op == OP_IS_NOT || op == OP_CONTAINS_NOT;
}

/* Of several texts one suffices; for "not", none may be like it. */
static void ask_texts(struct arena *a, const struct condition *c, const struct field_value *v,
                      struct answer_of_condition *out)
{
    bool is_found = false;
    for (size_t i = 0; i < v->n && !is_found; i++) {
        out->saw = v->texts[i];
        is_found = is_like(a, c, v->texts[i], out);
    }
    out->holds = is_found != is_negative(c->op);
}

static void ask_empty(const struct condition *c, const struct field_value *v,
                      struct answer_of_condition *out)
{
    bool is_id = c->field->kind == FIELD_KIND_ID;
    bool is_empty = is_id ? v->number == 0 : true;
    for (size_t i = 0; !is_id && i < v->n; i++)
        is_empty = is_empty && str_is_empty(v->texts[i]);
    if (!is_id && v->n > 0)
        out->saw = v->texts[0];
    out->holds = is_empty == (c->op == OP_EMPTY);
}

static void ask_id(struct arena *a, const struct condition *c, const struct field_value *v,
                   struct answer_of_condition *out)
{
    bool is_found = false;
    out->saw = arena_printf(a, "%" PRId64, v->number);
    for (size_t i = 0; i < c->n; i++)
        is_found = is_found || str_is(out->saw, c->values[i]);
    out->holds = is_found != is_negative(c->op);
}

static void ask_number(struct arena *a, const struct condition *c, const struct field_value *v,
                       struct answer_of_condition *out)
{
    if (v->n == 0)
        return;
    out->saw = arena_printf(a, "%" PRId64, v->number);
    switch (c->op) {
    case OP_MORE:
        out->holds = v->number > c->number;
        break;
    case OP_LESS:
        out->holds = v->number < c->number;
        break;
    default:
        out->holds = (v->number != 0) == (c->op == OP_YES);
    }
}

static int ask_guest(struct arena *a, const struct condition *c, const struct rule_facts *f,
                     struct answer_of_condition *out, struct err *err)
{
    const struct rule_question q = { c->field->name, c->n > 0 ? c->values[0] : "", f->change };
    const char *saw = "";
    int rc = guest_holds(f->guest, &q, &saw, err);
    if (rc < 0)
        return -1;
    if (rc == GUEST_ABSENT)
        out->absent = saw;
    else
        out->saw = str_cut(a, saw, SAW_MAX);
    out->holds = rc != GUEST_ABSENT && (rc == GUEST_YES) == (c->op == OP_YES);
    return 0;
}

static void ask_core(struct arena *a, const struct condition *c, const struct rule_facts *f,
                     struct answer_of_condition *out)
{
    struct field_value v = { .n = 0 };
    c->field->get(a, f, &v);
    if (c->op == OP_EMPTY || c->op == OP_NOT_EMPTY)
        ask_empty(c, &v, out);
    else if (c->field->kind == FIELD_KIND_ID)
        ask_id(a, c, &v, out);
    else if (c->field->kind == FIELD_KIND_TEXT || c->field->kind == FIELD_KIND_CHOICE)
        ask_texts(a, c, &v, out);
    else
        ask_number(a, c, &v, out);
    out->saw = str_cut(a, str_or(out->saw, ""), SAW_MAX);
}

int condition_ask(struct arena *a, const struct condition *c, const struct rule_facts *f,
                  struct answer_of_condition *out, struct err *err)
{
    *out = (struct answer_of_condition) { .saw = "" };
    if (c->field->kind == FIELD_KIND_GUEST)
        return ask_guest(a, c, f, out, err);
    ask_core(a, c, f, out);
    return 0;
}
