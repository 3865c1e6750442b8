#ifndef DESKD_AUTOMATION_PATTERN_H /* modules/automation/pattern.h - a tenant's regular            \
                                      expressions, within limits */
#define DESKD_AUTOMATION_PATTERN_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

/* Perl's expressions (PCRE2), UTF-8, any case. Work and memory of one match are limited, so that
 * no expression and no text can hold up a ticket. */
struct pattern;
#define PATTERN_MAX 500 /* bytes */

/* Lives in a. ERR_INVALID: what is wrong, and where. */
int pattern_make(struct arena *a, const char *text, struct pattern **out, struct err *err);
/* From here to patterns_end all matches together take at most ns of a processor; patterns_end says
 * what is left. Where nothing is left, no match is begun. Never nested. */
void patterns_begin(int64_t ns);
int64_t patterns_end(void);
/* Memory that expressions of this process hold, as far as the library says. */
size_t patterns_bytes(void);
/* 1 where it occurs in text, 0 where it does not, -1 where that took too much to find out. */
int pattern_occurs(struct pattern *p, const char *text, size_t n);
#endif
