#include "roles_filter.h"

/* The next letter in lower case; *n: its bytes. Letters of more than two bytes stay as they are. */
static unsigned next(const char *s, unsigned *n)
{
    unsigned c = (unsigned char)*s;
    *n = c != 0;
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if ((c & 0xE0) != 0xC0 || ((unsigned char)s[1] & 0xC0) != 0x80)
        return c;
    *n = 2;
    c = (c & 0x1F) << 6 | ((unsigned char)s[1] & 0x3F);
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1);
    return c >= 0x100 && c <= 0x137 ? c | 1 : c >= 0x14A && c <= 0x177 ? c | 1 : c;
}

static int begins(const char *text, const char *wanted)
{
    unsigned n, m;
    for (; *wanted != '\0'; text += n, wanted += m)
        if (next(text, &n) != next(wanted, &m))
            return 0;
    return 1;
}

int filter_has(const char *text, const char *wanted)
{
    unsigned n;
    for (; *text != '\0'; text += n) {
        if (begins(text, wanted))
            return 1;
        (void)next(text, &n);
    }
    return *wanted == '\0';
}
