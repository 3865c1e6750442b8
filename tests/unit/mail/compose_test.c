/* tests/unit/mail/compose_test.c - composed mails come back equal, and no value starts a header
 * (M09) */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "mail/compose.h"

#include <string.h>

static struct compose basic(void)
{
    static struct mail_address to = { "Jan", "jan@firma.pl" };
    return (struct compose) { .from = { "Desk", "desk@acme.pl" },
                              .reply_to = { "", "" },
                              .to = { &to, 1 },
                              .subject = "Hello",
                              .message_id = "1@acme.pl",
                              .date_ms = 1700000000000,
                              .text = "text\n" };
}

static struct mail round_trip(const struct compose *c, char **raw)
{
    struct err err = ERR_INIT;
    struct mail m;
    size_t n;
    ck_assert_int_eq(compose_mail(test_arena, c, raw, &n, &err), 0);
    ck_assert_int_eq(mail_parse(test_arena, *raw, n, &m, &err), 0);
    ck_assert(!m.is_damaged);
    return m;
}

START_TEST(comes_back_equal)
{
    struct compose c = basic();
    const char *references[] = { "a@x", "b@x", NULL };
    char *raw;
    c.references = references;
    c.in_reply_to = "b@x";
    c.text = "Za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87\n.\nFrom me\ntrailing \n";
    c.html = "<p>x</p>";
    c.subject = "Za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87 g\xC4\x99\xC5\x9Bl\xC4\x85 ja\xC5\xBA\xC5\x84 "
                "Za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87 g\xC4\x99\xC5\x9Bl\xC4\x85 ja\xC5\xBA\xC5\x84";
    struct mail m = round_trip(&c, &raw);
    ck_assert_str_eq(m.subject, c.subject);
    ck_assert_str_eq(m.text, c.text);
    ck_assert_str_eq(m.html, "<p>x</p>");
    ck_assert_str_eq(m.message_id, "1@acme.pl");
    ck_assert_str_eq(m.references[1], "b@x");
    ck_assert_ptr_null(m.references[2]);
    ck_assert_int_eq(m.date_ms, c.date_ms);
    ck_assert_str_eq(m.to.items[0].name, "Jan");
    ck_assert_ptr_null(strstr(raw, "\r\n.\r\n"));
    ck_assert_ptr_null(strstr(raw, "Auto-Submitted"));
}
END_TEST

START_TEST(no_value_starts_a_header)
{
    static const char *const values[] = { "a\r\nBcc: x@y.pl", "a\nBcc: x@y.pl", "a\rBcc: x@y.pl",
                                          "a\u2028Bcc: x@y.pl" };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct mail_address to = { values[i], "jan@firma.pl" };
        struct compose c = basic();
        char *raw;
        c.to.items = &to;
        c.from.name = c.subject = c.message_id = c.in_reply_to = c.loop = values[i];
        struct mail m = round_trip(&c, &raw);
        ck_assert_ptr_null(mail_header(test_arena, raw, strlen(raw), "Bcc"));
        ck_assert_str_eq(m.subject, "a Bcc: x@y.pl");
    }
}
END_TEST

START_TEST(bad_addresses_do_not_leave)
{
    struct mail_address to[] = { { "", "a@b.pl\r\nBcc: x@y.pl" },
                                 { "", "c@d.pl,e@f.pl" },
                                 { "", "g@h.pl" } };
    struct compose c = basic();
    struct err err = ERR_INIT;
    char *raw;
    size_t n;
    c.to = (struct mail_addresses) { to, 3 };
    struct mail m = round_trip(&c, &raw);
    ck_assert_uint_eq(m.to.n, 1);
    ck_assert_str_eq(m.to.items[0].email, "g@h.pl");
    c.from.email = "a\n@b";
    ck_assert_int_eq(compose_mail(test_arena, &c, &raw, &n, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(machines_are_told)
{
    struct compose c = basic();
    char *raw;
    c.is_automatic = true;
    c.loop = "key";
    struct mail m = round_trip(&c, &raw);
    ck_assert_int_eq(m.nature, MAIL_AUTO_REPLY);
    ck_assert_str_eq(m.loop, "key");
    ck_assert_ptr_nonnull(strstr(raw, "X-Auto-Response-Suppress: All\r\n"));
}
END_TEST

SUITE(mail_compose)
{
    tcase_add_test(tc, comes_back_equal);
    tcase_add_test(tc, no_value_starts_a_header);
    tcase_add_test(tc, bad_addresses_do_not_leave);
    tcase_add_test(tc, machines_are_told);
}
