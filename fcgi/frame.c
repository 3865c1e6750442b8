#include "fcgi/frame.h"

#include "fcgi/params.h"

#include <fastcgi.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

/* A walk over the name-value pairs of PARAMS, which may be cut anywhere by records. */
struct pairs_walk {
    size_t total;
    size_t need;           /* bytes of the current name and value still to come */
    unsigned char head[8]; /* the two lengths */
    size_t head_n;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)(p[0] & 0x7F) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The size of a length that begins with this byte. */
static size_t width(unsigned char first)
{
    return (first & 0x80) != 0 ? 4 : 1;
}

static uint64_t length_at(const unsigned char *p)
{
    return width(p[0]) == 4 ? be32(p) : p[0];
}

/* Takes a byte of the lengths; true once both are whole. */
static bool take_head(struct pairs_walk *w, unsigned char c)
{
    w->head[w->head_n++] = c;
    size_t name = width(w->head[0]);
    return w->head_n > name && w->head_n == name + width(w->head[name]);
}

/* False as soon as more is announced than may come. */
static bool walk(struct pairs_walk *w, const unsigned char *p, size_t n)
{
    w->total += n;
    while (n > 0 && w->total <= PARAMS_MAX_BYTES) {
        if (w->need > 0) {
            size_t step = n < w->need ? n : w->need;
            w->need -= step;
            p += step;
            n -= step;
            continue;
        }
        if (take_head(w, *p)) {
            uint64_t need = length_at(w->head) + length_at(w->head + width(w->head[0]));
            if (need > PARAMS_MAX_BYTES)
                return false;
            w->need = (size_t)need;
            w->head_n = 0;
        }
        p++;
        n--;
    }
    return w->total <= PARAMS_MAX_BYTES;
}

static bool is_begin(const unsigned char *p, size_t content)
{
    const unsigned char *body = p + FCGI_HEADER_LEN;
    return p[1] == FCGI_BEGIN_REQUEST && content == sizeof(FCGI_BeginRequestBody) && body[0] == 0 &&
           body[1] == FCGI_RESPONDER;
}

static unsigned id_of(const unsigned char *record)
{
    return (unsigned)record[2] << 8 | record[3];
}

static enum frame_state look_at_params(const unsigned char *p, size_t n, unsigned request_id)
{
    struct pairs_walk w = { 0, 0, { 0 }, 0 };
    while (n >= FCGI_HEADER_LEN) {
        size_t content = (size_t)p[4] << 8 | p[5], whole = FCGI_HEADER_LEN + content + p[6];
        if (p[0] != FCGI_VERSION_1 || p[1] != FCGI_PARAMS || id_of(p) != request_id)
            return FRAME_GARBAGE;
        if (content == 0)
            return w.need == 0 && w.head_n == 0 ? FRAME_COMPLETE : FRAME_GARBAGE;
        size_t here = n - FCGI_HEADER_LEN < content ? n - FCGI_HEADER_LEN : content;
        if (!walk(&w, p + FCGI_HEADER_LEN, here))
            return FRAME_TOO_LARGE;
        if (n < whole)
            return FRAME_MORE;
        p += whole;
        n -= whole;
    }
    return FRAME_MORE;
}

enum frame_state frame_look(const unsigned char *p, size_t n, unsigned *request_id)
{
    const size_t begin = FCGI_HEADER_LEN + sizeof(FCGI_BeginRequestBody);
    *request_id = 0;
    if (n > 0 && p[0] != FCGI_VERSION_1)
        return FRAME_GARBAGE;
    if (n < begin)
        return FRAME_MORE;
    if (!is_begin(p, (size_t)p[4] << 8 | p[5]) || id_of(p) == 0)
        return FRAME_GARBAGE;
    *request_id = id_of(p);
    if (n < begin + p[6])
        return FRAME_MORE;
    enum frame_state state = look_at_params(p + begin + p[6], n - begin - p[6], *request_id);
    return state == FRAME_MORE && n >= FRAME_MAX_BYTES ? FRAME_TOO_LARGE : state;
}

/* Takes a length from *p; false where it is cut. */
static bool take_length(const unsigned char **p, const unsigned char *end, size_t *out)
{
    if (*p >= end || *p + width(**p) > end)
        return false;
    *out = length_at(*p);
    *p += width(**p);
    return true;
}

int frame_param(const unsigned char *p, size_t n, const char *name, char *out, size_t size)
{
    const size_t begin = FCGI_HEADER_LEN + sizeof(FCGI_BeginRequestBody) + (n > 6 ? p[6] : 0);
    size_t wanted = strlen(name), name_n, value_n;
    if (n < begin + FCGI_HEADER_LEN)
        return false;
    const unsigned char *q = p + begin, *end = p + n;
    size_t content = (size_t)q[4] << 8 | q[5];
    q += FCGI_HEADER_LEN;
    if ((size_t)(end - q) > content)
        end = q + content;
    while (take_length(&q, end, &name_n) && take_length(&q, end, &value_n) &&
           name_n <= (size_t)(end - q) && value_n <= (size_t)(end - q) - name_n) {
        if (name_n == wanted && memcmp(q, name, wanted) == 0 && value_n < size) {
            memcpy(out, q + name_n, value_n);
            out[value_n] = '\0';
            return true;
        }
        q += name_n + value_n;
    }
    return false;
}

static unsigned char *record(unsigned char *out, unsigned char type, unsigned id, size_t n)
{
    const unsigned char head[FCGI_HEADER_LEN] = { FCGI_VERSION_1,
                                                  type,
                                                  (unsigned char)(id >> 8),
                                                  (unsigned char)id,
                                                  (unsigned char)(n >> 8),
                                                  (unsigned char)n,
                                                  0,
                                                  0 };
    memcpy(out, head, sizeof(head));
    return out + sizeof(head);
}

size_t frame_answer(unsigned char *out, size_t size, unsigned request_id, const char *text,
                    size_t n)
{
    const size_t frame = (size_t)3 * FCGI_HEADER_LEN + sizeof(FCGI_EndRequestBody);
    if (n > FCGI_MAX_LENGTH || size < frame || n > size - frame)
        return 0;
    unsigned char *p = record(out, FCGI_STDOUT, request_id, n);
    memcpy(p, text, n);
    p = record(p + n, FCGI_STDOUT, request_id, 0);
    p = record(p, FCGI_END_REQUEST, request_id, sizeof(FCGI_EndRequestBody));
    memset(p, 0, sizeof(FCGI_EndRequestBody));
    return frame + n;
}

static size_t end_records(unsigned char *out, unsigned id)
{
    unsigned char *p = record(record(out, FCGI_STDOUT, id, 0), FCGI_END_REQUEST, id,
                              sizeof(FCGI_EndRequestBody));
    memset(p, 0, sizeof(FCGI_EndRequestBody));
    return (size_t)(p - out) + sizeof(FCGI_EndRequestBody);
}

int frame_pieces_next(struct frame_pieces *f, struct iovec *v)
{
    int k = 0;
    for (; f->n > 0 && k + 2 < FRAME_PIECES; k += 2) {
        size_t n = f->n < FRAME_DATA_MAX ? f->n : FRAME_DATA_MAX;
        (void)record(f->heads[k / 2], FCGI_STDOUT, f->request_id, n);
        v[k] = (struct iovec) { f->heads[k / 2], FRAME_HEAD };
        v[k + 1] = (struct iovec) { (void *)(uintptr_t)f->text, n };
        f->text += n;
        f->n -= n;
    }
    if (f->n == 0 && !f->is_ended) {
        v[k++] = (struct iovec) { f->end, end_records(f->end, f->request_id) };
        f->is_ended = 1;
    }
    return k;
}
