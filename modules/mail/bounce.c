/* modules/mail/bounce.c - which mail could not be delivered, to whom, and for how long */
#include "mail/mail_private.h"

bool mail_bounce_read(struct arena *a, const struct mail_node *root, struct mail *m)
{
    (void)a, (void)root, (void)m;
    return false;
}
