#ifndef DESKD_HTML_TOKENIZER_PRIVATE_H /* modules/html/tokenizer_private.h - shared by             \
                                          tokenizer*.c */
#define DESKD_HTML_TOKENIZER_PRIVATE_H
#include "html/tokenizer.h"

struct html_entity {
    char name[32]; /* without & and ; */
    uint32_t first;
    uint16_t second; /* 0: one code point */
    bool bare;       /* counts without its semicolon */
};

/* NULL where no reference has exactly this name. */
const struct html_entity *html_entity_find(const char *name, size_t n);

/* At an ampersand: consumes the reference and returns the length of what it stands for, which is
 * in t->reference. 0: it is an ampersand; nothing was consumed. */
size_t html_reference(struct html_tokenizer *t, bool in_attribute);

/* After "<!": a comment, a doctype or a bogus comment. */
void html_markup_declaration(struct html_tokenizer *t, struct html_token *out);
/* A comment that only a > ends, from here. */
void html_bogus_comment(struct html_tokenizer *t, struct html_token *out);

/* Appends from..to of the input to t->text, NUL as U+FFFD, in lower case if asked. Returns where in
 * t->text it begins. */
size_t html_keep(struct html_tokenizer *t, size_t from, size_t to, bool lower);

static inline bool html_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
static inline bool html_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool html_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool html_is_at(const struct html_tokenizer *t, char c)
{
    return t->i < t->n && t->p[t->i] == c;
}
static inline void html_skip_space(struct html_tokenizer *t)
{
    for (; t->i < t->n && html_is_space(t->p[t->i]); t->i++)
        t->steps++;
}
#endif
