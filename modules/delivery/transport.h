#ifndef DESKD_DELIVERY_TRANSPORT_H /* modules/delivery/transport.h - handing a mail to the next    \
                                      server, or to a folder */
#define DESKD_DELIVERY_TRANSPORT_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct conf;
struct err;

/* Keeps a connection to the smarthost open between mails. */
struct transport;
int transport_new(struct transport **out, const struct conf *conf, struct err *err);
void transport_free(struct transport **t);
/* The longest that sending n bytes takes. */
int64_t transport_seconds(const struct conf *conf, size_t n);

enum sent { SENT_OK, SENT_DEFERRED, SENT_FAILED };

struct parcel {
    int64_t id; /* of the outbox row */
    const char *sender, *recipient;
    const char *raw;
    size_t n;
};
/* Never fails otherwise: what happened is the verdict, and in the server's or our words *reply (in
 * a). */
enum sent transport_send(struct transport *t, struct arena *a, const struct parcel *p,
                         const char **reply);
#endif
