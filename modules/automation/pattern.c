#include "automation/pattern.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* About 20 ms at worst; what people write needs a thousandth of it. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000
#define HEAP_KIB    4096

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static void drop(void *data)
{
    struct pattern *p = data;
    pcre2_match_context_free(p->limits);
    pcre2_match_data_free(p->data);
    pcre2_code_free(p->code);
}

static int explain(int number, size_t offset, struct err *err)
{
    PCRE2_UCHAR text[120] = "";
    (void)pcre2_get_error_message(number, text, sizeof(text));
    return err_set(err, ERR_INVALID, "%s: %s (%zu)", WORDS("the expression is wrong"),
                   (const char *)text, offset + 1);
}

int pattern_make(struct arena *a, const char *text, struct pattern **out, struct err *err)
{
    int number;
    size_t offset, n = strlen(text);
    if (n == 0 || n > PATTERN_MAX)
        return err_set(err, ERR_INVALID, WORDS("the expression is too long"));
    struct pattern *p = arena_zalloc(a, sizeof(*p));
    arena_cleanup(a, drop, p);
    p->code = pcre2_compile((PCRE2_SPTR)text, n,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C,
                            &number, &offset, NULL);
    if (p->code == NULL)
        return explain(number, offset, err);
    p->data = pcre2_match_data_create(1, NULL);
    p->limits = pcre2_match_context_create(NULL);
    if (p->data == NULL || p->limits == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an expression");
    (void)pcre2_set_match_limit(p->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(p->limits, HEAP_KIB);
    *out = p;
    return 0;
}

int pattern_occurs(const struct pattern *p, const char *text, size_t n)
{
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text, n, 0, 0, p->data, p->limits);
    return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
