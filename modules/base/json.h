#ifndef DESKD_BASE_JSON_H /* modules/base/json.h - writing JSON; reading is jansson's, kept by an  \
                             arena */
#define DESKD_BASE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct buf;
struct json_t;

/* (jw_: jansson owns json_.) Commas and quoting are kept by the writer. key is NULL inside an
 * array. Strings must be UTF-8; NULL writes null. */
struct json_writer {
    struct buf *out;
    bool needs_comma;
};
struct json_writer json_writer(struct buf *out);
void jw_object(struct json_writer *w, const char *key);
void jw_end_object(struct json_writer *w);
void jw_array(struct json_writer *w, const char *key);
void jw_end_array(struct json_writer *w);
void jw_str(struct json_writer *w, const char *key, const char *s);
void jw_strn(struct json_writer *w, const char *key, const char *s, size_t n);
void jw_i64(struct json_writer *w, const char *key, int64_t i);
void jw_bool(struct json_writer *w, const char *key, bool b);
void jw_null(struct json_writer *w, const char *key);

/* Reads a text; NULL where it is no JSON. The value and its strings live as long as the arena. */
struct json_t *json_read(struct arena *a, const char *p, size_t n);
#endif
