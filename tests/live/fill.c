#include "fill.h"

#include "live.h"

#include <inttypes.h>
#include <string.h>

/* $ stands for the tenant. seq_1_to_N are tables that MariaDB makes up. */
static const char *const rows[] = {
    "INSERT INTO user (tenant_id, id, email, name, role, status, created_at) SELECT $, seq, "
    "CONCAT('u', seq, '@x.test'), CONCAT('U', seq), 1 + (seq % 10 = 0) + (seq = 10), 1, seq FROM "
    "seq_1_to_40",
    "INSERT INTO department (tenant_id, id, name, created_at) SELECT $, seq, CONCAT('D', seq), seq "
    "FROM seq_1_to_5",
    "INSERT INTO department_address (tenant_id, address, department_id, is_primary) SELECT $, "
    "CONCAT('d', seq, '@x.test'), 1 + seq % 5, seq <= 5 FROM seq_1_to_10",
    "INSERT INTO department_member (tenant_id, user_id, department_id) SELECT $, seq, 1 + seq % 5 "
    "FROM seq_1_to_40",
    "INSERT INTO session (tenant_id, token_hash, user_id, created_at, expires_at, remote, "
    "user_agent) SELECT $, UNHEX(SHA2(seq, 256)), 1 + seq % 40, 1, UNIX_TIMESTAMP() * 1000 + "
    "1000000, "
    "'192.0.2.1', '' FROM seq_1_to_2000",
    "INSERT INTO access_link (tenant_id, token_hash, user_id, purpose, created_at, expires_at) "
    "SELECT $, UNHEX(SHA2(seq, 256)), 1 + seq % 40, 1 + seq % 2, 1, UNIX_TIMESTAMP() * 1000 + 1000 "
    "FROM seq_1_to_200",
    "INSERT INTO post_token (tenant_id, token, used_at) SELECT $, UNHEX(MD5(seq)), "
    "UNIX_TIMESTAMP() * 1000 FROM seq_1_to_3000",
    "INSERT INTO throttle (tenant_id, bucket, hits, resets_at) SELECT $, UNHEX(MD5(seq)), 1, "
    "UNIX_TIMESTAMP() * 1000 + 10000000 FROM seq_1_to_3000",
    "INSERT INTO audit (tenant_id, id, at, action, detail) SELECT $, seq, seq, 'x', '' FROM "
    "seq_1_to_2000",
    "INSERT INTO contact (tenant_id, id, email, name, created_at) SELECT $, seq, CONCAT('c', seq, "
    "'@y.test'), CONCAT('C', seq), seq FROM seq_1_to_3000",
    "INSERT INTO ticket (tenant_id, id, number, department_id, agent_id, contact_id, status, "
    "folder, in_all, source, subject, messages, created_at, activity_at, wake_at) SELECT $, seq, "
    "seq, 1 + seq % 5, IF(seq % 3 = 0, NULL, 1 + seq % 40), 1 + seq % 3000, ELT(1 + seq % 6, 'N', "
    "'A', 'W', 'R', 'B', 'X'), 1 + seq % 6, seq % 6 < 4, 1, CONCAT('S', seq), 2, seq, seq * 1000, "
    "IF(seq % 6 = 2, seq * 1000, NULL) FROM seq_1_to_6000",
    "INSERT INTO ticket_counter (tenant_id, department_id, agent_id, folder, tickets) SELECT $, "
    "department_id, COALESCE(agent_id, 0), folder, COUNT(*) FROM ticket WHERE tenant_id = $ GROUP "
    "BY 2, 3, 4",
    "INSERT INTO message (tenant_id, ticket_id, id, kind, user_id, body, mail_id, created_at) "
    "SELECT $, 1 + seq % 6000, seq, 1 + seq % 3, 1 + seq % 40, 'Hello', CONCAT(seq, '@m.test'), "
    "seq FROM seq_1_to_12000",
    "INSERT INTO mail_reference (tenant_id, id_hash, ticket_id, message_id) SELECT $, "
    "UNHEX(MD5(seq)), 1 + seq % 6000, seq FROM seq_1_to_12000",
    "INSERT INTO participant (tenant_id, ticket_id, email) SELECT $, seq, 'p@y.test' FROM "
    "seq_1_to_3000",
    "INSERT INTO follower (tenant_id, ticket_id, user_id) SELECT $, seq, 1 + seq % 40 FROM "
    "seq_1_to_3000",
    "INSERT INTO ticket_merge (tenant_id, ticket_id, root_id, parent_id, merged_at) SELECT $, seq, "
    "3000 + seq DIV 4, 3000 + seq DIV 4, seq FROM seq_1_to_2000",
    "INSERT INTO ticket_alone (tenant_id, ticket_id, status, previous_status) SELECT $, 3000 + "
    "seq, "
    "'N', 'N' FROM seq_1_to_500",
    "INSERT INTO attachment (tenant_id, id, ticket_id, message_id, name, type, size, file, sha256) "
    "SELECT $, id, ticket_id, id, 'a.txt', 'text/plain', 1, SHA2(id, 256), '' FROM message WHERE "
    "tenant_id = $ AND id <= 3000",
    "INSERT INTO event (tenant_id, ticket_id, id, at, kind, actor) SELECT $, 1 + seq % 6000, seq, "
    "seq, 'status', 3 FROM seq_1_to_12000",
    "INSERT INTO mail_in (tenant_id, id, dedupe, received_at, envelope_to, size, outcome) SELECT "
    "$, seq, UNHEX(MD5(seq)), seq, 'd1@x.test', 1, 1 + seq % 8 FROM seq_1_to_4000",
    "INSERT INTO outbox (tenant_id, id, kind, state, ticket_id, message_id, sender, recipient, "
    "destination, payload, next_at, created_at) SELECT $, seq, 1, IF(seq % 50 = 0, 1, 3), 1 + seq "
    "% 6000, seq, 'd1@x.test', 'c1@y.test', CONCAT('y', seq % 20, '.test'), '{}', seq, seq FROM "
    "seq_1_to_4000",
    "INSERT INTO notice (tenant_id, user_id, id, at, what, ticket_id, is_shown, is_read, mail) "
    "SELECT $, 1 + seq % 40, seq, seq, 1 + seq % 5, 1 + seq % 6000, 1, seq % 3 > 0, seq % 9 = 0 "
    "FROM seq_1_to_4000",
    "INSERT INTO notice_count (tenant_id, user_id, unread) SELECT $, user_id, COUNT(*) FROM notice "
    "WHERE tenant_id = $ AND is_read = 0 GROUP BY 2",
    "INSERT INTO notice_choice (tenant_id, user_id, channel, events) SELECT $, seq, 'mail', 2 FROM "
    "seq_1_to_40",
    "INSERT INTO notice_event (tenant_id, ticket_id, id, at, events) SELECT $, 1 + seq % 100, seq, "
    "seq, 2 FROM seq_1_to_1000",
    "INSERT INTO search_block (tenant_id, term, block, tickets) SELECT $, CONCAT('w', seq DIV 6), "
    "seq % 6, '12' FROM seq_1_to_12000",
    "INSERT INTO search_block (tenant_id, term, block, tickets) SELECT $, '1', seq, '12' FROM "
    "seq_1_to_200",
    "INSERT INTO search_waiting (tenant_id, id, ticket_number, terms) SELECT $, seq, seq, "
    "'one\ntwo\n' "
    "FROM seq_1_to_1500",
    "INSERT INTO search_state (tenant_id) VALUES ($)",
    "INSERT INTO job (tenant_id, id, kind, object_id, due_at) SELECT $, seq, 'wake', seq, "
    "UNIX_TIMESTAMP() * 1000 + 10000000 FROM seq_1_to_1000",
};

static const char *with_tenant(const char *sql, int64_t tenant)
{
    const char *out = "";
    for (const char *mark; (mark = strchr(sql, '$')) != NULL; sql = mark + 1)
        out = arena_printf(test_arena, "%s%.*s%" PRId64, out, (int)(mark - sql), sql, tenant);
    return arena_printf(test_arena, "%s%s", out, sql);
}

void fill_tenant(struct live *l, int64_t tenant)
{
    live_run(l, "START TRANSACTION");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        live_run(l, "%s", with_tenant(rows[i], tenant));
    live_run(l, "COMMIT");
    live_run(l, "ANALYZE TABLE ticket, message, event, contact, outbox, mail_in, user, session");
}
