/* tests/unit/ticket/mail_id_test.c - signed ids: read back, and refused after any change */
#include "../suite.h"

#include "base/arena.h"
#include "tenant/tenant.h"
#include "ticket/mail_id.h"

#include <string.h>

static const struct tenant acme = { .id = 7, .host = "acme.example", .key = { { 1, 2, 3 } } };
static const struct tenant globex = { .id = 8, .host = "globex.example", .key = { { 9, 9, 9 } } };

#define TICKET  INT64_C(912242153683083421)
#define MESSAGE INT64_C(912242153683083999)

START_TEST(round_trip)
{
    int64_t ticket, message;
    const char *id = mail_id_make(test_arena, &acme, TICKET, MESSAGE);
    ck_assert(mail_id_parse(&acme, id, &ticket, &message));
    ck_assert(ticket == TICKET && message == MESSAGE);
    ck_assert(mail_id_parse(&acme, arena_printf(test_arena, " <%s>", id), &ticket, &message));
    const char *address = reply_address_make(test_arena, &acme, "support@acme.example", TICKET);
    ck_assert(reply_address_parse(&acme, address, &ticket));
    ck_assert(ticket == TICKET);
    ck_assert_str_eq(reply_address_base(test_arena, address), "support@acme.example");
    const char *roomy = "fourteen-bytes@acme.example", *full = "more-than-fourteen@acme.example";
    ck_assert(
        reply_address_parse(&acme, reply_address_make(test_arena, &acme, roomy, TICKET), &ticket));
    ck_assert_str_eq(reply_address_make(test_arena, &acme, full, INT64_MAX), full);
    ck_assert(ticket_key_parse(&acme, ticket_key_make(test_arena, &acme, TICKET), &ticket));
    ck_assert(loop_mark_is_ours(&acme, loop_mark_make(test_arena, &acme)));
}
END_TEST

START_TEST(case_does_not_matter)
{
    int64_t ticket, message;
    char *id = mail_id_make(test_arena, &acme, TICKET, MESSAGE);
    for (char *p = id; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
    ck_assert(mail_id_parse(&acme, id, &ticket, &message));
}
END_TEST

START_TEST(another_tenants_is_refused)
{
    int64_t ticket, message;
    ck_assert(!mail_id_parse(&globex, mail_id_make(test_arena, &acme, TICKET, MESSAGE), &ticket,
                             &message));
    ck_assert(!reply_address_parse(
        &globex, reply_address_make(test_arena, &acme, "a@b.example", TICKET), &ticket));
    ck_assert(!ticket_key_parse(&globex, ticket_key_make(test_arena, &acme, TICKET), &ticket));
    ck_assert(!loop_mark_is_ours(&globex, loop_mark_make(test_arena, &acme)));
}
END_TEST

/* Everything up to the @ is signed: each bit, each cut. Letter case is not meaning, so a changed
 * bit that only changes case is skipped. */
static bool is_case(char a, char b)
{
    return (a ^ b) == 0x20 && ((a | 0x20) >= 'a' && (a | 0x20) <= 'z');
}

typedef bool parse_fn(const char *s);

static bool parse_id(const char *s)
{
    int64_t ticket, message;
    return mail_id_parse(&acme, s, &ticket, &message);
}

static bool parse_address(const char *s)
{
    int64_t ticket;
    return reply_address_parse(&acme, s, &ticket);
}

static bool parse_key(const char *s)
{
    int64_t ticket;
    return ticket_key_parse(&acme, s, &ticket);
}

static void mutate(const char *good, size_t from, size_t to, parse_fn *parse)
{
    char *s = arena_strdup(test_arena, good);
    ck_assert(parse(s));
    for (size_t i = from; i < to; i++) {
        for (int bit = 0; bit < 8; bit++) {
            s[i] = (char)(good[i] ^ (1 << bit));
            ck_assert_msg(is_case(s[i], good[i]) || !parse(s), "accepted: %s", s);
        }
        s[i] = good[i];
    }
    for (size_t n = 0; n < to; n++)
        ck_assert(!parse(arena_printf(test_arena, "%.*s%s", (int)n, good,
                                      strchr(good, '@') != NULL ? strchr(good, '@') : "")));
}

START_TEST(every_change_is_refused)
{
    const char *id = mail_id_make(test_arena, &acme, TICKET, MESSAGE);
    mutate(id, strlen("deskd."), (size_t)(strchr(id, '@') - id), parse_id);
    const char *address = reply_address_make(test_arena, &acme, "support@acme.example", TICKET);
    mutate(address, strlen("support+t"), (size_t)(strchr(address, '@') - address), parse_address);
    const char *key = ticket_key_make(test_arena, &acme, TICKET);
    mutate(key, 0, strlen(key), parse_key);
}
END_TEST

START_TEST(rubbish_is_refused)
{
    static const char *const cases[] = { "",
                                         "@",
                                         "deskd.",
                                         "deskd..@x",
                                         "deskd.1.2.@acme.example",
                                         "<deskd.1.2",
                                         "deskd.ffffffffffffffffff.1.00@x",
                                         "support+t@x",
                                         "support+t1-@x",
                                         "-" };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert(!parse_id(cases[i]) && !parse_address(cases[i]) && !parse_key(cases[i]));
}
END_TEST

SUITE(mail_id)
{
    tcase_add_test(tc, round_trip);
    tcase_add_test(tc, case_does_not_matter);
    tcase_add_test(tc, another_tenants_is_refused);
    tcase_add_test(tc, every_change_is_refused);
    tcase_add_test(tc, rubbish_is_refused);
}
