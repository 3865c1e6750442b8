/* modules/mail/charset.c - any bytes as UTF-8, whatever their charset is called */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 40
#define JIS            "ISO-2022-JP"
#define REPLACEMENT    "\xEF\xBF\xBD"

/* Only these reach iconv: its rarer converters have a history of overruns and endless loops. Names
 * are compared without case, punctuation and a leading "x" or "cs". The superset is taken where
 * mails say the subset. */
static const struct {
    const char *alias, *iconv;
} charsets[] = {
    { "utf8", "UTF-8" },
    { "utf8mb4", "UTF-8" },
    { "unicode11utf8", "UTF-8" },
    { "unicode20utf8", "UTF-8" },
    { "unicode", "UTF-16" },
    { "utf16", "UTF-16" },
    { "utf16le", "UTF-16LE" },
    { "utf16be", "UTF-16BE" },
    { "ucs2", "UTF-16BE" },
    { "utf32", "UTF-32" },
    { "utf32le", "UTF-32LE" },
    { "utf32be", "UTF-32BE" },
    { "utf7", "UTF-7" },
    { "unicode11utf7", "UTF-7" },
    { "unicode20utf7", "UTF-7" },
    { "utf7imap", "UTF-7-IMAP" },
    { "latin1", "WINDOWS-1252" },
    { "iso88591", "WINDOWS-1252" },
    { "iso885911987", "WINDOWS-1252" },
    { "iso88591windows30latin1", "WINDOWS-1252" },
    { "iso88591windows31latin1", "WINDOWS-1252" },
    { "iso8859", "WINDOWS-1252" },
    { "88591", "WINDOWS-1252" },
    { "iso8851", "WINDOWS-1252" },
    { "l1", "WINDOWS-1252" },
    { "cp819", "WINDOWS-1252" },
    { "ibm819", "WINDOWS-1252" },
    { "ansi", "WINDOWS-1252" },
    { "windows1252", "WINDOWS-1252" },
    { "win1252", "WINDOWS-1252" },
    { "cp1252", "WINDOWS-1252" },
    { "1252", "WINDOWS-1252" },
    { "windowslatin1", "WINDOWS-1252" },
    { "windows31latin1", "WINDOWS-1252" },
    { "latin2", "ISO-8859-2" },
    { "latin3", "ISO-8859-3" },
    { "latin4", "ISO-8859-4" },
    { "latin5", "WINDOWS-1254" },
    { "latin6", "ISO-8859-10" },
    { "latin8", "ISO-8859-14" },
    { "latin9", "ISO-8859-15" },
    { "latin10", "ISO-8859-16" },
    { "l2", "ISO-8859-2" },
    { "l3", "ISO-8859-3" },
    { "l4", "ISO-8859-4" },
    { "l5", "WINDOWS-1254" },
    { "l9", "ISO-8859-15" },
    { "cyrillic", "ISO-8859-5" },
    { "arabic", "ISO-8859-6" },
    { "greek", "ISO-8859-7" },
    { "hebrew", "ISO-8859-8" },
    { "iso885911", "WINDOWS-874" },
    { "iso88599", "WINDOWS-1254" },
    { "tis620", "WINDOWS-874" },
    { "windows874", "WINDOWS-874" },
    { "cp874", "WINDOWS-874" },
    { "koi8", "KOI8-R" },
    { "koi8r", "KOI8-R" },
    { "koi8u", "KOI8-U" },
    { "koi8ru", "KOI8-U" },
    { "koi7", "KOI-7" },
    { "cp866", "IBM866" },
    { "ibm866", "IBM866" },
    { "ibm437", "IBM437" },
    { "cp437", "IBM437" },
    { "ibm850", "IBM850" },
    { "cp850", "IBM850" },
    { "ibm852", "IBM852" },
    { "cp852", "IBM852" },
    { "ibm858", "CP858" },
    { "cp858", "CP858" },
    { "mac", "MACINTOSH" },
    { "macintosh", "MACINTOSH" },
    { "macroman", "MACINTOSH" },
    { "maccyrillic", "MAC-CYRILLIC" },
    { "maccentraleurope", "MAC-CENTRALEUROPE" },
    { "gb2312", "GB18030" },
    { "gb231280", "GB18030" },
    { "gb", "GB18030" },
    { "gbk", "GB18030" },
    { "cp936", "GB18030" },
    { "936", "GB18030" },
    { "ms936", "GB18030" },
    { "windows936", "GB18030" },
    { "euccn", "GB18030" },
    { "gb18030", "GB18030" },
    { "chinese", "GB18030" },
    { "iso2022cn", "ISO-2022-CN" },
    { "big5", "BIG5-HKSCS" },
    { "big5hkscs", "BIG5-HKSCS" },
    { "cnbig5", "BIG5-HKSCS" },
    { "cp950", "BIG5-HKSCS" },
    { "950", "BIG5-HKSCS" },
    { "windows950", "BIG5-HKSCS" },
    { "euctw", "EUC-TW" },
    { "shiftjis", "CP932" },
    { "sjis", "CP932" },
    { "mskanji", "CP932" },
    { "windows31j", "CP932" },
    { "cp932", "CP932" },
    { "932", "CP932" },
    { "windows932", "CP932" },
    { "eucjp", "EUC-JP-MS" },
    { "eucjpms", "EUC-JP-MS" },
    { "iso2022jp", JIS },
    { "iso2022jp1", JIS },
    { "iso2022jp2", JIS },
    { "iso2022jp3", JIS },
    { "iso2022jpms", JIS },
    { "cp50220", JIS },
    { "cp50221", JIS },
    { "jis", JIS },
    { "euckr", "CP949" },
    { "ksc5601", "CP949" },
    { "ksc56011987", "CP949" },
    { "ksc56011989", "CP949" },
    { "ksc56011992", "CP949" },
    { "korean", "CP949" },
    { "cp949", "CP949" },
    { "949", "CP949" },
    { "windows949", "CP949" },
    { "uhc", "CP949" },
    { "iso2022kr", "ISO-2022-KR" },
    { "viscii", "VISCII" },
    { "tcvn", "TCVN" },
    { "armscii8", "ARMSCII-8" },
    { "georgianacademy", "GEORGIAN-ACADEMY" },
    { "ibm037", "IBM037" },
    { "hproman8", "HP-ROMAN8" },
};

/* These say nothing of 8-bit bytes. */
static const char *const vague[] = { "",         "usascii",  "ascii",       "ansix341968",
                                     "us",       "iso646us", "unknown8bit", "unknown",
                                     "8bit",     "binary",   "xunknown",    "default",
                                     "iso8859x", "charset",  "none",        "userdefined",
                                     "asciius",  "7bit" };

static void squeeze(const char *name, char out[NAME_MAX_BYTES])
{
    size_t n = 0;
    for (; *name != '\0' && n + 1 < NAME_MAX_BYTES; name++) {
        char c = *name;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = c;
        else if (c == '*') /* RFC 2231: a language follows */
            break;
    }
    out[n] = '\0';
}

/* ISO-8859-n and windows-125n, which differ only by their number. */
static const char *numbered(const char *name, char out[NAME_MAX_BYTES])
{
    const char *digits = NULL;
    const char *form = "ISO-8859-%s";
    if (str_starts(name, "iso8859"))
        digits = name + 7;
    else if (str_starts(name, "8859"))
        digits = name + 4;
    else if (str_starts(name, "windows125") || str_starts(name, "cp125") ||
             str_starts(name, "win125") || str_starts(name, "125")) {
        digits = strstr(name, "125") + 3;
        form = "WINDOWS-125%s";
    }
    int64_t i;
    if (digits == NULL)
        return NULL;
    char number[3] = { digits[0], digits[0] == '\0' || digits[1] < '0' ? '\0' : digits[1], '\0' };
    if (form[0] == 'W')
        number[1] = '\0';
    else if (digits[0] != '1' || digits[1] > '6')
        number[1] = '\0';
    if (!str_i64(number, 0, 16, &i) || i == 12)
        return NULL;
    (void)snprintf(out, NAME_MAX_BYTES, form[0] == 'W' ? "WINDOWS-125%s" : "ISO-8859-%s", number);
    return out;
}

static const char *lookup(const char *name)
{
    for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
        if (strcmp(charsets[i].alias, name) == 0)
            return charsets[i].iconv;
    return NULL;
}

static const char *iconv_name(const char *charset, char out[NAME_MAX_BYTES])
{
    char name[NAME_MAX_BYTES];
    if (charset == NULL)
        return NULL;
    squeeze(charset, name);
    const char *s = name;
    for (size_t i = 0; i < sizeof(vague) / sizeof(vague[0]); i++)
        if (strcmp(vague[i], s) == 0)
            return NULL;
    const char *found = lookup(s);
    if (found == NULL && s[0] == 'x')
        found = lookup(++s);
    if (found == NULL && str_starts(s, "cs"))
        found = lookup(s += 2);
    return found != NULL ? found : numbered(s, out);
}

bool mail_charset_is_known(const char *charset)
{
    char name[NAME_MAX_BYTES];
    return iconv_name(charset, name) != NULL;
}

static char *from_utf8(struct arena *a, const char *p, size_t n)
{
    struct buf b = buf_make(a, n);
    size_t i = 0;
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        i = 3;
    while (i < n) {
        size_t good = 0; /* the longest run that is fine */
        while (i + good < n && (unsigned char)(p[i + good] - 1) < 0x7F)
            good++;
        buf_add(&b, p + i, good);
        i += good;
        if (i == n)
            break;
        size_t len = 1;
        while (len < 5 && i + len < n && (p[i + len] & 0xC0) == 0x80)
            len++;
        while (len > 1 && !str_is_utf8(p + i, len))
            len--;
        if (len > 1)
            buf_add(&b, p + i, len);
        else
            buf_add_utf8(&b, 0xFFFD);
        i += len;
    }
    return b.data;
}

/* What windows-1252 leaves open, C1 control codes take: no byte is lost. */
static char *from_1252(struct arena *a, const char *p, size_t n)
{
    static const uint16_t high[32] = { 0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
                                       0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
                                       0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D,
                                       0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
                                       0x0153, 0x9D,   0x017E, 0x0178 };
    struct buf b = buf_make(a, n + n / 4);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c != 0 && c < 0x80)
            buf_addc(&b, (char)c);
        else
            buf_add_utf8(&b, c == 0 ? 0xFFFD : c < 0xA0 ? high[c - 0x80] : c);
    }
    return b.data;
}

static void add_without_nul(struct buf *b, const char *p, size_t n)
{
    const char *nul;
    while ((nul = memchr(p, '\0', n)) != NULL) {
        buf_add(b, p, (size_t)(nul - p));
        buf_add_utf8(b, 0xFFFD);
        n -= (size_t)(nul - p) + 1;
        p = nul + 1;
    }
    buf_add(b, p, n);
}

struct converter {
    iconv_t cd;
    bool is_open;
};

static void converter_close(void *data)
{
    struct converter *c = data;
    if (c->is_open)
        iconv_close(c->cd);
    c->is_open = false;
}

/* Open until converter_close, or until the arena ends, should memory run out between. */
static struct converter *converter_open(struct arena *a, const char *charset)
{
    struct converter *c = arena_zalloc(a, sizeof(*c));
    arena_cleanup(a, converter_close, c);
    c->cd = iconv_open("UTF-8", charset);
    c->is_open = c->cd != (iconv_t)-1;
    return c->is_open ? c : NULL;
}

static void convert(iconv_t cd, struct buf *b, char *p, size_t n)
{
    char out[4096];
    while (n > 0) {
        char *to = out;
        size_t room = sizeof(out);
        size_t rc = iconv(cd, &p, &n, &to, &room);
        add_without_nul(b, out, (size_t)(to - out));
        if (rc != (size_t)-1 || errno == E2BIG)
            continue;
        buf_add_utf8(b, 0xFFFD);
        if (errno == EINVAL) /* ends within a character */
            break;
        p++;
        n--;
    }
    char *to = out;
    size_t room = sizeof(out);
    if (iconv(cd, NULL, NULL, &to, &room) != (size_t)-1)
        add_without_nul(b, out, (size_t)(to - out));
}

static char *from_iconv(struct arena *a, const char *name, const char *p, size_t n)
{
    struct converter *c = converter_open(a, name);
    if (c == NULL)
        return NULL;
    struct buf b = buf_make(a, n + n / 2);
    union {
        const char *in;
        char *out;
    } same = { p }; /* iconv does not write there, whatever its type says */
    convert(c->cd, &b, same.out, n);
    converter_close(c);
    if (b.len >= 3 && memcmp(b.data, "\xEF\xBB\xBF", 3) == 0)
        return b.data + 3;
    return b.data;
}

static bool has_jis_escape(const char *p, size_t n)
{
    for (const char *e = p; (e = memchr(e, 0x1B, n - (size_t)(e - p))) != NULL; e++)
        if (n - (size_t)(e - p) >= 3 && (e[1] == '$' || e[1] == '(') &&
            (e[2] == 'B' || e[2] == '@' || e[2] == 'J'))
            return true;
    return false;
}

static bool is_utf16(const char *p, size_t n)
{
    return n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0);
}

/* Converts only what converts wholly; NULL otherwise. */
static char *strictly(struct arena *a, const char *name, const char *p, size_t n)
{
    char *s = from_iconv(a, name, p, n);
    return s == NULL || strstr(s, REPLACEMENT) != NULL ? NULL : s;
}

/* What a text's 8-bit bytes look like: pairs speak for Chinese, density for Cyrillic. */
struct shape {
    size_t high, letters; /* 8-bit bytes; ASCII letters */
    size_t pairs, common; /* GB 2312 pairs; of them those of its first level */
    size_t lead; /* bytes that begin a kanji in Shift_JIS and are nothing in windows-1252 */
    size_t lower_1251, lower_koi8;
    bool has_odd_run;
};

static void shape_run(struct shape *s, const unsigned char *p, size_t n)
{
    s->has_odd_run = s->has_odd_run || n % 2 != 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        s->pairs += p[i] >= 0xA1 && p[i] <= 0xF7 && p[i + 1] >= 0xA1;
        s->common += (p[i] >= 0xB0 && p[i] <= 0xD7) || (p[i] >= 0xA1 && p[i] <= 0xA3);
    }
    for (size_t i = 0; i < n; i++) {
        s->lower_1251 += p[i] >= 0xE0;
        s->lower_koi8 += p[i] >= 0xC0 && p[i] < 0xE0;
        s->lead += p[i] >= 0x81 && p[i] <= 0x9F;
    }
    s->high += n;
}

static struct shape shape_of(const char *text, size_t n)
{
    struct shape s = { 0 };
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0, run; i < n; i += run) {
        run = 1;
        if (p[i] < 0x80) {
            s.letters += (p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z';
            continue;
        }
        while (i + run < n && p[i + run] >= 0x80)
            run++;
        shape_run(&s, p + i, run);
    }
    return s;
}

static char *guess_8bit(struct arena *a, const char *p, size_t n)
{
    struct shape s = shape_of(p, n);
    char *text = NULL;
    if (!s.has_odd_run && s.pairs >= 2 && s.pairs * 2 == s.high && s.common * 10 >= s.pairs * 8)
        text = strictly(a, "GB18030", p, n);
    if (text == NULL && s.lead > 1 && s.lead * 4 >= s.high)
        text = strictly(a, "CP932", p, n);
    if (text == NULL && s.high > 4 && s.high > s.letters * 2 &&
        (s.lower_1251 + s.lower_koi8) * 10 >= s.high * 9)
        text = strictly(a, s.lower_1251 >= s.lower_koi8 ? "WINDOWS-1251" : "KOI8-R", p, n);
    return text != NULL ? text : from_1252(a, p, n);
}

/* ISO-2022-JP as EUC-JP, which says the same with the eighth bit instead of escapes. */
static struct str euc_of_jis(struct arena *a, const char *p, size_t n)
{
    struct buf b = buf_make(a, n);
    char set = 'B', kind = '(';
    for (size_t i = 0; i < n; i++) {
        if (p[i] == 0x1B && i + 2 < n && (p[i + 1] == '$' || p[i + 1] == '(')) {
            bool is_long = p[i + 1] == '$' && p[i + 2] == '(' && i + 3 < n;
            kind = is_long ? 'D' : p[i + 1];
            set = p[i + 2];
            i += is_long ? 3 : 2;
        } else if (p[i] <= ' ' || (kind == '(' && set != 'I')) {
            buf_addc(&b, p[i]);
        } else if (kind == '(') {
            buf_addc(&b, (char)0x8E);
            buf_addc(&b, (char)(p[i] | 0x80));
        } else if (i + 1 < n) {
            if (kind == 'D')
                buf_addc(&b, (char)0x8F);
            buf_addc(&b, (char)(p[i] | 0x80));
            buf_addc(&b, (char)(p[++i] | 0x80));
        }
    }
    return (struct str) { b.data, b.len };
}

/* Mailers that say ISO-2022-JP send Shift_JIS and EUC-JP too. */
static char *from_jis(struct arena *a, const char *p, size_t n)
{
    struct shape s = shape_of(p, n);
    if (s.high > 0 && !has_jis_escape(p, n)) {
        char *text = strictly(a, "CP932", p, n);
        return text != NULL ? text : from_iconv(a, "EUC-JP-MS", p, n);
    }
    struct str euc = euc_of_jis(a, p, n);
    return from_iconv(a, "EUC-JP-MS", euc.p, euc.n);
}

static char *guess(struct arena *a, const char *p, size_t n)
{
    char *s = NULL;
    if (has_jis_escape(p, n))
        s = from_jis(a, p, n);
    else if (is_utf16(p, n))
        s = from_iconv(a, "UTF-16", p, n);
    if (s != NULL)
        return s;
    return str_is_utf8(p, n) ? from_utf8(a, p, n) : guess_8bit(a, p, n);
}

/* Says UTF-8: true where most of the 8-bit bytes agree, so that one cut letter does not turn the
 * text. */
static bool is_mostly_utf8(const char *p, size_t n)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < n;) {
        size_t len = 1;
        if ((p[i] & 0x80) == 0) {
            i++;
            continue;
        }
        while (len < 4 && i + len < n && (p[i + len] & 0xC0) == 0x80)
            len++;
        if (len > 1 && str_is_utf8(p + i, len))
            good += len;
        else
            bad++;
        i += len;
    }
    return good >= bad;
}

char *mail_to_utf8(struct arena *a, const char *charset, const char *p, size_t n)
{
    char space[NAME_MAX_BYTES];
    const char *name = iconv_name(charset, space);
    if (name == NULL)
        return guess(a, p, n);
    if (strcmp(name, "UTF-8") == 0)
        return is_mostly_utf8(p, n) ? from_utf8(a, p, n) : guess(a, p, n);
    if (strcmp(name, "WINDOWS-1252") == 0)
        return from_1252(a, p, n);
    char *s = strcmp(name, JIS) == 0 ? from_jis(a, p, n) : from_iconv(a, name, p, n);
    bool is_wrong = s == NULL || (strstr(s, REPLACEMENT) != NULL && str_is_utf8(p, n));
    return is_wrong ? guess(a, p, n) : s;
}

const char *mail_charset_of_html(struct arena *a, const char *p, size_t n)
{
    char *head = arena_strndup(a, p, n < 2048 ? n : 2048);
    const char *at = strcasestr(head, "charset=");
    if (at == NULL || strcasestr(head, "<meta") == NULL)
        return NULL;
    at += strlen("charset=");
    at += strspn(at, "\"' ");
    return arena_strndup(a, at, strcspn(at, "\"'; />"));
}
