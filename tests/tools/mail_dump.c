/* tests/tools/mail_dump.c - mail_parse of the file given (or standard input) as JSON, for corpus
 * tests */
#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "mail/mail.h"
#include "mail/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX    ((size_t)256 * 1024 * 1024)
#define MESSAGES_MAX 10

static const char *hex(struct arena *a, const char *p, size_t n)
{
    return crypto_hex(a, p, n);
}

static void dump_addresses(struct json_writer *w, const char *key, struct mail_addresses list)
{
    json_array(w, key);
    for (size_t i = 0; i < list.n; i++) {
        json_object(w, NULL);
        json_str(w, "name", list.items[i].name);
        json_str(w, "email", list.items[i].email);
        json_end_object(w);
    }
    json_end_array(w);
}

static void dump_parts(struct json_writer *w, struct arena *a, const struct mail *m)
{
    json_array(w, "parts");
    for (size_t i = 0; i < m->parts_n; i++) {
        const struct mail_part *p = &m->parts[i];
        json_object(w, NULL);
        json_str(w, "name", p->name);
        json_str(w, "type", p->type);
        json_str(w, "content_id", p->content_id);
        json_bool(w, "inline", p->is_inline);
        json_i64(w, "size", (int64_t)p->size);
        json_str(w, "hex", hex(a, p->data, p->size));
        json_end_object(w);
    }
    json_end_array(w);
}

static void dump_bounces(struct json_writer *w, const struct mail *m)
{
    json_array(w, "bounces");
    for (size_t i = 0; i < m->bounces_n; i++) {
        const struct mail_bounce *b = &m->bounces[i];
        json_object(w, NULL);
        json_str(w, "recipient", b->recipient);
        json_bool(w, "hard", b->is_hard);
        json_str(w, "status", b->status);
        json_str(w, "text", b->text);
        json_end_object(w);
    }
    json_end_array(w);
    json_str(w, "bounced_message_id", m->bounced_message_id);
}

static void dump_node(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth);

static void dump_message(struct json_writer *w, struct arena *a, struct str bytes, int depth)
{
    struct mail_limits limits = mail_limits();
    json_object(w, "message");
    json_array(w, "tree");
    dump_node(w, a, mail_tree(a, bytes.p, bytes.n, &limits), depth + 1);
    json_end_array(w);
    json_str(w, "subject", mail_header(a, bytes.p, bytes.n, "Subject"));
    json_end_object(w);
}

static void dump_leaf(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth)
{
    struct str bytes = mail_node_bytes(a, node);
    if (mail_node_is_message(node) && depth < MESSAGES_MAX)
        dump_message(w, a, bytes, depth);
    if (str_starts(node->type, "text/") || str_starts(node->type, "message/"))
        json_str(w, "text", mail_node_text(a, node));
    json_str(w, "hex", hex(a, bytes.p, bytes.n));
}

static void dump_node(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth)
{
    json_object(w, NULL);
    json_str(w, "type", node->type);
    json_str(w, "name", node->name);
    json_str(w, "disposition", node->disposition);
    json_str(w, "content_id", node->content_id);
    if (node->children == NULL) {
        dump_leaf(w, a, node, depth);
    } else {
        json_array(w, "children");
        for (const struct mail_node *n = node->children; n != NULL; n = n->next)
            dump_node(w, a, n, depth);
        json_end_array(w);
    }
    json_end_object(w);
}

static void dump_headers(struct json_writer *w, struct arena *a, const char *raw, size_t n)
{
    static const char *const names[] = { "From", "To", "Cc", "Subject" };
    json_object(w, "headers");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_str(w, names[i], mail_header(a, raw, n, names[i]));
    json_end_object(w);
}

static void dump_mail(struct json_writer *w, struct arena *a, const struct mail *m)
{
    static const char *const natures[] = { "human", "auto-reply", "bulk", "bounce" };
    dump_addresses(w, "from", m->from);
    dump_addresses(w, "reply_to", m->reply_to);
    dump_addresses(w, "to", m->to);
    dump_addresses(w, "cc", m->cc);
    json_str(w, "subject", m->subject);
    json_str(w, "message_id", m->message_id);
    json_array(w, "references");
    for (const char **id = m->references; *id != NULL; id++)
        json_str(w, NULL, *id);
    json_end_array(w);
    json_i64(w, "date_ms", m->date_ms);
    json_str(w, "text", m->text);
    json_str(w, "html", m->html);
    json_i64(w, "quote_offset", (int64_t)mail_quote_offset(m->text, strlen(m->text)));
    dump_parts(w, a, m);
    json_str(w, "nature", natures[m->nature]);
    json_str(w, "nature_why", m->nature_why);
    dump_bounces(w, m);
    json_str(w, "loop", m->loop);
    json_str(w, "auth_results", m->auth_results);
    json_bool(w, "damaged", m->is_damaged);
    json_str(w, "damage", m->damage);
}

static int read_input(struct arena *a, const char *path, char **raw, size_t *n, struct err *err)
{
    if (path != NULL)
        return file_read(a, path, INPUT_MAX, raw, n, err);
    struct buf b = buf_make(a, 65536);
    size_t got;
    while ((got = fread(buf_room(&b, 65536), 1, 65536, stdin)) > 0)
        buf_grew(&b, got);
    *raw = b.data;
    *n = b.len;
    return 0;
}

/* -p FILE parses and says nothing (for measuring), -q FILE prints the quote offset of a text file.
 */
int main(int argc, char **argv)
{
    struct arena *a = arena_new(0);
    struct err err = ERR_INIT;
    struct mail m;
    char *raw;
    size_t n;
    const char *mode = argc > 2 ? argv[1] : "";
    if (read_input(a, argc > 1 ? argv[argc - 1] : NULL, &raw, &n, &err) < 0) {
        (void)fprintf(stderr, "mail_dump: %s\n", err.msg);
        return EXIT_FAILURE;
    }
    if (str_is(mode, "-q"))
        return printf("%zu\n", mail_quote_offset(raw, n)) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (mail_parse(a, raw, n, &m, &err) < 0)
        return EXIT_FAILURE;
    if (!str_is(mode, "-p")) {
        struct buf out = buf_make(a, n * 2);
        struct json_writer w = json_writer(&out);
        struct mail_limits limits = mail_limits();
        json_object(&w, NULL);
        dump_mail(&w, a, &m);
        dump_headers(&w, a, raw, n);
        json_array(&w, "tree");
        dump_node(&w, a, mail_tree(a, raw, n, &limits), 0);
        json_end_array(&w);
        json_end_object(&w);
        (void)fwrite(out.data, 1, out.len, stdout);
    }
    arena_free(&a);
    return EXIT_SUCCESS;
}
