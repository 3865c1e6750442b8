#ifndef DESKD_HTML_TOKENIZER_H /* modules/html/tokenizer.h - bytes into tags and text, as browsers \
                                  do it */
#define DESKD_HTML_TOKENIZER_H
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;

enum html_token_type { HTML_TEXT, HTML_START, HTML_END, HTML_COMMENT, HTML_DOCTYPE };

/* How text is read: which of markup and references count in it. */
enum html_state {
    HTML_DATA,
    HTML_RCDATA,  /* title, textarea: references, but no tags */
    HTML_RAWTEXT, /* style, xmp, ...: neither */
    HTML_SCRIPT,
    HTML_PLAINTEXT, /* to the end of the input */
    HTML_CDATA
};

struct html_attr {
    struct str name, value; /* name in lower case, value decoded */
};

/* Strings live until the next token. A run of text may come in several tokens. */
struct html_token {
    enum html_token_type type;
    struct str text; /* text or comment; the name of a tag (lower case) or doctype */
    const struct html_attr *attrs;
    size_t attrs_n;
    bool self_closing;
    bool has_name, has_public, has_system, force_quirks; /* doctype */
    struct str public_id, system_id;
};

/* More attributes than that in one tag are read over. */
#define HTML_ATTRS_MAX 128

struct html_span {
    size_t name, name_n, value, value_n;
    uint32_t hash;
};

/* The tokenizer of the HTML standard (13.2.5), without its error messages. Fields are its own. */
struct html_tokenizer {
    struct arena *arena;
    const char *p;
    size_t n, i;
    enum html_state state;
    struct buf last_start; /* what closes raw text */
    enum { SCRIPT_PLAIN, SCRIPT_ESCAPED, SCRIPT_DOUBLE } script;
    unsigned dashes;
    struct buf text; /* of the current token */
    struct html_span spans[HTML_ATTRS_MAX];
    size_t spans_n;
    struct html_attr attrs[HTML_ATTRS_MAX];
    char reference[8];
    uint64_t steps;
};

/* Starts over the n bytes of UTF-8 at p, which must outlive t. NUL bytes are allowed. */
void html_tokenizer_init(struct html_tokenizer *t, struct arena *a, const char *p, size_t n);
/* Reads on in another state; last_start is the tag that will end it ("" for none). */
void html_tokenizer_state(struct html_tokenizer *t, enum html_state state, struct str last_start);
/* Does what a browser's tree builder does after this start tag: script, style, title, ... switch.
 */
void html_tokenizer_follow(struct html_tokenizer *t, const struct html_token *start);
/* The next token: true, or false at the end. */
bool html_token_next(struct html_tokenizer *t, struct html_token *out);
/* Bytes looked at and names compared so far: grows linearly with the input. */
uint64_t html_tokenizer_steps(const struct html_tokenizer *t);
#endif
