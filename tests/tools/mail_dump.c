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
    jw_array(w, key);
    for (size_t i = 0; i < list.n; i++) {
        jw_object(w, NULL);
        jw_str(w, "name", list.items[i].name);
        jw_str(w, "email", list.items[i].email);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void dump_parts(struct json_writer *w, struct arena *a, const struct mail *m)
{
    jw_array(w, "parts");
    for (size_t i = 0; i < m->parts_n; i++) {
        const struct mail_part *p = &m->parts[i];
        jw_object(w, NULL);
        jw_str(w, "name", p->name);
        jw_str(w, "type", p->type);
        jw_str(w, "content_id", p->content_id);
        jw_bool(w, "inline", p->is_inline);
        jw_i64(w, "size", (int64_t)p->size);
        jw_str(w, "hex", hex(a, p->data, p->size));
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void dump_bounces(struct json_writer *w, const struct mail *m)
{
    jw_array(w, "bounces");
    for (size_t i = 0; i < m->bounces_n; i++) {
        const struct mail_bounce *b = &m->bounces[i];
        jw_object(w, NULL);
        jw_str(w, "recipient", b->recipient);
        jw_bool(w, "hard", b->is_hard);
        jw_str(w, "status", b->status);
        jw_str(w, "text", b->text);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_str(w, "bounced_message_id", m->bounced_message_id);
}

static void dump_node(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth);

static void dump_message(struct json_writer *w, struct arena *a, struct str bytes, int depth)
{
    struct mail_limits limits = mail_limits();
    jw_object(w, "message");
    jw_array(w, "tree");
    dump_node(w, a, mail_tree(a, bytes.p, bytes.n, &limits), depth + 1);
    jw_end_array(w);
    jw_str(w, "subject", mail_header(a, bytes.p, bytes.n, "Subject"));
    jw_end_object(w);
}

static void dump_leaf(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth)
{
    struct str bytes = mail_node_bytes(a, node);
    if (mail_node_is_message(node) && depth < MESSAGES_MAX)
        dump_message(w, a, bytes, depth);
    if (str_starts(node->type, "text/") || str_starts(node->type, "message/"))
        jw_str(w, "text", mail_node_text(a, node));
    jw_str(w, "hex", hex(a, bytes.p, bytes.n));
}

static void dump_node(struct json_writer *w, struct arena *a, const struct mail_node *node,
                      int depth)
{
    jw_object(w, NULL);
    jw_str(w, "type", node->type);
    jw_str(w, "name", node->name);
    jw_str(w, "disposition", node->disposition);
    jw_str(w, "content_id", node->content_id);
    if (node->children == NULL) {
        dump_leaf(w, a, node, depth);
    } else {
        jw_array(w, "children");
        for (const struct mail_node *n = node->children; n != NULL; n = n->next)
            dump_node(w, a, n, depth);
        jw_end_array(w);
    }
    jw_end_object(w);
}

static void dump_headers(struct json_writer *w, struct arena *a, const char *raw, size_t n)
{
    static const char *const names[] = { "From", "To", "Cc", "Subject" };
    jw_object(w, "headers");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        jw_str(w, names[i], mail_header(a, raw, n, names[i]));
    jw_end_object(w);
}

static void dump_mail(struct json_writer *w, struct arena *a, const struct mail *m)
{
    static const char *const natures[] = { "human", "auto-reply", "bulk", "bounce" };
    dump_addresses(w, "from", m->from);
    dump_addresses(w, "reply_to", m->reply_to);
    dump_addresses(w, "to", m->to);
    dump_addresses(w, "cc", m->cc);
    jw_str(w, "subject", m->subject);
    jw_str(w, "message_id", m->message_id);
    jw_array(w, "references");
    for (const char **id = m->references; *id != NULL; id++)
        jw_str(w, NULL, *id);
    jw_end_array(w);
    jw_i64(w, "date_ms", m->date_ms);
    jw_str(w, "text", m->text);
    jw_str(w, "html", m->html);
    jw_i64(w, "quote_offset", (int64_t)mail_quote_offset(m->text, strlen(m->text)));
    dump_parts(w, a, m);
    jw_str(w, "nature", natures[m->nature]);
    jw_str(w, "nature_why", m->nature_why);
    dump_bounces(w, m);
    jw_str(w, "loop", m->loop);
    jw_str(w, "auth_results", m->auth_results);
    jw_bool(w, "damaged", m->is_damaged);
    jw_str(w, "damage", m->damage);
}

static int read_input(struct arena *a, const char *path, char **raw, size_t *n, struct err *err)
{
    if (path != NULL && !str_is(path, "-"))
        return file_read(a, path, INPUT_MAX, raw, n, err);
    struct buf b = buf_make(a, 65536);
    size_t got;
    while ((got = fread(buf_room(&b, 65536), 1, 65536, stdin)) > 0)
        buf_grew(&b, got);
    *raw = b.data;
    *n = b.len;
    return 0;
}

static void dump_leaves(struct json_writer *w, struct arena *a, const struct mail_node *node)
{
    for (; node != NULL; node = node->next) {
        if (node->children != NULL) {
            dump_leaves(w, a, node->children);
            continue;
        }
        struct str bytes = mail_node_bytes(a, node);
        jw_object(w, NULL);
        jw_str(w, "type", node->type);
        jw_str(w, "name", node->name);
        if (str_starts(node->type, "text/"))
            jw_str(w, "text", mail_node_text(a, node));
        else
            jw_str(w, "hex", hex(a, bytes.p, bytes.n));
        jw_end_object(w);
    }
}

/* What random mails are compared by, on one line. */
static int dump_line(struct arena *a, const char *raw, size_t n)
{
    struct err err = ERR_INIT;
    struct mail m;
    struct mail_limits limits = mail_limits();
    struct buf out = buf_make(a, n * 2);
    struct json_writer w = json_writer(&out);
    if (mail_parse(a, raw, n, &m, &err) < 0)
        return -1;
    jw_object(&w, NULL);
    dump_addresses(&w, "from", m.from);
    jw_str(&w, "subject", m.subject);
    jw_str(&w, "text", m.text);
    jw_array(&w, "leaves");
    dump_leaves(&w, a, mail_tree(a, raw, n, &limits));
    jw_end_array(&w);
    jw_str(&w, "damage", m.damage);
    jw_end_object(&w);
    return puts(buf_str(&out));
}

/* Mails one behind the other, each after a line with its size. */
static int dump_many(const char *p, size_t n)
{
    struct arena *own = arena_new(0);
    const char *end = p + n;
    int rc = own == NULL ? -1 : 0;
    while (rc >= 0 && p < end) {
        char *line_end;
        size_t size = strtoull(p, &line_end, 10);
        p = line_end + 1;
        if (*line_end != '\n' || size > (size_t)(end - p))
            return -1;
        rc = dump_line(arena_reset(own), p, size);
        p += size;
    }
    arena_free(&own);
    return rc;
}

/* -p FILE parses and says nothing (for measuring), -q FILE prints the quote offset of a text file,
 * -m FILE reads many mails. */
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
    if (str_is(mode, "-m"))
        return dump_many(raw, n) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (mail_parse(a, raw, n, &m, &err) < 0)
        return EXIT_FAILURE;
    if (!str_is(mode, "-p")) {
        struct buf out = buf_make(a, n * 2);
        struct json_writer w = json_writer(&out);
        struct mail_limits limits = mail_limits();
        jw_object(&w, NULL);
        dump_mail(&w, a, &m);
        dump_headers(&w, a, raw, n);
        jw_array(&w, "tree");
        dump_node(&w, a, mail_tree(a, raw, n, &limits), 0);
        jw_end_array(&w);
        jw_end_object(&w);
        (void)fwrite(out.data, 1, out.len, stdout);
    }
    arena_free(&a);
    return EXIT_SUCCESS;
}
