#ifndef DESKD_HTML_SAFE_HTML_H /* modules/html/safe_html.h - HTML that may be put into a page      \
                                  unescaped */
#define DESKD_HTML_SAFE_HTML_H
#include <stddef.h>
struct arena;

/* Only the sanitiser, the escaper and the text formatter make one; templates take unescaped output
 * from nothing else. */
struct safe_html {
    const char *p;
    size_t n;
};

/* What the sanitiser found, for the caller's notes and the "load images" bar. */
struct sanitise_report {
    unsigned remote_images; /* img sources that would be fetched from elsewhere, kept in data-src */
    unsigned removed;       /* elements and attributes that were not on the list */
    unsigned truncated;     /* 1: the input was longer than the limit and was cut */
};

/* How cid: addresses of inline parts become addresses of ours; NULL drops the image. */
typedef const char *sanitise_cid_fn(void *data, struct arena *a, const char *content_id);

struct sanitise_options {
    sanitise_cid_fn *cid;
    void *cid_data;
    int allow_remote_images; /* 1: the reader asked for them */
};

#define SANITISE_MAX_BYTES ((size_t)1024 * 1024)

/* Rebuilds html (UTF-8, n bytes) from an allow-list. Linear in n. A fixed point:
 * sanitise(sanitise(x)) == sanitise(x) byte for byte. report may be NULL. */
struct safe_html html_sanitise(struct arena *a, const char *html, size_t n,
                               const struct sanitise_options *options,
                               struct sanitise_report *report);

/* Plain text as HTML: escaped, line ends kept, web and mail addresses linked (http, https, mailto),
 * with rel="noopener noreferrer nofollow" target="_blank". */
struct safe_html html_from_text(struct arena *a, const char *text, size_t n);

/* HTML as readable plain text (links as "text <url>", lists, tables by row, no scripts or styles).
 */
char *html_to_text(struct arena *a, const char *html, size_t n);

/* Escapes &<>"' for text and quoted attributes. */
char *html_escape(struct arena *a, const char *s);
#endif
