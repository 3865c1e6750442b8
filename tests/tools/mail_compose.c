/* tests/tools/mail_compose.c - compose_mail of the JSON on standard input, for the tests in Python
 */
#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "mail/compose.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *str_at(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static struct mail_address address(const json_t *o)
{
    const char *name = str_at(o, "name"), *email = str_at(o, "email");
    return (struct mail_address) { name != NULL ? name : "", email != NULL ? email : "" };
}

static struct mail_addresses addresses(struct arena *a, const json_t *list)
{
    struct mail_addresses out = { NULL, json_array_size(list) };
    out.items = arena_array(a, out.n + 1, sizeof(*out.items));
    for (size_t i = 0; i < out.n; i++)
        out.items[i] = address(json_array_get(list, i));
    return out;
}

static const char **strings(struct arena *a, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **out = arena_array(a, n + 1, sizeof(*out));
    for (size_t i = 0; i < n; i++)
        out[i] = json_string_value(json_array_get(list, i));
    return out;
}

static void attachments(struct arena *a, struct compose *c, const json_t *list)
{
    c->attachments_n = json_array_size(list);
    struct compose_attachment *files = arena_array(a, c->attachments_n + 1, sizeof(*files));
    for (size_t i = 0; i < c->attachments_n; i++) {
        const json_t *o = json_array_get(list, i);
        files[i] = (struct compose_attachment) { str_at(o, "name"), str_at(o, "type"),
                                                 str_at(o, "path"), str_at(o, "content_id") };
    }
    c->attachments = files;
}

int main(void)
{
    struct arena *a = arena_new(0);
    struct err err = ERR_INIT;
    char *raw;
    size_t n;
    json_t *o = json_loadf(stdin, JSON_ALLOW_NUL, NULL);
    if (o == NULL || crypto_init(&err) < 0)
        return EXIT_FAILURE;
    struct compose c = { .from = address(json_object_get(o, "from")),
                         .reply_to = address(json_object_get(o, "reply_to")),
                         .to = addresses(a, json_object_get(o, "to")),
                         .cc = addresses(a, json_object_get(o, "cc")),
                         .subject = str_at(o, "subject"),
                         .message_id = str_at(o, "message_id"),
                         .in_reply_to = str_at(o, "in_reply_to"),
                         .references = strings(a, json_object_get(o, "references")),
                         .date_ms = json_integer_value(json_object_get(o, "date_ms")),
                         .text = str_at(o, "text"),
                         .html = str_at(o, "html"),
                         .is_automatic = json_is_true(json_object_get(o, "automatic")),
                         .loop = str_at(o, "loop") };
    attachments(a, &c, json_object_get(o, "attachments"));
    if (compose_mail(a, &c, &raw, &n, &err) < 0) {
        (void)fprintf(stderr, "mail_compose: %s\n", err.msg);
        return EXIT_FAILURE;
    }
    (void)fwrite(raw, 1, n, stdout);
    json_decref(o);
    arena_free(&a);
    return EXIT_SUCCESS;
}
