#ifndef DESKD_HTML_ESCAPE_H /* modules/html/escape.h - bytes made harmless for the place they are  \
                               put in */
#define DESKD_HTML_ESCAPE_H
#include <stdbool.h>
#include <stddef.h>
struct buf;

/* &<>"' as character references: for text, <title>, <textarea> and quoted attributes. */
void escape_html(struct buf *out, const char *p, size_t n);

/* A whole address for a quoted attribute: where its scheme is not http, https or mailto (or
 * absent),
 * "#" instead. Spaces, controls, quotes and angle brackets are percent-encoded. */
void escape_url(struct buf *out, const char *p, size_t n);

/* One component of an address: everything but letters, digits and -._~ is percent-encoded. In a
 * mailto address @ stays as well. */
void escape_url_part(struct buf *out, const char *p, size_t n, bool is_mailto);

/* Whether an address of n bytes may be linked to: see escape_url. */
bool escape_url_is_allowed(const char *p, size_t n);
#endif
