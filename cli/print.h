#ifndef DESKD_CLI_PRINT_H /* cli/print.h - what commands print for scripts and for people */
#define DESKD_CLI_PRINT_H
#include "base/buf.h"
#include "base/json.h"

#include <stdint.h>
struct arena;
struct cli;

/* Ids exceed what JSON readers keep of a number, so they are strings; 0 is null. */
void print_id(struct json_writer *w, struct arena *a, const char *key, int64_t id);
/* RFC 3339; 0 is null. */
void print_time(struct json_writer *w, struct arena *a, const char *key, int64_t ms);
/* A number; 0 is null. */
void print_number(struct json_writer *w, const char *key, int64_t i);
/* Header style: Name <address>. */
const char *print_mailbox(struct arena *a, const char *name, const char *email);
/* To cli->out, with a line end; empties b. */
void print_line(struct cli *cli, struct buf *b);

/* An array that is printed while it is being read: one object a line. */
struct print_array {
    struct cli *cli;
    struct buf line;
    size_t n;
};
struct print_array print_array(struct cli *cli, struct arena *a);
/* Begins an object, which the caller fills and ends; then print_array_next sends it. */
struct json_writer print_array_object(struct print_array *p);
void print_array_next(struct print_array *p);
void print_array_end(struct print_array *p);
#endif
