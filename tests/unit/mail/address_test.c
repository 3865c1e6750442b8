/* tests/unit/mail/address_test.c - address lists as headers and people write them (M12) */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "mail/mail.h"

#include <string.h>

static const struct {
    const char *in, *want; /* want: name|email, each followed by a line end */
} cases[] = {
    { "jan@firma.pl", "|jan@firma.pl\n" },
    { "Jan Kowalski <jan@Firma.PL>", "Jan Kowalski|jan@firma.pl\n" },
    { "\"Kowalski, Jan\" <jan@firma.pl>, b@c.pl", "Kowalski, Jan|jan@firma.pl\n|b@c.pl\n" },
    { "jan@firma.pl (Jan Kowalski)", "Jan Kowalski|jan@firma.pl\n" },
    { "Jan (the (very) best) <jan@firma.pl>", "Jan|jan@firma.pl\n" },
    { "Team: a@b.pl, c@d.pl;", "|a@b.pl\n|c@d.pl\n" },
    { "undisclosed-recipients:;", "" },
    { "\"john smith\"@example.com", "|\"john smith\"@example.com\n" },
    { "\"a@b\" <c@d.pl>", "a@b|c@d.pl\n" },
    { "victim@acme.pl <evil@evil.pl>", "victim@acme.pl|evil@evil.pl\n" },
    { "victim@acme.pl@evil.pl", "" },
    { "<a@b@c.pl>", "" },
    { "=?utf-8?Q?Evil_=3Cboss=40acme.pl=3E=2C?= <evil@evil.pl>",
      "Evil <boss@acme.pl>,|evil@evil.pl\n" },
    { "=?utf-8?B?SmFuIDxqYW5AZmlybWEucGw+?=", "Jan|jan@firma.pl\n" },
    { "Pel\xC3\xA9@example.com", "|Pel\xC3\xA9@example.com\n" },
    { "u@\xE4\xBE\x8B\xE3\x81\x88.jp", "|u@\xE4\xBE\x8B\xE3\x81\x88.jp\n" },
    { "<@relay.pl,@other.pl:jan@firma.pl>", "|jan@firma.pl\n" },
    { "a@b.pl; c@d.pl", "|a@b.pl\n|c@d.pl\n" },
    { "a@b.pl c@d.pl", "|a@b.pl\n|c@d.pl\n" },
    { "Jan jan@firma.pl", "Jan|jan@firma.pl\n" },
    { "'Jan' <jan@firma.pl>", "Jan|jan@firma.pl\n" },
    { "<jan@firma.pl", "|jan@firma.pl\n" },
    { "\"Jan <jan@firma.pl>", "Jan|jan@firma.pl\n" },
    { "no address, still@ok.pl", "|still@ok.pl\n" },
    { "", "" },
    { ",,;<>\"(", "" },
    { "x <,\"y", "" }, /* a lost quote, and nothing before the comma */
    { "x <a@b.pl,\"y", "x|a@b.pl\n" },
    { "\x1B$BF|K\\8l\x1B(B <a@b.pl>", "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E|a@b.pl\n" },
    { "\x1B$B<+(,\x1B(B <a@b.pl>", "\xE8\x87\xAA\xE2\x94\x81|a@b.pl\n" }, /* letters like < ( , */
};

START_TEST(lists_are_read)
{
    struct mail_addresses list = mail_addresses_parse(test_arena, cases[_i].in);
    struct buf b = buf_make(test_arena, 0);
    for (size_t i = 0; i < list.n; i++)
        buf_printf(&b, "%s|%s\n", list.items[i].name, list.items[i].email);
    ck_assert_str_eq(b.data, cases[_i].want);
}
END_TEST

START_TEST(only_plain_addresses_are_sent_to)
{
    static const char *const good[] = { "a@b", "jan.k+x@firma.pl", "Pel\xC3\xA9@example.com" };
    static const char *const bad[] = { "",
                                       "=?utf-8?Q?a?=@b.pl",
                                       "a",
                                       "@b.pl",
                                       "a@",
                                       "a b@c.pl",
                                       "a@b@c.pl",
                                       "a@b..pl",
                                       ".a@b.pl",
                                       "a@-b.pl",
                                       "a@b.pl\r\nBcc: x@y.pl",
                                       "a@b.pl,c@d.pl",
                                       "<a@b.pl>",
                                       "a@b\xFF.pl" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(mail_address_is_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!mail_address_is_valid(bad[i]), "%s", bad[i]);
    ck_assert(!mail_address_is_valid(NULL));
}
END_TEST

START_TEST(keys_are_lowered)
{
    ck_assert_str_eq(mail_address_key(test_arena, "Jan.K@Firma.PL"), "jan.k@firma.pl");
}
END_TEST

SUITE(mail_address)
{
    tcase_add_loop_test(tc, lists_are_read, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(tc, only_plain_addresses_are_sent_to);
    tcase_add_test(tc, keys_are_lowered);
}
