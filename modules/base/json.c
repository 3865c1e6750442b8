#include "base/json.h"

#include "base/arena.h"
#include "base/buf.h"

#include <jansson.h>
#include <string.h>

struct json_writer json_writer(struct buf *out)
{
    return (struct json_writer) { out, false };
}

static void quoted(struct buf *out, const char *s, size_t n)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            buf_addc(out, '\\');
        if (c < ' ' || c == 0x7F)
            buf_printf(out, "\\u%04x", c);
        else
            buf_addc(out, s[i]);
    }
    buf_addc(out, '"');
}

static void begin(struct json_writer *w, const char *key)
{
    if (w->needs_comma)
        buf_addc(w->out, ',');
    w->needs_comma = true;
    if (key != NULL) {
        quoted(w->out, key, strlen(key));
        buf_addc(w->out, ':');
    }
}

static void open(struct json_writer *w, const char *key, char bracket)
{
    begin(w, key);
    buf_addc(w->out, bracket);
    w->needs_comma = false;
}

static void shut(struct json_writer *w, char bracket)
{
    buf_addc(w->out, bracket);
    w->needs_comma = true;
}

void jw_object(struct json_writer *w, const char *key)
{
    open(w, key, '{');
}

void jw_end_object(struct json_writer *w)
{
    shut(w, '}');
}

void jw_array(struct json_writer *w, const char *key)
{
    open(w, key, '[');
}

void jw_end_array(struct json_writer *w)
{
    shut(w, ']');
}

void jw_strn(struct json_writer *w, const char *key, const char *s, size_t n)
{
    begin(w, key);
    quoted(w->out, s, n);
}

void jw_str(struct json_writer *w, const char *key, const char *s)
{
    if (s == NULL)
        jw_null(w, key);
    else
        jw_strn(w, key, s, strlen(s));
}

void jw_i64(struct json_writer *w, const char *key, int64_t i)
{
    begin(w, key);
    buf_addi(w->out, i);
}

void jw_bool(struct json_writer *w, const char *key, bool b)
{
    begin(w, key);
    buf_adds(w->out, b ? "true" : "false");
}

void jw_null(struct json_writer *w, const char *key)
{
    begin(w, key);
    buf_adds(w->out, "null");
}

static void release(void *data)
{
    json_decref(*(json_t **)data);
}

struct json_t *json_read(struct arena *a, const char *p, size_t n)
{
    json_t **holder = arena_zalloc(a, sizeof(json_t *));
    arena_cleanup(a, release, holder);
    *holder = json_loadb(p, n, 0, NULL);
    return *holder;
}
