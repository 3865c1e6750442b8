#include "search/word.h"

#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define FOLDED_MAX 8 /* letters that one may become */
#define DEPTH_MAX  4 /* of decompositions of decompositions */

struct folded {
    ucs4_t letters[FOLDED_MAX];
    size_t n;
};

/* Letters that Unicode takes for whole, and people for a letter with something on it. */
static const struct {
    ucs4_t from;
    const char *to;
} wholes[] = { { 0x00DF, "ss" }, { 0x00E6, "ae" }, { 0x00F0, "d" }, { 0x00F8, "o" },
               { 0x00FE, "th" }, { 0x0111, "d" },  { 0x0127, "h" }, { 0x0131, "i" },
               { 0x0142, "l" },  { 0x0153, "oe" }, { 0x0167, "t" } };

#define SHORT_I     0x0439 /* Russian: another letter than the one without its breve */
#define FINAL_SIGMA 0x03C2
#define SIGMA       0x03C3
#define HANGUL_AT   0xAC00
#define HANGUL_END  0xD7A3

static void add(struct folded *f, ucs4_t c)
{
    if (f->n < FOLDED_MAX)
        f->letters[f->n++] = c;
}

static bool fold_whole(struct folded *f, ucs4_t c)
{
    for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
        if (wholes[i].from != c)
            continue;
        for (const char *p = wholes[i].to; *p != '\0'; p++)
            add(f, (ucs4_t)*p);
        return true;
    }
    return false;
}

/* One level a call, as deep as Unicode's tables go; marks are dropped, and what is no letter. */
static void fold(struct folded *f, ucs4_t c, int depth) /* NOLINT(misc-no-recursion): bounded */
{
    ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
    int tag;
    c = uc_tolower(c);
    if (fold_whole(f, c))
        return;
    bool is_kept = c == SHORT_I || (c >= HANGUL_AT && c <= HANGUL_END) || depth == DEPTH_MAX;
    int n = is_kept ? -1 : uc_decomposition(c, &tag, parts);
    for (int i = 0; i < n; i++)
        fold(f, parts[i], depth + 1);
    if (n < 0 && uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N |
                                                         UC_CATEGORY_MASK_Mc))
        add(f, c == FINAL_SIGMA ? SIGMA : c);
}

static bool is_in_word(ucs4_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

/* Goes on with a word that has begun: marks, soft hyphens, joiners. */
static bool is_within(ucs4_t c)
{
    return c >= 0x80 &&
           uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_Cf);
}

/* Han, Hiragana, Katakana: written without spaces. */
static bool is_sign(ucs4_t c)
{
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

struct word_reader word_reader(const char *p, size_t n)
{
    return (struct word_reader) { .p = p, .n = n };
}

static size_t peek(const struct word_reader *r, ucs4_t *c)
{
    if (r->at >= r->n)
        return 0;
    *c = (unsigned char)r->p[r->at];
    if (*c < 0x80)
        return 1;
    return (size_t)u8_mbtouc(c, (const uint8_t *)r->p + r->at, r->n - r->at);
}

static char joint_of(ucs4_t c)
{
    static const char joints[] = ".@-_/:'+#&=";
    if (c == 0x2019)
        return '\'';
    return c < 0x80 && c != 0 && strchr(joints, (int)c) != NULL ? (char)c : '\0';
}

/* To the beginning of the next word: its first letter, or false. */
static bool skip(struct word_reader *r, char *joint)
{
    ucs4_t c;
    size_t size, skipped = 0;
    bool is_first = r->at == 0;
    char last = '\0';
    while ((size = peek(r, &c)) > 0 && !is_in_word(c)) {
        last = joint_of(c);
        skipped++;
        r->at += size;
    }
    *joint = is_first ? '\0' : skipped == 0 ? JOINT_NONE_NEEDED : skipped == 1 ? last : '\0';
    return size > 0;
}

static struct folded fold_letter(ucs4_t c)
{
    struct folded f = { .n = 0 };
    if (c < 0x80)
        add(&f, c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    else
        fold(&f, c, 0);
    return f;
}

static void put(struct word *w, const struct folded *f)
{
    for (size_t i = 0; i < f->n; i++) {
        uint8_t bytes[6];
        int size = u8_uctomb(bytes, f->letters[i], sizeof(bytes));
        if (size <= 0 || w->n + (size_t)size > WORD_BYTES)
            return;
        memcpy(w->text + w->n, bytes, (size_t)size);
        w->n += (size_t)size;
    }
}

static void read_word(struct word_reader *r, struct word *w)
{
    ucs4_t c;
    size_t size;
    w->n = 0;
    w->at = r->at;
    for (bool was_sign = false; (size = peek(r, &c)) > 0;) {
        if (was_sign || (!is_in_word(c) && !is_within(c)))
            break;
        struct folded f = fold_letter(c);
        was_sign = f.n > 0 && is_sign(f.letters[0]); /* also where it was written at half width */
        if (was_sign && r->at > w->at)
            break;
        put(w, &f);
        r->at += size;
    }
    w->end = r->at;
    w->text[w->n] = '\0';
}

bool word_next(struct word_reader *r, struct word *out)
{
    while (skip(r, &out->joint)) {
        read_word(r, out);
        if (out->n > 0)
            return true;
    }
    return false;
}

size_t word_head(const char *text, size_t n, size_t letters)
{
    size_t at = 0;
    for (; letters > 0 && at < n; letters--)
        for (at++; at < n && ((unsigned char)text[at] & 0xC0) == 0x80;)
            at++;
    return letters == 0 ? at : 0;
}
