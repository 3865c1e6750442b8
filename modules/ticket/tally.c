#include "ticket/tally.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "ticket/merge.h"
#include "ticket/message.h"

#include <string.h>

DB_SQL(count_messages, 8000,
       "SELECT COUNT(*) FROM " MERGED_GROUP
       "STRAIGHT_JOIN message m ON m.tenant_id = ? AND m.ticket_id = k.id");
DB_SQL(find_attachment, 4000,
       "SELECT 1 FROM " MERGED_GROUP "STRAIGHT_JOIN attachment a ON a.tenant_id = ? AND "
       "a.ticket_id = k.id WHERE a.is_inline = 0 LIMIT 1");
DB_SQL(read_newest_public, 8000,
       "SELECT m.created_at, LEFT(m.body, 20000), m.quote_at FROM " MERGED_GROUP
       "STRAIGHT_JOIN message m ON m.tenant_id = ? AND m.ticket_id = k.id AND m.kind IN (1, 2) "
       "ORDER BY m.id DESC LIMIT 1");

int tally(struct act *act, struct ticket *t, struct err *err)
{
    struct db_row n, file, last;
    struct arena *a = act->arena;
    const struct db_arg of[] = { MERGED_GROUP_ARGS(t->id), DB_TENANT };
    int counted = db_one_(act->db, a, &n, err, &count_messages, of, 4);
    int has_file = counted < 0 ? -1 : db_one_(act->db, a, &file, err, &find_attachment, of, 4);
    int is_said = has_file < 0 ? -1 : db_one_(act->db, a, &last, err, &read_newest_public, of, 4);
    if (is_said < 0)
        return err_wrap(err, "count what was said");
    t->messages = db_i64(&n, 0);
    t->has_attachments = has_file == 1;
    t->activity_at = is_said == 1 ? db_i64(&last, 0) : t->created_at;
    t->preview = is_said == 1 ? message_preview(a, db_str(&last, 1), db_i64(&last, 2)) : "";
    return 0;
}
