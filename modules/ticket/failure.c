#include "ticket/failure.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/word.h"
#include "outbox/outbox.h"
#include "ticket/event.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
#include "user/user.h"

static int tell_author(struct act *act, const struct ticket *t, const struct failure *f,
                       struct err *err)
{
    struct user author;
    int rc = f->user_id == 0 ? 0 : user_by_id(act->db, act->arena, f->user_id, &author, err);
    if (rc <= 0 || author.status != USER_ACTIVE)
        return rc < 0 ? -1 : 0;
    struct buf payload = buf_make(act->arena, 0);
    struct json_writer w = json_writer(&payload);
    jw_object(&w, NULL);
    jw_str(&w, "recipient", f->recipient);
    jw_str(&w, "smtp_text", f->reply);
    jw_end_object(&w);
    struct outbox_mail mail = { .kind = OUTBOX_NOTICE,
                                .ticket_id = t->id,
                                .user_id = f->user_id,
                                .sender = "",
                                .recipient = author.email,
                                .payload = buf_str(&payload),
                                .now = act->now };
    return outbox_add(act->db, act->arena, &mail, err);
}

int failure_record(struct act *act, struct ticket *t, const struct failure *f, struct err *err)
{
    int64_t last;
    if (event_add(act, t->id, "delivery_failed", f->recipient, "", f->reply, err) < 0 ||
        message_last_public(act, t->id, &last, err) < 0)
        return -1;
    struct ticket old = *t;
    t->has_failure = true;
    if (ticket_save(act, &old, t, err) < 0)
        return -1;
    if (last == f->message_id && ticket_move(act, t, EVENT_BOUNCE, WORDS("not delivered"), err) < 0)
        return -1;
    return tell_author(act, t, f, err);
}
