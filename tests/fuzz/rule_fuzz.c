/* tests/fuzz/rule_fuzz.c - any bytes as a rule's definition: refused with a reason, or a rule that
 * is written, read again and written the same; its conditions can be asked about any facts */
#include "automation/rule.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The rule's own text is what its conditions look at. */
static void judge(struct arena *a, const struct rule *rule, const char *text)
{
    static const char *const no_files[] = { NULL };
    struct rule_verdict verdict;
    struct rule_facts facts = {
        .trigger = TRIGGER_CREATED,
        .now = { .subject = text, .contact_email = text, .contact_name = text },
        .message = { MESSAGE_CUSTOMER, text, text, "", text, text, no_files, 0 },
    };
    struct err err = ERR_INIT;
    must(rule_judge(a, rule, &facts, &verdict, &err) == 0);
    must(verdict.n <= rule->groups_n);
    must(!verdict.applies || rule->groups_n == 0 || verdict.group < rule->groups_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct rule rule = { .id = 1 }, again = { .id = 1 };
    struct err err = ERR_INIT;
    const char *text = str_utf8(a, (const char *)data, size);
    if (rule_read(a, text, strlen(text), &rule, &err) < 0) {
        must(err.code == ERR_INVALID && err.msg[0] != '\0');
        arena_free(&a);
        return 0;
    }
    const char *written = rule_write(a, &rule);
    must(rule_read(a, written, strlen(written), &again, &err) == 0);
    must(str_is(rule_write(a, &again), written));
    judge(a, &rule, text);
    arena_free(&a);
    return 0;
}
