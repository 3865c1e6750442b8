/* tests/fuzz/json_fuzz.c - any text as a key and a value that we write: another's reader (jansson)
 * reads the same back. What we read ourselves comes from our own rows and files, and from bounces.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static json_t *written(struct arena *a, const char *text, int64_t number)
{
    struct buf out = buf_make(a, 0);
    struct json_writer w = json_writer(&out);
    jw_object(&w, NULL);
    jw_str(&w, text, text);
    jw_array(&w, "list of\n\"three\"");
    jw_strn(&w, NULL, text, strlen(text));
    jw_i64(&w, NULL, number);
    jw_object(&w, NULL);
    jw_bool(&w, "yes", true);
    jw_null(&w, "nothing");
    jw_end_object(&w);
    jw_end_array(&w);
    jw_end_object(&w);
    return json_loadb(out.data, out.len, 0, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    const char *text = str_utf8(a, (const char *)data, size);
    int64_t number = 0;
    memcpy(&number, data, size < sizeof(number) ? size : sizeof(number));
    json_t *o = written(a, text, number);
    must(json_is_object(o));
    const json_t *list = json_object_get(o, "list of\n\"three\"");
    must(str_is(json_string_value(json_object_get(o, text)), text) ||
         str_is(text, "list of\n\"three\""));
    must(json_array_size(list) == 3 && str_is(json_string_value(json_array_get(list, 0)), text));
    must(json_integer_value(json_array_get(list, 1)) == number);
    json_decref(o);
    arena_free(&a);
    return 0;
}
