#include "html/template_private.h" /* words: parsed, and translated at once */

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "html/escape.h"
#include "html/words.h"

#include <string.h>

#define SEGMENTS_MAX 65

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/* The length of "{name}" at s, or 0 where none begins. */
static size_t placeholder(const char *s)
{
    size_t n = 1;
    if (s[0] != '{')
        return 0;
    while (is_name_char(s[n]))
        n++;
    return n > 1 && s[n] == '}' ? n + 1 : 0;
}

static struct str escaped(const struct compiler *c, const char *p, size_t n)
{
    struct buf out = buf_make(c->arena, n);
    if (c->template->is_html)
        escape_html(&out, p, n);
    else
        buf_add(&out, p, n);
    return (struct str) { out.data, out.len };
}

/* A translation shows only values that the template's own text shows. */
static bool is_known(const struct word *word, const char *p, size_t n)
{
    const char *found = memmem(word->msgid, strlen(word->msgid), p, n);
    if (found == NULL && word->plural != NULL)
        found = memmem(word->plural, strlen(word->plural), p, n);
    return found != NULL;
}

static int phrase_parse(struct compiler *c, struct place at, const struct word *word,
                        const char *text, const struct phrase **out)
{
    struct segment segments[SEGMENTS_MAX];
    size_t n = 0;
    for (const char *begin = text, *p = text;; p++) {
        size_t hole = placeholder(p);
        if (*p != '\0' && (hole == 0 || !is_known(word, p, hole)))
            continue;
        if (n + 2 > SEGMENTS_MAX)
            return compile_error(c, at, "too many {names} in one text");
        if (p > begin)
            segments[n++] = (struct segment) { escaped(c, begin, (size_t)(p - begin)), NULL };
        if (*p == '\0')
            break;
        segments[n] = (struct segment) { { "", 0 }, NULL };
        if (path_parse(c, at, (struct str) { p + 1, hole - 2 }, &segments[n++].path) < 0)
            return -1;
        begin = p + hole;
        p = begin - 1;
    }
    struct phrase *phrase = arena_alloc(c->arena, sizeof(*phrase) + n * sizeof(segments[0]));
    phrase->n = n;
    memcpy(phrase->segments, segments, n * sizeof(segments[0]));
    *out = phrase;
    return 0;
}

static int translate_plural(struct compiler *c, struct place at, const struct word *word,
                            struct translation *t)
{
    const char *seen[PLURAL_FORMS_MAX] = { NULL };
    uint8_t *form_of = arena_alloc(c->arena, PLURAL_KNOWN);
    t->form_of = form_of;
    for (unsigned i = 0; i < PLURAL_KNOWN; i++) {
        const char *text = words_get_n_of(c->template->domain, word->msgid, word->plural, i);
        size_t form = 0;
        while (form < t->n && !str_is(seen[form], text))
            form++;
        if (form == PLURAL_FORMS_MAX)
            return compile_error(c, at, "the catalogue has too many plural forms");
        if (form == t->n) {
            seen[t->n++] = text;
            if (phrase_parse(c, at, word, text, &t->forms[form]) < 0)
                return -1;
        }
        form_of[i] = (uint8_t)form;
    }
    return 0;
}

static int translate_to(struct compiler *c, struct place at, const struct word *word,
                        const char *locale, const struct translation **out)
{
    struct translation *t = arena_zalloc(c->arena, sizeof(*t));
    *out = t;
    words_use(locale);
    if (word->plural != NULL)
        return translate_plural(c, at, word, t);
    t->n = 1;
    return phrase_parse(c, at, word, words_get_of(c->template->domain, word->msgid), &t->forms[0]);
}

/* Leaves another language in use; who compiles sets it back. */
static int translate(struct compiler *c, struct place at, struct word *word)
{
    const struct translation **all = arena_array(c->arena, c->locales_n, sizeof(all[0]));
    word->translations = all;
    word->translations_n = c->locales_n;
    for (size_t i = 0; i < c->locales_n; i++) {
        if (translate_to(c, at, word, c->locales[i], &all[i]) < 0)
            return -1;
    }
    return 0;
}

static void skip_space(struct str *s)
{
    while (s->n > 0 && (unsigned char)*s->p <= ' ') {
        s->p++;
        s->n--;
    }
}

/* Takes "text" from the front of *s; NULL where there is none. \" \\ and \n are known. */
static const char *take_string(struct compiler *c, struct str *s)
{
    skip_space(s);
    if (s->n == 0 || *s->p != '"')
        return NULL;
    struct buf out = buf_make(c->arena, s->n);
    for (size_t i = 1; i < s->n; i++) {
        char ch = s->p[i];
        if (ch == '"') {
            *s = (struct str) { s->p + i + 1, s->n - i - 1 };
            skip_space(s);
            return out.data;
        }
        if (ch == '\\' && i + 1 < s->n) {
            ch = s->p[++i];
            if (ch == 'n')
                ch = '\n';
        }
        if (ch != '\0')
            buf_addc(&out, ch);
    }
    return NULL;
}

static bool take_bar(struct str *s)
{
    if (s->n == 0 || *s->p != '|')
        return false;
    s->p++;
    s->n--;
    skip_space(s);
    return true;
}

int word_parse(struct compiler *c, struct place at, struct str content, struct word **out)
{
    struct word *word = arena_zalloc(c->arena, sizeof(*word));
    *out = word;
    word->file = c->template->file;
    word->line = at.line;
    word->msgid = take_string(c, &content);
    if (word->msgid == NULL || *word->msgid == '\0')
        return compile_error(c, at, "words are {{\"text\"}}");
    if (take_bar(&content)) {
        word->plural = take_string(c, &content);
        if (word->plural == NULL || !take_bar(&content))
            return compile_error(c, at, "plural words are {{\"one\"|\"many\"|number}}");
        if (path_parse(c, at, content, &word->count) < 0)
            return -1;
    } else if (content.n > 0) {
        return compile_error(c, at, "words are {{\"text\"}} or {{\"one\"|\"many\"|number}}");
    }
    if (c->words_end != NULL) {
        **c->words_end = word;
        *c->words_end = &word->next;
    }
    return translate(c, at, word);
}
