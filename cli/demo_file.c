#include "cli/demo.h" /* files that customers and agents attach: a picture, a document, some text */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "ticket/attachment.h"

#include <stdio.h>
#include <string.h>

#define WIDTH     320
#define HEIGHT    200
#define ROW_BYTES (1 + WIDTH / 2) /* a filter byte, then two pixels a byte */
#define GLYPH     6

enum colour { PAPER, INK, FRAME, BAR, RED, GREY, COLOURS };

struct canvas {
    unsigned char rows[HEIGHT][ROW_BYTES];
    uint32_t dice;
};

static uint32_t roll(struct canvas *c, uint32_t sides)
{
    c->dice = c->dice * 1664525U + 1013904223U;
    return (c->dice >> 16) % sides;
}

static void fill(struct canvas *c, unsigned x, unsigned y, unsigned w, unsigned h,
                 enum colour colour)
{
    for (unsigned row = y; row < y + h && row < HEIGHT; row++) {
        for (unsigned at = x; at < x + w && at < WIDTH; at++) {
            unsigned char *byte = &c->rows[row][1 + at / 2];
            unsigned keep = at % 2 == 0 ? 0x0FU : 0xF0U, value = (unsigned)colour;
            *byte = (unsigned char)((*byte & keep) | (at % 2 == 0 ? value << 4 : value));
        }
    }
}

/* A line of something that looks like writing. */
static void scribble(struct canvas *c, unsigned x, unsigned y, unsigned letters, enum colour colour)
{
    for (unsigned i = 0; i < letters; i++) {
        unsigned left = x + i * GLYPH;
        if (roll(c, 6) == 0)
            continue;
        fill(c, left, y, 1 + roll(c, 3), 7, colour);
        fill(c, left, y + roll(c, 7), 4, 1, colour);
    }
}

/* A window with a title bar, lines of text and a message about an error. */
static void draw(struct canvas *c)
{
    fill(c, 0, 0, WIDTH, HEIGHT, FRAME);
    fill(c, 6, 6, WIDTH - 12, HEIGHT - 12, PAPER);
    fill(c, 6, 6, WIDTH - 12, 18, BAR);
    scribble(c, 14, 12, 10 + roll(c, 12), PAPER);
    for (unsigned i = 0; i < 3; i++)
        fill(c, WIDTH - 24 - i * 14, 11, 8, 8, i == 0 ? RED : PAPER);
    for (unsigned y = 34; y < HEIGHT - 20; y += 14)
        scribble(c, 16, y, 14 + roll(c, 32), roll(c, 5) == 0 ? GREY : INK);
    unsigned top = 70 + roll(c, 40);
    fill(c, 60, top, 200, 60, RED);
    fill(c, 62, top + 2, 196, 56, PAPER);
    scribble(c, 74, top + 14, 12 + roll(c, 12), RED);
    scribble(c, 74, top + 30, 16 + roll(c, 10), INK);
}

static void put32(struct buf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_addc(b, (char)(v >> shift & 0xFF));
}

static uint32_t crc32_of(const char *p, size_t n)
{
    uint32_t crc = 0xFFFFFFFFU;
    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}

static uint32_t adler32_of(const unsigned char *p, size_t n)
{
    uint32_t low = 1, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = (low + p[i]) % 65521U;
        high = (high + low) % 65521U;
    }
    return high << 16 | low;
}

static void chunk(struct buf *png, const char *type, const struct buf *content)
{
    put32(png, (uint32_t)content->len);
    size_t from = png->len;
    buf_adds(png, type);
    buf_add(png, content->data, content->len);
    put32(png, crc32_of(png->data + from, png->len - from));
}

/* zlib's frame around one stored block: a picture of this size needs no packing. */
static void stored(struct buf *out, const unsigned char *p, size_t n)
{
    const unsigned char head[] = { 0x78,
                                   0x01,
                                   0x01,
                                   (unsigned char)(n & 0xFF),
                                   (unsigned char)(n >> 8),
                                   (unsigned char)(~n & 0xFF),
                                   (unsigned char)(~n >> 8 & 0xFF) };
    buf_add(out, head, sizeof(head));
    buf_add(out, p, n);
    put32(out, adler32_of(p, n));
}

void demo_png(struct arena *a, const char *seed, const char **data, size_t *n)
{
    static const char signature[] = "\x89PNG\r\n\x1A\n";
    static const unsigned char palette[COLOURS][3] = { { 255, 255, 255 }, { 40, 44, 52 },
                                                       { 205, 212, 222 }, { 52, 92, 150 },
                                                       { 200, 50, 47 },   { 150, 156, 165 } };
    struct canvas *c = arena_zalloc(a, sizeof(*c));
    for (const char *p = seed; *p != '\0'; p++)
        c->dice = c->dice * 31 + (unsigned char)*p;
    draw(c);
    struct buf *png = buf_new(a), head = buf_make(a, 16), colours = buf_make(a, 32),
               pixels = buf_make(a, sizeof(c->rows) + 16), none = buf_make(a, 1);
    put32(&head, WIDTH);
    put32(&head, HEIGHT);
    buf_add(&head, "\x04\x03\0\0\0", 5); /* four bits a pixel, from a palette */
    buf_add(&colours, palette, sizeof(palette));
    stored(&pixels, &c->rows[0][0], sizeof(c->rows));
    buf_add(png, signature, sizeof(signature) - 1);
    chunk(png, "IHDR", &head);
    chunk(png, "PLTE", &colours);
    chunk(png, "IDAT", &pixels);
    chunk(png, "IEND", &none);
    *data = png->data;
    *n = png->len;
}

/* Helvetica without an encoding of its own knows ASCII. */
static const char *plain(struct arena *a, const char *s)
{
    struct buf b = buf_make(a, strlen(s));
    for (; *s != '\0'; s++)
        if ((unsigned char)*s >= ' ' && (unsigned char)*s < 127 && strchr("()\\", *s) == NULL)
            buf_addc(&b, *s);
    return buf_str(&b);
}

void demo_pdf(struct arena *a, const char *title, const char **data, size_t *n)
{
    enum { OBJECTS = 5 };
    const char *text = arena_printf(a,
                                    "BT /F1 20 Tf 60 760 Td (%s) Tj /F1 11 Tf 0 -40 Td "
                                    "(1 x   120.00) Tj 0 -16 Td (1 x    23.00) Tj 0 -24 Td "
                                    "(=     143.00) Tj ET",
                                    plain(a, title));
    const char *objects[OBJECTS] = {
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        arena_printf(a, "<</Length %zu>>\nstream\n%s\nendstream", strlen(text), text),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    };
    size_t offsets[OBJECTS];
    struct buf *pdf = buf_new(a);
    buf_adds(pdf, "%PDF-1.4\n");
    for (size_t i = 0; i < OBJECTS; i++) {
        offsets[i] = pdf->len;
        buf_printf(pdf, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
    }
    size_t table = pdf->len;
    buf_printf(pdf, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (size_t i = 0; i < OBJECTS; i++)
        buf_printf(pdf, "%010zu 00000 n \n", offsets[i]);
    buf_printf(pdf, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1,
               table);
    *data = pdf->data;
    *n = pdf->len;
}

static int make(struct demo *d, const json_t *json, struct attachment_new *out, struct err *err)
{
    const char *kind = demo_text(json, "generate");
    *out = (struct attachment_new) { .name = demo_text(json, "name"),
                                     .type = demo_text(json, "type") };
    if (str_is(kind, "png"))
        demo_png(d->step, out->name, &out->data, &out->size);
    else if (str_is(kind, "pdf"))
        demo_pdf(d->step, out->name, &out->data, &out->size);
    else if (*kind != '\0')
        return err_set(err, ERR_INVALID, "cannot generate \"%.20s\"", kind);
    else
        out->data = demo_text(json, "text");
    if (*kind == '\0')
        out->size = strlen(out->data);
    return 0;
}

int demo_attachments(struct demo *d, const json_t *step, struct attachment_new **out, size_t *n,
                     struct err *err)
{
    const json_t *list = demo_list(step, "attachments");
    *n = json_array_size(list);
    *out = arena_array(d->step, *n, sizeof(**out));
    for (size_t i = 0; i < *n; i++)
        if (make(d, json_array_get(list, i), &(*out)[i], err) < 0)
            return -1;
    return 0;
}
