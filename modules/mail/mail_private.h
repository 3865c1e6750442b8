#ifndef DESKD_MAIL_PRIVATE_H /* modules/mail/mail_private.h - what the files of this folder share  \
                              */
#define DESKD_MAIL_PRIVATE_H
#include "mail/mail.h"
#include "mail/tree.h"

struct buf;

/* header.c: splits the head that raw starts with; *body is what follows the empty line. */
struct mail_head mail_head_split(struct arena *a, struct str raw, struct str *body,
                                 struct mail_limits *limits);
/* The first / next field called name, from *at on; NULL at the end. */
const struct mail_field *mail_field_next(const struct mail_head *head, const char *name,
                                         size_t *at);
const struct mail_field *mail_field(const struct mail_head *head, const char *name);
/* Its value unfolded and trimmed, nothing decoded; NULL where there is no such field. */
char *mail_field_raw(struct arena *a, const struct mail_head *head, const char *name);
char *mail_unfold(struct arena *a, struct str value);
/* The same, with encoded words decoded; charset (or NULL) is for bare 8-bit bytes. */
char *mail_field_text(struct arena *a, const struct mail_head *head, const char *name,
                      const char *charset);
/* The ids in a References or In-Reply-To value, without <>. */
const char **mail_ids(struct arena *a, const char *value, size_t max, size_t *n);
/* The next line of text from *at on, without its end; false at the end. */
bool mail_line(struct str text, size_t *at, struct str *line);
bool mail_has_nocase(const char *text, const char *word);

/* charset.c: n bytes in charset as UTF-8 with NUL behind; NUL bytes become U+FFFD. charset NULL, or
 * one that nobody knows: guessed. Line ends stay. */
char *mail_to_utf8(struct arena *a, const char *charset, const char *p, size_t n);
/* The charset is one that mail_to_utf8 knows. */
bool mail_charset_is_known(const char *charset);
/* The charset that an HTML text names in its own head, or NULL. */
const char *mail_charset_of_html(struct arena *a, const char *p, size_t n);

/* word.c: decodes the encoded words in s (RFC 2047, leniently), keeps the rest. */
char *mail_words_decode(struct arena *a, const char *s, const char *charset);

/* tree.c: mail_node_bytes without a copy where the body is not encoded: then it lives as long as
 * raw. */
struct str mail_node_peek(struct arena *a, const struct mail_node *node);

/* body.c */
struct str mail_base64_decode(struct arena *a, struct str in);
struct str mail_qp_decode(struct arena *a, struct str in);
struct str mail_uu_decode(struct arena *a, struct str in);

/* param.c: takes a structured value (Content-Type, Content-Disposition) apart. */
struct mail_value mail_value_parse(struct arena *a, const char *value, const char *charset);
const char *mail_value_param(const struct mail_value *value, const char *name);

/* date.c: an RFC 5322 date and its relatives as milliseconds since 1970; 0 where it is none. */
int64_t mail_date_parse(const char *s);

/* nature.c, bounce.c: fill nature, nature_why, bounces, bounced_message_id. */
void mail_nature_judge(struct arena *a, const struct mail_node *root, struct mail *m);
bool mail_bounce_read(struct arena *a, const struct mail_node *root, struct mail *m);

/* address.c: mail_addresses_parse for a header; charset (or NULL) is for bare 8-bit bytes. */
struct mail_addresses mail_addresses_read(struct arena *a, const char *s, const char *charset);
#endif
