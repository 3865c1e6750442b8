#ifndef DESKD_TICKET_MAIL_ID_H /* modules/ticket/mail_id.h - Message-IDs and reply addresses that  \
                                  name a ticket and cannot be guessed */
#define DESKD_TICKET_MAIL_ID_H
#include <stdbool.h>
#include <stdint.h>
struct arena;
struct tenant;

/* Both carry 128 bits of an HMAC under the tenant's key; a changed bit, another tenant's id, a
 * shortened one do not parse. Case and surroundings that mail systems touch (<>, spaces) do not
 * matter. */
char *mail_id_make(struct arena *a, const struct tenant *t, int64_t ticket_id, int64_t message_id);
bool mail_id_parse(const struct tenant *t, const char *mail_id, int64_t *ticket_id,
                   int64_t *message_id);

/* support@host becomes support+t<ticket>-<mac>@host; an address that has no room for that stays as
 * it is: replies to it are known by what they refer to. */
char *reply_address_make(struct arena *a, const struct tenant *t, const char *address,
                         int64_t ticket_id);
bool reply_address_parse(const struct tenant *t, const char *address, int64_t *ticket_id);
/* The address without its plus part. */
char *reply_address_base(struct arena *a, const char *address);

/* Value of X-Deskd-Loop: proves that a mail is one of ours come back. */
char *loop_mark_make(struct arena *a, const struct tenant *t);
bool loop_mark_is_ours(const struct tenant *t, const char *value);

/* The customer's key to one ticket ("/t/{key}"): ticket and an HMAC; revoked by the ticket's end.
 */
char *ticket_key_make(struct arena *a, const struct tenant *t, int64_t ticket_id);
bool ticket_key_parse(const struct tenant *t, const char *key, int64_t *ticket_id);
#endif
