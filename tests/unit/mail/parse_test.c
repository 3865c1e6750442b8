/* tests/unit/mail/parse_test.c - texts, files and headers of mails in many shapes */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/mail.h"

#include <string.h>

static struct mail parsed(const char *raw)
{
    struct mail m;
    struct err err = ERR_INIT;
    ck_assert_int_eq(mail_parse(test_arena, raw, strlen(raw), &m, &err), 0);
    ck_assert_ptr_nonnull(m.text);
    ck_assert_ptr_nonnull(m.subject);
    return m;
}

static const struct {
    const char *in, *want;
} subjects[] = {
    { "plain", "plain" },
    { "=?utf-8?Q?a_b?=", "a b" },
    { "=?utf-8?B?xbzDs8WCdw==?=", "\xC5\xBC\xC3\xB3\xC5\x82w" },
    { "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab" },
    { "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c" },
    { "=?utf-8?B?xbw=?= =?utf-8?B?w7M=?= tail", "\xC5\xBC\xC3\xB3 tail" }, /* '=' loses no text */
    { "=?utf-8?Q?=C5?= =?utf-8?Q?=BC?=", "\xC5\xBC" },                     /* a letter cut */
    { "=?utf-8?B?xb?= =?utf-8?B?zDsw==?=", "\xC5\xBC\xC3\xB3" },           /* a group cut */
    { "=?iso-8859-2?Q?=BF=F3=B3w?=", "\xC5\xBC\xC3\xB3\xC5\x82w" },
    { "=?ISO-8859-1*de?Q?=E4?=", "\xC3\xA4" },
    { "=?windows-1252?Q?=80?=", "\xE2\x82\xAC" },
    { "=?iso-2022-jp?B?GyRCJVwlPyVzGyhC?=", "\xE3\x83\x9C\xE3\x82\xBF\xE3\x83\xB3" },
    { "=?nobody-knows?Q?=C3=A4?=", "\xC3\xA4" },
    { "=?utf-8?Q?broken", "=?utf-8?Q?broken" },
    { "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
    { "\xE4\xF6", "\xC3\xA4\xC3\xB6" }, /* bare windows-1252 */
    { "a\r\n b", "a b" },
    { "=?utf-8?Q?a=0D=0ABcc=3A_x?=", "a Bcc: x" },
    { "", "" },
};

START_TEST(subjects_are_decoded)
{
    struct mail m = parsed(
        arena_printf(test_arena, "From: a@b.pl\r\nSubject: %s\r\n\r\nx\r\n", subjects[_i].in));
    ck_assert_str_eq(m.subject, subjects[_i].want);
}
END_TEST

START_TEST(plain_mail)
{
    struct mail m = parsed("From: Jan <jan@firma.pl>\r\nTo: a@b.pl\r\nMessage-ID: <1@x>\r\n"
                           "References: <r1@x> <r2@x>\r\nIn-Reply-To: <r3@x>\r\n"
                           "Date: Sun, 22 Nov 2026 06:14:00 +0100\r\n\r\nHello\r\nworld\r\n");
    ck_assert_str_eq(m.text, "Hello\nworld\n");
    ck_assert_ptr_null(m.html);
    ck_assert_str_eq(m.message_id, "1@x");
    ck_assert_str_eq(m.references[0], "r1@x");
    ck_assert_str_eq(m.references[2], "r3@x");
    ck_assert_ptr_null(m.references[3]);
    ck_assert_int_eq(m.date_ms, 1795324440000);
    ck_assert_int_eq(m.nature, MAIL_HUMAN);
    ck_assert(!m.is_damaged);
}
END_TEST

START_TEST(alternative_and_files)
{
    struct mail m = parsed(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\n"
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\nplain\n--a\n"
        "Content-Type: text/html\n\n<b>html</b><img src=\"cid:i@x\">\n--a--\n--m\n"
        "Content-Type: image/png\nContent-ID: <i@x>\n"
        "Content-Transfer-Encoding: base64\n\nQUJD\n--m\n"
        "Content-Type: text/plain\nContent-Disposition: attachment;\n"
        " filename*0*=utf-8''%C5%BC; filename*1=x.txt\n\nfile\n--m\n"
        "Content-Type: message/rfc822\n\nSubject: inner\n\nbody\n--m\n\n"
        "footer\n--m--\n");
    ck_assert_str_eq(m.text, "plain\nfooter");
    ck_assert_ptr_nonnull(strstr(m.html, "<b>html</b>"));
    ck_assert_uint_eq(m.parts_n, 3);
    ck_assert_str_eq(m.parts[0].name, "image-1.png");
    ck_assert(m.parts[0].is_inline);
    ck_assert_mem_eq(m.parts[0].data, "ABC", 3);
    ck_assert_str_eq(m.parts[1].name, "\xC5\xBCx.txt");
    ck_assert_str_eq(m.parts[2].name, "inner.eml");
    ck_assert_mem_eq(m.parts[2].data, "Subject: inner\n\nbody", m.parts[2].size);
    ck_assert(!m.is_damaged);
}
END_TEST

START_TEST(bodies_lose_nothing)
{
    struct mail m = parsed("Content-Transfer-Encoding: base64\n\nQQ==\nQkM=\nRA==\n");
    ck_assert_str_eq(m.text, "ABCD"); /* padding within */
    m = parsed("Content-Transfer-Encoding: quoted-printable\n\na=\nb=3D=XY=e4 \n");
    ck_assert_str_eq(m.text, "ab==XY\xC3\xA4\n");
    m = parsed("Content-Transfer-Encoding: quoted-printable\n\na=\r\r\nb= \r\nc\n");
    ck_assert_str_eq(m.text, "abc\n"); /* a doubled CR */
    m = parsed("Content-Transfer-Encoding: base64\n\nthis is plainly no base64 at all.\n");
    ck_assert_str_eq(m.text, "this is plainly no base64 at all.\n");
    m = parsed("Content-Type: text/plain; format=flowed; delsp=yes\n\nlong \nline\n> q \n> r\n");
    ck_assert_str_eq(m.text, "longline\n> qr\n");
}
END_TEST

/* A page without a word beside a text that says all; alone, it is all there is. */
START_TEST(empty_pages_hide_no_text)
{
    static const char both[] =
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nsays all\n"
        "--b\nContent-Type: text/html\n\n<html><head><title>t</title></head>"
        "<body><table><tr><td>%s</td></tr></table></body></html>\n--b--\n";
    struct mail m = parsed(arena_printf(test_arena, both, "<br>"));
    ck_assert_str_eq(m.text, "says all");
    ck_assert_ptr_null(m.html);
    m = parsed(arena_printf(test_arena, both, "word"));
    ck_assert_ptr_nonnull(m.html);
    m = parsed(arena_printf(test_arena, both, "<img src=\"cid:a\">"));
    ck_assert_ptr_nonnull(m.html);
}
END_TEST

/* Names go to people and to file dialogs: no folders, no line ends. */
START_TEST(names_are_bare)
{
    static const char *const cases[][2] = {
        { "../../etc/passwd", "passwd" },
        { "C:\\\\Temp\\\\a.doc", "a.doc" },
        { "a\tb.txt", "a b.txt" },
        { "/", "/" },
        { "=?utf-8?Q?=C5=BC.txt?=", "\xC5\xBC.txt" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mail m = parsed(arena_printf(test_arena,
                                            "Content-Type: image/png\n"
                                            "Content-Disposition: attachment; filename=\"%s\"\n\nx",
                                            cases[i][0]));
        ck_assert_uint_eq(m.parts_n, 1);
        ck_assert_str_eq(m.parts[0].name, cases[i][1]);
    }
}
END_TEST

static const struct {
    const char *head;
    enum mail_nature want;
} natures[] = {
    { "Subject: hello\n", MAIL_HUMAN },
    { "Auto-Submitted: no\n", MAIL_HUMAN },
    { "Auto-Submitted: auto-replied\n", MAIL_AUTO_REPLY },
    { "Auto-Submitted: auto-generated\n", MAIL_BULK },
    { "Precedence: bulk\n", MAIL_BULK },
    { "Precedence: auto_reply\n", MAIL_AUTO_REPLY },
    { "List-Id: <x.y>\n", MAIL_BULK },
    { "List-Id: <x.y>\nSubject: Automatic reply: x\n", MAIL_BULK },
    { "X-Auto-Response-Suppress: All\nSubject: Automatic reply: x\n", MAIL_AUTO_REPLY },
    { "X-Auto-Response-Suppress: All\n", MAIL_BULK },
    { "X-Autoreply: yes\n", MAIL_AUTO_REPLY },
    { "Return-Path: <>\n", MAIL_AUTO_REPLY },
    { "Return-Path: <a@b.pl>\n", MAIL_HUMAN },
    { "Subject: Abwesenheitsnotiz: x\n", MAIL_AUTO_REPLY },
    { "X-Deskd-Loop: abc\n", MAIL_AUTO_REPLY },
    { "Return-Path: <>\nFrom: MAILER-DAEMON@b.pl\nSubject: failure notice\n", MAIL_BOUNCE },
};

START_TEST(natures_are_judged)
{
    struct mail m = parsed(
        arena_printf(test_arena, "%sTo: me@b.pl\n\n<jan@firma.pl>:\n550 5.1.1 no such user\n",
                     natures[_i].head));
    ck_assert_int_eq(m.nature, natures[_i].want);
    if (m.nature == MAIL_BOUNCE) {
        ck_assert_uint_eq(m.bounces_n, 1);
        ck_assert_str_eq(m.bounces[0].recipient, "jan@firma.pl");
        ck_assert_str_eq(m.bounces[0].status, "5.1.1");
        ck_assert(m.bounces[0].is_hard);
    }
}
END_TEST

START_TEST(delivery_status_is_read)
{
    struct mail m = parsed(
        "From: x@y.pl\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nsorry\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        "Final-Recipient: rfc822; a@b.pl\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown\n\nFinal-Recipient: rfc822; c@d.pl\n"
        "Action: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; e@f.pl\nAction: delivered\n"
        "Status: 2.0.0\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <orig@x>\n--b--\n");
    ck_assert_int_eq(m.nature, MAIL_BOUNCE);
    ck_assert_uint_eq(m.bounces_n, 2);
    ck_assert_str_eq(m.bounces[0].status, "5.1.1");
    ck_assert(m.bounces[0].is_hard);
    ck_assert(!m.bounces[1].is_hard);
    ck_assert_str_eq(m.bounced_message_id, "orig@x");
}
END_TEST

START_TEST(limits_are_said)
{
    struct buf b = buf_make(test_arena, 0);
    buf_adds(&b, "Content-Type: multipart/mixed; boundary=x\n\n");
    for (int i = 0; i < 5000; i++)
        buf_adds(&b, "--x\n\npart\n");
    struct mail m = parsed(b.data);
    ck_assert(m.is_damaged);
    ck_assert_ptr_nonnull(m.damage);
    ck_assert_uint_le(m.parts_n, MAIL_MAX_PARTS);
    ck_assert_ptr_nonnull(strstr(m.text, "part"));
}
END_TEST

START_TEST(nothing_is_a_mail_too)
{
    struct mail m = parsed("");
    ck_assert_str_eq(m.text, "");
    ck_assert_uint_eq(m.from.n, 0);
    ck_assert_ptr_null(m.references[0]);
    ck_assert_ptr_null(mail_header(test_arena, "", 0, "Subject"));
}
END_TEST

START_TEST(quotes_fold_at_the_end)
{
    static const struct {
        const char *text;
        size_t want;
    } cases[] = {
        { "hi\n\nOn Mon, Feb 1, 2016 at 4:58 AM Jan <a@b.pl> wrote:\n> old\n", 4 },
        { "hi\n\n> old\n> older\n", 4 },
        { "> old\n\nanswer\n", 14 },
        { "hi\n\nOn 1.2.2016 10:00 Jan wrote:\n> one\nanswer\n> two\n", 46 },
        { "hi\n-----Original Message-----\nFrom: a\n", 3 },
        { "hi\n\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nold\n", 4 },
        { "> only\n", 7 },
        { "_____\nFrom: a\nSent: b\nTo: c\nSubject: d\n", 39 }, /* a rule is no text */
        { "hi\n-- \nJan\n", 11 },
        { "", 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_msg(mail_quote_offset(cases[i].text, strlen(cases[i].text)) == cases[i].want,
                      "case %zu: %zu", i, mail_quote_offset(cases[i].text, strlen(cases[i].text)));
}
END_TEST

SUITE(mail_parse)
{
    tcase_add_loop_test(tc, subjects_are_decoded, 0, (int)(sizeof(subjects) / sizeof(subjects[0])));
    tcase_add_test(tc, plain_mail);
    tcase_add_test(tc, alternative_and_files);
    tcase_add_test(tc, bodies_lose_nothing);
    tcase_add_test(tc, empty_pages_hide_no_text);
    tcase_add_test(tc, names_are_bare);
    tcase_add_loop_test(tc, natures_are_judged, 0, (int)(sizeof(natures) / sizeof(natures[0])));
    tcase_add_test(tc, delivery_status_is_read);
    tcase_add_test(tc, limits_are_said);
    tcase_add_test(tc, nothing_is_a_mail_too);
    tcase_add_test(tc, quotes_fold_at_the_end);
}
