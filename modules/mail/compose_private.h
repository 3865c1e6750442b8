#ifndef DESKD_COMPOSE_PRIVATE_H /* modules/mail/compose_private.h - encoding for outgoing mail */
#define DESKD_COMPOSE_PRIVATE_H
#include "base/str.h"

struct arena;
struct buf;

/* s without what could start a line or end a string: control characters and line separators become
 * spaces, bad UTF-8 becomes U+FFFD. NULL is "". */
char *compose_clean(struct arena *a, const char *s);
/* "name: value" folded; the value is text, encoded (RFC 2047) where it is not plain ASCII. */
void compose_text_field(struct buf *out, const char *name, const char *value);
/* A phrase in front of an address, as it may stand there: atom, quoted or encoded. column is where
 * the line stands; returns where it stands then. */
void compose_phrase(struct buf *out, const char *name);
/* "; name=value" in its own line, as RFC 2231 sections where it is not short ASCII. */
void compose_param(struct buf *out, const char *name, const char *value);
/* Bodies. */
void compose_base64(struct buf *out, const void *p, size_t n);
void compose_quoted_printable(struct buf *out, const char *text);
#endif
