#include "automation/pattern.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* The limits of PCRE2 hold for each place of the text at which a match may begin: an expression
 * that fails late at each of a million places stays below them for minutes. So it calls us between
 * its steps, and we look at the clock. What people write needs a thousandth of this. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000
#define HEAP_KIB    4096
#define CPU_NS      INT64_C(40000000)
#define LOOK_EVERY  64

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    size_t bytes;
    int64_t end_ns; /* of the match under way */
    unsigned steps;
};

static bool is_limited;
static int64_t left_ns; /* of what all matches may take */
static size_t bytes;    /* of all that there are */

void patterns_begin(int64_t ns)
{
    is_limited = true;
    left_ns = ns;
}

int64_t patterns_end(void)
{
    is_limited = false;
    return left_ns;
}

size_t patterns_bytes(void)
{
    return bytes;
}

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int on_step(pcre2_callout_block *block, void *data)
{
    struct pattern *p = data;
    (void)block;
    return p->steps++ % LOOK_EVERY == 0 && cpu_ns() > p->end_ns ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static void drop(void *data)
{
    struct pattern *p = data;
    bytes -= p->bytes;
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
                            PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C |
                                PCRE2_AUTO_CALLOUT,
                            &number, &offset, NULL);
    if (p->code == NULL)
        return explain(number, offset, err);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &p->bytes);
    bytes += p->bytes;
    p->data = pcre2_match_data_create(1, NULL);
    p->limits = pcre2_match_context_create(NULL);
    if (p->data == NULL || p->limits == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an expression");
    (void)pcre2_set_match_limit(p->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(p->limits, HEAP_KIB);
    (void)pcre2_set_callout(p->limits, on_step, p);
    *out = p;
    return 0;
}

int pattern_occurs(struct pattern *p, const char *text, size_t n)
{
    int64_t start = cpu_ns(), may = is_limited && left_ns < CPU_NS ? left_ns : CPU_NS;
    if (may <= 0)
        return -1;
    p->steps = 0;
    p->end_ns = start + may;
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text, n, 0, 0, p->data, p->limits);
    left_ns -= cpu_ns() - start;
    return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
