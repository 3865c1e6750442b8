#include "intake/intake_private.h" /* one accepted mail: read, decide, write in one transaction */

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "base/word.h"
#include "html/safe_html.h"
#include "ticket/event.h"
#include "ticket/mail_id.h"

#include <inttypes.h>
#include <string.h>

#define KILLS_MAX 2

static const char *file_address(void *data, struct arena *a, const char *content_id)
{
    struct import *im = data;
    for (size_t i = 0; i < im->files_n; i++)
        if (str_is(im->files[i].content_id, content_id))
            return arena_printf(a, "/files/%" PRId64, im->file_ids[i]);
    return NULL;
}

static void prepare_html(struct import *im)
{
    struct sanitise_options options = { .cid = file_address, .cid_data = im };
    struct sanitise_report report = { 0 };
    if (im->mail.html == NULL)
        return;
    struct safe_html safe = html_sanitise(im->arena, im->mail.html, strlen(im->mail.html), &options,
                                          &report);
    im->html = arena_strndup(im->arena, safe.p, safe.n);
    im->has_remote_images = report.remote_images > 0;
}

static int prepare_files(struct import *im, struct err *err)
{
    im->files_n = im->mail.parts_n;
    im->files = arena_array(im->arena, im->files_n, sizeof(*im->files));
    im->file_ids = arena_array(im->arena, im->files_n, sizeof(*im->file_ids));
    for (size_t i = 0; i < im->files_n; i++) {
        const struct mail_part *p = &im->mail.parts[i];
        im->file_ids[i] = act_id(&im->act);
        im->files[i] = (struct attachment_new) { .id = im->file_ids[i],
                                                 .name = p->name,
                                                 .type = p->type,
                                                 .content_id = p->content_id,
                                                 .is_inline = p->is_inline,
                                                 .data = p->data,
                                                 .size = p->size };
        if (attachment_write(&im->act, &im->files[i], err) < 0)
            return -1;
    }
    return 0;
}

static void choose_sender(struct import *im)
{
    const struct mail *m = &im->mail;
    const struct mail_addresses *list = m->reply_to.n > 0 &&
                                                mail_address_is_valid(m->reply_to.items[0].email)
                                            ? &m->reply_to
                                            : &m->from;
    im->sender = list->n > 0 ? list->items[0] : (struct mail_address) { "", im->envelope.from };
    if (!mail_address_is_valid(im->sender.email))
        im->sender = (struct mail_address) { im->sender.name, im->envelope.from };
    if (str_is_empty(im->sender.name) && m->from.n > 0)
        im->sender.name = m->from.items[0].name;
    im->sender.email = mail_address_key(im->arena, im->sender.email);
}

/* The same mail to the same department: by its Message-ID and sender, or by all of its bytes. */
static void make_dedupe(struct import *im)
{
    struct crypto_key key = crypto_derive(&im->tenant.key, "dedupe");
    unsigned char mac[CRYPTO_HASH], hash[CRYPTO_HASH];
    const char *department = arena_printf(im->arena, "%" PRId64, im->department.id);
    if (im->mail.message_id != NULL) {
        crypto_mac(mac, &key, department, "id", im->mail.message_id, im->sender.email, NULL);
    } else {
        crypto_sha256(hash, im->raw, im->raw_n);
        crypto_mac(mac, &key, department, "raw", crypto_hex(im->arena, hash, sizeof(hash)), NULL);
    }
    memcpy(im->dedupe, mac, sizeof(im->dedupe));
}

static int find_department(struct import *im, struct err *err)
{
    const char *address = reply_address_base(im->arena, im->envelope.to);
    int rc = department_by_address(&im->db, im->arena, address, &im->department, err);
    if (rc == 1)
        im->own_address = address;
    if (rc == 0)
        rc = department_default(&im->db, im->arena, &im->department, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a tenant without departments");
}

int is_own_address(struct import *im, const char *email, struct err *err)
{
    struct department d;
    const char *base = reply_address_base(im->arena, email);
    if (im->own_address != NULL && str_is_nocase(base, im->own_address))
        return 1;
    return department_by_address(&im->db, im->arena, base, &d, err);
}

static void describe(struct import *im)
{
    const struct mail *m = &im->mail;
    im->line = (struct mail_in) { .id = im->envelope.id,
                                  .received_at = im->envelope.received_at,
                                  .size = (int64_t)im->raw_n,
                                  .envelope_from = im->envelope.from,
                                  .envelope_to = im->envelope.to,
                                  .header_from = m->from.n > 0 ? m->from.items[0].email : "",
                                  .subject = m->subject,
                                  .mail_id = m->message_id,
                                  .outcome = OUTCOME_PARKED,
                                  .reason = "" };
}

static int finish(struct import *im, enum outcome outcome, const char *reason, struct err *err)
{
    im->line.outcome = outcome;
    im->line.reason = str_line(im->arena, reason, 250);
    return mail_in_set(&im->db, &im->line, err);
}

/* It is not taken in again; the ticket that it came from shows it. */
static int own_mail(struct import *im, struct err *err)
{
    struct ticket t = { .id = 0 };
    int64_t ticket_id, message_id;
    const char *id = str_or(im->mail.message_id, "");
    int rc = mail_id_parse(&im->tenant, id, &ticket_id, &message_id)
                 ? ticket_by_id(&im->act, ticket_id, &t, err)
                 : 0;
    if (rc < 0 || (rc == 1 && event_add(&im->act, t.id, "loop", "", "", "", err) < 0))
        return -1;
    im->line.ticket_id = t.id;
    im->line.ticket_number = t.number;
    return finish(im, OUTCOME_LOOP, WORDS("one of our own mails came back"), err);
}

static int sort_out(struct import *im, struct err *err)
{
    int own;
    if (im->mail.loop != NULL && loop_mark_is_ours(&im->tenant, im->mail.loop))
        return own_mail(im, err);
    if (im->mail.nature == MAIL_BOUNCE)
        return import_bounce(im, err);
    if ((own = is_own_address(im, im->sender.email, err)) < 0)
        return -1;
    if (own == 1)
        return finish(im, OUTCOME_LOOP, WORDS("sent from one of our own addresses"), err);
    if (!mail_address_is_valid(im->sender.email))
        return finish(im, OUTCOME_REFUSED, WORDS("nobody to answer: no valid sender"), err);
    if (decide(im, err) < 0)
        return -1;
    if (im->mail.nature == MAIL_AUTO_REPLY &&
        (im->decision.ticket_id != 0 ||
         (im->mail.references != NULL && im->mail.references[0] != NULL)))
        return import_automatic(im, err);
    return import_message(im, err);
}

/* The line first: its keys are what makes an import that was killed, or a mail that came twice,
 * happen once. */
static int write_all(struct db *db, void *data, struct err *err)
{
    struct import *im = data;
    im->keeps_files = false;
    describe(im);
    if (mail_in_add(db, im->arena, &im->line, im->dedupe, err) < 0)
        return -1;
    return sort_out(im, err);
}

static int write_beside(struct db *db, void *data, struct err *err)
{
    struct import *im = data;
    return mail_in_add(db, im->arena, &im->line, NULL, err);
}

static int write_line(struct import *im, enum outcome outcome, const char *reason, struct err *err)
{
    describe(im);
    im->line.outcome = outcome;
    im->line.reason = reason;
    int rc = db_transact(&im->db, write_beside, im, err);
    return rc < 0 && err->code == ERR_DUPLICATE ? 0 : rc;
}

/* ERR_DUPLICATE is either our own earlier import of this very mail, or another copy of it. */
static int was_there(struct import *im, struct err *err)
{
    struct mail_in first;
    int rc = mail_in_by_id(&im->db, im->arena, im->envelope.id, &im->line, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    rc = mail_in_by_dedupe(&im->db, im->arena, im->dedupe, &first, err);
    if (rc < 0)
        return -1;
    if (rc == 0) /* a unique key within the import clashed: it is tried again */
        return err_set(err, ERR_UNAVAILABLE, "a key clashed");
    if (write_line(im, OUTCOME_DUPLICATE, WORDS("the same mail came before"), err) < 0)
        return -1;
    im->line.ticket_id = first.ticket_id;
    im->line.ticket_number = first.ticket_number;
    return mail_in_set(&im->db, &im->line, err);
}

static int prepare(struct import *im, struct err *err)
{
    if (mail_parse(im->arena, im->raw, im->raw_n, &im->mail, err) < 0)
        return -1;
    choose_sender(im);
    if (find_department(im, err) < 0)
        return -1;
    make_dedupe(im);
    if (prepare_files(im, err) < 0)
        return -1;
    prepare_html(im);
    size_t n = strlen(im->mail.text), at = mail_quote_offset(im->mail.text, n);
    im->quote_at = at < n ? (int64_t)at : -1;
    return 0;
}

static int import(struct import *im, struct err *err)
{
    if (prepare(im, err) < 0)
        return -1;
    if (db_transact(&im->db, write_all, im, err) < 0)
        return err->code == ERR_DUPLICATE ? was_there(im, err) : -1;
    if (im->keeps_files) /* else nobody refers to them, and attachment_tidy deletes them */
        attachments_settle(im->files, im->files_n);
    return 0;
}

/* 1 ready, 0 the tenant takes no mail now, -1. */
static int begin(const struct intake *in, struct arena *a, const struct envelope *e,
                 const char *raw, size_t n, struct import *im, struct err *err)
{
    struct db global = db_global(in->conn);
    *im = (struct import) {
        .in = in, .arena = a, .envelope = *e, .raw = raw, .raw_n = n, .quote_at = -1
    };
    int rc = tenant_by_id(&global, a, &in->master_key, e->tenant_id, &im->tenant, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_MISDIRECTED, "its tenant is gone");
    if (im->tenant.status != TENANT_ACTIVE)
        return 0;
    im->db = db_tenant(in->conn, im->tenant.id);
    im->act = (struct act) { .db = &im->db,
                             .arena = a,
                             .tenant = &im->tenant,
                             .data_dir = in->conf->data_dir,
                             .actor = ACTOR_CUSTOMER,
                             .now = e->received_at };
    engine_start(&im->engine, &im->db, a, &im->tenant, in->conf->data_dir);
    im->act.watch = &im->engine.watch;
    im->scene = (struct plugin_scene) { .plugins = in->plugins,
                                        .arena = a,
                                        .db = &im->db,
                                        .tenant = &im->tenant,
                                        .watch = &im->engine.watch,
                                        .now = e->received_at };
    plugins_begin(&im->scene);
    im->engine.guest = plugins_in_rules(&im->scene);
    return plugins_enter(&im->scene, -1, err) < 0 ? -1 : 1;
}

int intake_import_raw(const struct intake *in, struct arena *a, const struct envelope *e,
                      const char *raw, size_t n, struct mail_in *out, struct err *err)
{
    struct import *im = arena_zalloc(a, sizeof(*im));
    int rc = begin(in, a, e, raw, n, im, err);
    if (rc <= 0)
        return rc;
    if (import(im, err) < 0 || spool_keep(a, in->conf->data_dir, e, raw, n, err) < 0)
        return -1;
    *out = im->line;
    return 1;
}

static int import_claimed(const struct intake *in, struct arena *a, struct spooled *s,
                          struct mail_in *out, struct err *err)
{
    struct import *im = arena_zalloc(a, sizeof(*im));
    int rc = begin(in, a, &s->envelope, s->raw, s->size, im, err);
    if (rc <= 0)
        return rc;
    im->mail.subject = "";
    if (s->attempts >= KILLS_MAX)
        rc = write_line(im, OUTCOME_PARKED, WORDS("importing it failed twice"), err);
    else
        rc = spool_begin(s, err) < 0 ? -1 : import(im, err);
    *out = im->line;
    return rc < 0 ? -1 : 1;
}

/* Not this mail's doing: it waits, as long as that takes. What a mail does to us is counted. */
static bool is_passing(const struct err *err)
{
    return err->code == ERR_UNAVAILABLE || err->code == ERR_DEADLOCK || err->code == ERR_TIMEOUT;
}

int intake_import(const struct intake *in, struct arena *a, int64_t id, struct mail_in *out,
                  struct err *err)
{
    struct spooled s;
    const char *data_dir = in->conf->data_dir;
    int rc = spool_claim(a, data_dir, id, &s, err);
    if (rc <= 0)
        return rc;
    rc = import_claimed(in, a, &s, out, err);
    if (rc < 0 && err->code == ERR_MISDIRECTED) /* the tenant was deleted: nobody's mail */
        rc = 1;
    if (rc == 1 && spool_finish(a, data_dir, &s, err) < 0)
        rc = -1;
    if (rc != 1)
        spool_release(&s, rc == 0 || is_passing(err));
    return rc;
}

int intake_retry(const struct intake *in, struct arena *a, int64_t tenant_id, int64_t id,
                 struct err *err)
{
    struct db db = db_tenant(in->conn, tenant_id);
    struct mail_in line;
    int rc = mail_in_by_id(&db, a, id, &line, err);
    if (rc <= 0 || line.outcome != OUTCOME_PARKED)
        return rc < 0 ? -1 : 0;
    rc = mail_in_unpark(&db, id, err);
    if (rc <= 0)
        return rc;
    return spool_restore(a, in->conf->data_dir, tenant_id, id, err) < 0 ? -1 : 1;
}

int intake_accept(const struct intake *in, struct arena *a, int64_t tenant_id, const char *from,
                  const char *to, const char *raw, size_t n, int64_t *id, struct err *err)
{
    *id = id_new();
    struct envelope e = { *id, tenant_id, from, to, id_time(*id) };
    return spool_accept(a, in->conf->data_dir, &e, raw, n, err);
}

int intake_route(const struct intake *in, struct arena *a, const char *address,
                 struct tenant *tenant, enum route_verdict *verdict, struct err *err)
{
    struct db global = db_global(in->conn);
    const char *at = strrchr(address, '@');
    *verdict = ROUTE_UNKNOWN;
    if (at == NULL || !mail_address_is_valid(address))
        return 0;
    int rc = tenant_by_host(&global, a, &in->master_key, at + 1, tenant, err);
    if (rc <= 0)
        return rc;
    if (tenant->status != TENANT_ACTIVE) {
        *verdict = tenant->status == TENANT_SUSPENDED ? ROUTE_SUSPENDED : ROUTE_UNKNOWN;
        return 0;
    }
    struct db db = db_tenant(in->conn, tenant->id);
    struct department d;
    int64_t ticket;
    rc = department_by_address(&db, a, reply_address_base(a, address), &d, err);
    if (rc == 1 || (rc == 0 && reply_address_parse(tenant, address, &ticket)))
        *verdict = ROUTE_ACCEPT;
    return rc < 0 ? -1 : 0;
}
