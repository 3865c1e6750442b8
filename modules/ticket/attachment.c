#include "ticket/attachment.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "ticket/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_POINTS 250
#define TYPE_MAX_POINTS 120

#define ATTACHMENT_COLUMNS                                                                         \
    "a.id, a.message_id, a.name, a.type, a.content_id, a.size, a.is_inline, a.file, a.sha256"

DB_SQL(insert_attachment, 1,
       "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, name, type, size, "
       "content_id, is_inline, "
       "file, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(read_attachments, 2000,
       "SELECT " ATTACHMENT_COLUMNS " FROM " MERGED_GROUP "STRAIGHT_JOIN attachment a ON "
       "a.tenant_id = ? AND a.ticket_id = k.id ORDER BY a.message_id, a.id LIMIT 1000");
DB_SQL(read_attachment, 2,
       "SELECT " ATTACHMENT_COLUMNS
       " FROM attachment a WHERE a.tenant_id = ? AND a.id = ? AND " MERGED_IS_OF("a.ticket_id"));

DB_SQL(read_attachment_ticket, 1,
       "SELECT ticket_id FROM attachment WHERE tenant_id = ? AND id = ?");

int attachment_ticket(struct act *act, int64_t id, int64_t *ticket_id, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_attachment_ticket, DB_TENANT, DB_I64(id));
    *ticket_id = rc == 1 ? db_i64(&row, 0) : 0;
    return rc;
}

char *attachment_path(struct act *act, const char *file)
{
    return arena_printf(act->arena, "tenants/%" PRId64 "/files/%.2s/%s", act->tenant->id, file,
                        file);
}

char *attachment_full_path(struct act *act, const char *file)
{
    return arena_printf(act->arena, "%s/%s", act->data_dir, attachment_path(act, file));
}

static const char *file_name(struct act *act, const unsigned char *sha256)
{
    struct crypto_key key = crypto_derive(&act->tenant->key, "file");
    unsigned char mac[CRYPTO_HASH];
    crypto_mac(mac, &key, crypto_hex(act->arena, sha256, CRYPTO_HASH), NULL);
    return crypto_hex(act->arena, mac, sizeof(mac));
}

/* A content that is there is used anew: its time says so to attachment_tidy. 1, 0 not there, -1. */
static int use_again(const char *path, struct err *err)
{
    if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return 1;
    return errno == ENOENT ? 0 : err_errno(err, file_err_code(errno), "use %s", path);
}

/* Under its second name first; from the moment it has the other it may be referred to. */
static int bring(struct act *act, struct attachment_new *n, const char *path, struct err *err)
{
    const char *dir = arena_printf(act->arena, "%s/tenants/%" PRId64 "/files/%.2s", act->data_dir,
                                   act->tenant->id, n->file);
    const char *pending = arena_printf(act->arena, "%s/pending", act->data_dir);
    if (file_make_dirs(pending, 0750, err) < 0 || file_make_dirs(dir, 0750, err) < 0)
        return -1;
    n->pending = arena_printf(act->arena, "%s/%" PRId64 "-%s-%" PRIx64, pending, act->tenant->id,
                              n->file, (uint64_t)id_new());
    if (file_create_durable(n->pending, n->data, n->size, err) < 0)
        return -1;
    if (link(n->pending, path) < 0 && errno != EEXIST)
        return err_errno(err, file_err_code(errno), "link %s", path);
    return file_sync_dir(dir, err);
}

int attachment_write(struct act *act, struct attachment_new *n, struct err *err)
{
    unsigned char *sha256 = arena_alloc(act->arena, CRYPTO_HASH);
    crypto_sha256(sha256, n->data, n->size);
    n->sha256 = sha256;
    n->file = file_name(act, sha256);
    const char *path = attachment_full_path(act, n->file);
    int rc = use_again(path, err);
    if (rc == 0)
        rc = bring(act, n, path, err);
    return rc < 0 ? err_wrap(err, "store attachment") : 0;
}

void attachments_settle(const struct attachment_new *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].pending != NULL)
            (void)unlink(list[i].pending);
}

int attachment_add(struct act *act, int64_t ticket_id, int64_t message_id,
                   const struct attachment_new *n, int64_t *id, struct err *err)
{
    struct arena *a = act->arena;
    *id = n->id != 0 ? n->id : act_id(act);
    return db_put(act->db, err, insert_attachment, DB_TENANT, DB_I64(*id), DB_I64(ticket_id),
                  DB_I64(message_id), DB_STR(str_line(a, n->name, NAME_MAX_POINTS)),
                  DB_STR(str_line(a, n->type, TYPE_MAX_POINTS)), DB_I64((int64_t)n->size),
                  n->content_id != NULL ? DB_STR(str_line(a, n->content_id, NAME_MAX_POINTS))
                                        : DB_NULL,
                  DB_I64(n->is_inline), DB_STR(n->file), DB_BLOB(n->sha256, CRYPTO_HASH)) < 0
               ? err_wrap(err, "add attachment")
               : 0;
}

static struct attachment read_row(const struct db_row *r)
{
    size_t n;
    return (struct attachment) { .id = db_i64(r, 0),
                                 .message_id = db_i64(r, 1),
                                 .name = db_str(r, 2),
                                 .type = db_str(r, 3),
                                 .content_id = db_text(r, 4),
                                 .size = db_i64(r, 5),
                                 .is_inline = db_i64(r, 6) != 0,
                                 .file = db_str(r, 7),
                                 .sha256 = db_blob(r, 8, &n) };
}

int attachment_all(struct act *act, int64_t ticket_id, struct attachment **out, size_t *n,
                   struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_attachments, MERGED_GROUP_ARGS(ticket_id),
               DB_TENANT) < 0)
        return err_wrap(err, "read attachments");
    *out = arena_array(act->arena, rows.n, sizeof(**out));
    *n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = read_row(&rows.rows[i]);
    return 0;
}

int attachment_by_id(struct act *act, int64_t ticket_id, int64_t id, struct attachment *out,
                     struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_attachment, DB_TENANT, DB_I64(id),
                    MERGED_GROUP_ARGS(ticket_id));
    if (rc == 1)
        *out = read_row(&row);
    return rc;
}
