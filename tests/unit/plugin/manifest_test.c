/* tests/unit/plugin/manifest_test.c - plugin.xml: what is read, and the sentence for each mistake
 */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The head of a manifest on line 1, so that what follows is on line 2. */
#define HEAD                                                                                       \
    "<plugin id=\"probe\" version=\"1.2.3\" abi=\"1.0\"><name>Probe</name><description>Tries "     \
    "things</description>\n"
#define WHOLE(x)   HEAD x "</plugin>"
#define SETTING(x) WHOLE("<settings>" x "</settings>")

static char dir[64];

static int read_text_as_manifest(const char *text, struct plugin_manifest *m, struct err *err)
{
    struct err ignored = ERR_INIT;
    (void)snprintf(dir, sizeof(dir), "/tmp/deskd-manifest-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    const char *path = arena_printf(test_arena, "%s/plugin.xml", dir);
    ck_assert_int_eq(file_create_durable(path, text, strlen(text), &ignored), 0);
    int rc = manifest_read(test_arena, dir, m, err);
    ck_assert_int_eq(file_remove_tree(dir, &ignored), 0);
    return rc;
}

static void must_read(const char *text, struct plugin_manifest *m)
{
    struct err err = ERR_INIT;
    ck_assert_msg(read_text_as_manifest(text, m, &err) == 0, "%s", err.msg);
}

START_TEST(all_is_read)
{
    struct plugin_manifest m;
    must_read(
        "<?xml version=\"1.0\"?><!-- first -->\n"
        "<plugin id=\"probe\" version=\"1.2.3\" abi=\"1.0\">\n"
        "<name> Probe\n of all </name><description>Tries &lt;things&gt;</description>"
        "<author>A</author><license>MIT</license>"
        "<requires plugin=\"roles\"/><requires plugin=\"sla\"/>"
        "<permissions><permission name=\"manage\" group=\"Probes\">Change probes</permission>"
        "</permissions><settings>"
        "<text name=\"greeting\" required=\"yes\" min=\"2\" max=\"20\" default=\"Hello\">"
        "<label>Greeting</label><help>What it says.</help></text>"
        "<number name=\"count\" min=\"-5\" max=\"5\" default=\"3\"><label>N</label></number>"
        "<switch name=\"loud\" default=\"yes\"><label>Loud</label></switch>"
        "<choice name=\"mode\" default=\"b\"><label>Mode</label><option value=\"a\">A</option>"
        "<option value=\"b\">B</option></choice>"
        "<secret name=\"key\"><label>Key</label></secret>"
        "<lines name=\"notes\"><label>Notes</label></lines></settings>"
        "<tables><table name=\"p_probe_one\"/></tables>"
        "<menu><entry place=\"main\" path=\"\" permission=\"\">Probe</entry>"
        "<entry place=\"config\" path=\"/a/b\" permission=\"manage\" icon=\"gear\">Set</entry>"
        "</menu></plugin>",
        &m);
    ck_assert_str_eq(m.id, "probe");
    ck_assert_str_eq(m.version, "1.2.3");
    ck_assert_uint_eq(m.abi_major, 1);
    ck_assert_str_eq(m.name, "Probe of all");
    ck_assert_str_eq(m.description, "Tries <things>");
    ck_assert_str_eq(m.requires_plugins[1], "sla");
    ck_assert_ptr_null(m.requires_plugins[2]);
    ck_assert_str_eq(m.permissions[0].label, "Change probes");
    ck_assert_uint_eq(m.settings_n, 6);
    ck_assert_str_eq(m.settings[0].help, "What it says.");
    ck_assert(m.settings[0].is_required && m.settings[0].max == 20);
    ck_assert_int_eq(m.settings[1].min, -5);
    ck_assert_str_eq(m.settings[2].fallback, "1");
    ck_assert_str_eq(m.settings[3].choices[1].label, "B");
    ck_assert_int_eq(m.settings[4].type, SETTING_SECRET);
    ck_assert_int_eq(m.settings[5].max, 4000);
    ck_assert_str_eq(m.tables[0], "p_probe_one");
    ck_assert_int_eq(m.menus[1].place, MENU_CONFIG);
    ck_assert_str_eq(m.menus[0].icon, "puzzle");
    ck_assert_str_eq(m.menus[1].path, "/a/b");
}
END_TEST

START_TEST(little_is_enough)
{
    struct plugin_manifest m;
    must_read(WHOLE(""), &m);
    ck_assert_str_eq(m.license, "");
    ck_assert_ptr_null(m.tables[0]);
    ck_assert_uint_eq(m.settings_n + m.permissions_n + m.menus_n, 0);
}
END_TEST

static const struct {
    const char *text, *reason;
} bad[] = {
    { "", "plugin.xml, line 1: Document is empty" },
    { "<plugin", "plugin.xml, line 1: " },
    { "<other/>", "must begin with <plugin>" },
    { "<!DOCTYPE plugin><plugin/>", "document type" },
    { "<!DOCTYPE plugin [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><plugin>&x;</plugin>",
      "document type" },
    { "<!DOCTYPE plugin [<!ENTITY % x SYSTEM \"http://localhost/x\"> %x;]><plugin/>",
      "document type" },
    { WHOLE("<author>&x;</author>"), "Entity 'x' not defined" },
    { "\xFF\xFE", "not UTF-8" },
    { "<plugin version=\"1.0.0\" abi=\"1.0\"/>", "line 1: <plugin> needs id=" },
    { "<plugin id=\"Probe\" version=\"1.0.0\" abi=\"1.0\"/>", "must be 2 to 24 small letters" },
    { "<plugin id=\"p\" version=\"1.0.0\" abi=\"1.0\"/>", "must be 2 to 24 small letters" },
    { "<plugin id=\"../etc\" version=\"1.0.0\" abi=\"1.0\"/>", "must be 2 to 24 small letters" },
    { "<plugin id=\"pr\" version=\"1.0\" abi=\"1.0\"/>", "must be three numbers" },
    { "<plugin id=\"pr\" version=\"1.0.../x\" abi=\"1.0\"/>", "must be numbers with dots" },
    { "<plugin id=\"pr\" version=\"1.0.0\" abi=\"2.0\"/>", "made for the plugin interface 2.0" },
    { "<plugin id=\"pr\" version=\"1.0.0\" abi=\"1.999\"/>", "made for the plugin interface" },
    { "<plugin id=\"pr\" version=\"1.0.0\" abi=\"1\"/>", "numbers with dots" },
    { "<plugin id=\"pr\" version=\"1.0.0\" abi=\"1.0\"/>", "needs a <name>" },
    { WHOLE("<foo/>"), "line 2: Did not expect element foo there" },
    { WHOLE("text"), "text" },
    { HEAD "<author> </author></plugin>", "line 2: <author> is empty" },
    { HEAD "<author><b>me</b></author></plugin>", "holds text only, not <b>" },
    { WHOLE("<requires plugin=\"probe\"/>"), "requires itself" },
    { WHOLE("<requires plugin=\"a b\"/>"), "2 to 24 small letters" },
    { WHOLE("<requires plugin=\"aa\"/><requires plugin=\"aa\"/>"), "\"aa\" is there twice" },
    { WHOLE("<permissions/>"), "line 2" },
    { WHOLE("<permissions><permission name=\"x\">X</permission></permissions>"),
      "<permission> needs group=" },
    { WHOLE("<permissions><permission name=\"x\" group=\"G\">X</permission><permission name=\"x\" "
            "group=\"G\">X</permission></permissions>"),
      "permission \"x\" is there already" },
    { WHOLE("<permissions><permission name=\"x.y\" group=\"G\">X</permission></permissions>"),
      "must be up to 40 small letters" },
    { SETTING("<swatch name=\"x\"/>"), "no kind of setting <swatch>" },
    { SETTING("<text name=\"x\"/>"), "<text name=\"x\"> needs a <label>" },
    { SETTING("<text><label>X</label></text>"), "<text> needs name=" },
    { SETTING("<text name=\"x\" colour=\"red\"><label>X</label></text>"), "line " },
    { SETTING("<text name=\"x\"><label>X</label></text><lines name=\"x\"><label>X</label></lines>"),
      "two settings \"x\"" },
    { SETTING("<number name=\"x\" max=\"5\"><label>X</label></number>"), "needs min and max" },
    { SETTING("<number name=\"x\" min=\"1e3\" max=\"5\"><label>X</label></number>"),
      "must be a whole number" },
    { SETTING("<number name=\"x\" min=\"9\" max=\"5\"><label>X</label></number>"),
      "min of \"x\" is above its max" },
    { SETTING("<number name=\"x\" min=\"1\" max=\"5\" default=\"7\"><label>X</label></number>"),
      "does not fit it: This number is too large" },
    { SETTING("<number name=\"x\" min=\"1\" max=\"9999999999999999999\"><label>X</label></number>"),
      "not a number that fits" },
    { SETTING("<text name=\"x\" max=\"4\" default=\"longer\"><label>X</label></text>"),
      "does not fit it: This is too long" },
    { SETTING("<text name=\"x\" max=\"99999\"><label>X</label></text>"), "must be between 0 and" },
    { SETTING("<secret name=\"x\" max=\"5000\"><label>X</label></secret>"),
      "must be between 0 and 4000" },
    { SETTING("<secret name=\"x\" default=\"hush\"><label>X</label></secret>"), "line " },
    { SETTING("<switch name=\"x\" default=\"on\"><label>X</label></switch>"), "must be yes or no" },
    { SETTING("<choice name=\"x\"><label>X</label></choice>"), "needs an <option>" },
    { SETTING("<choice name=\"x\" default=\"c\"><label>X</label><option "
              "value=\"a\">A</option></choice>"),
      "Choose one of the values" },
    { SETTING("<choice name=\"x\"><label>X</label><option value=\"a\">A</option><option "
              "value=\"a\">B</option></choice>"),
      "value=\"a\" is there twice" },
    { WHOLE("<tables><table name=\"ticket\"/></tables>"), "must be p_ID_ and a name" },
    { WHOLE("<tables><table name=\"p_other_x\"/></tables>"), "must begin with p_probe_" },
    { WHOLE("<tables><table name=\"p_probe_\"/></tables>"), "is not its own" },
    { WHOLE("<tables><table name=\"p_probe_a b\"/></tables>"), "must be p_ID_ and a name" },
    { WHOLE("<menu><entry place=\"top\" path=\"\" permission=\"\">X</entry></menu>"),
      "must be main or config" },
    { WHOLE("<menu><entry place=\"main\" path=\"x\" permission=\"\">X</entry></menu>"),
      "must be empty or begin with /" },
    { WHOLE("<menu><entry place=\"main\" path=\"/a?b\" permission=\"\">X</entry></menu>"),
      "must be empty or begin with /" },
    { WHOLE("<menu><entry place=\"main\" path=\"\" permission=\"x\">X</entry></menu>"),
      "not one of the plugin's permissions" },
    { WHOLE("<menu><entry place=\"main\" path=\"\" permission=\"\" icon=\"A\">X</entry></menu>"),
      "must be the name of an icon" },
};

START_TEST(mistakes_get_a_sentence)
{
    struct plugin_manifest m;
    struct err err = ERR_INIT;
    ck_assert_msg(read_text_as_manifest(bad[_i].text, &m, &err) < 0, "taken: %s", bad[_i].text);
    ck_assert_int_eq(err.code, ERR_INVALID);
    ck_assert_msg(strstr(err.msg, bad[_i].reason) != NULL, "%s: %s", bad[_i].text, err.msg);
}
END_TEST

START_TEST(large_ones_are_refused)
{
    struct plugin_manifest m;
    struct err err = ERR_INIT;
    const size_t n = (size_t)64 * 1024;
    char *text = arena_zalloc(test_arena, n + sizeof(WHOLE("")) + 1);
    memset(text, ' ', n);
    memcpy(text + n, WHOLE(""), sizeof(WHOLE("")));
    ck_assert_int_eq(read_text_as_manifest(text, &m, &err), -1);
    ck_assert_int_eq(err.code, ERR_TOO_LARGE);
    ck_assert_int_eq(manifest_read(test_arena, "/nowhere", &m, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

static const char *switches(int n)
{
    const char *text = "";
    for (int i = 0; i < n; i++)
        text = arena_printf(test_arena, "%s<switch name=\"s%d\"><label>S</label></switch>", text,
                            i);
    return arena_printf(test_arena, HEAD "<settings>%s</settings></plugin>", text);
}

START_TEST(lists_have_an_end)
{
    struct plugin_manifest m;
    struct err err = ERR_INIT;
    must_read(switches(64), &m);
    ck_assert_uint_eq(m.settings_n, 64);
    ck_assert_int_eq(read_text_as_manifest(switches(65), &m, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "more than 64 <switch>"));
}
END_TEST

static const struct plugin_choice choices[] = { { "a", "A" }, { "b", "B" } };
static const struct plugin_setting text = { .type = SETTING_TEXT, .min = 2, .max = 4 };
static const struct plugin_setting lines = { .type = SETTING_LINES, .max = 10 };
static const struct plugin_setting number = { .type = SETTING_NUMBER, .min = -1, .max = 9 };
static const struct plugin_setting flag = { .type = SETTING_SWITCH, .max = 1 };
static const struct plugin_setting needed = { .type = SETTING_SECRET,
                                              .max = 9,
                                              .is_required = true };
static const struct plugin_setting choice = { .type = SETTING_CHOICE,
                                              .choices = choices,
                                              .choices_n = 2 };

static const struct {
    const struct plugin_setting *setting;
    const char *value, *complaint;
} values[] = {
    { &text, "abc", NULL },
    { &text, "", NULL },
    { &text, "a", "too short" },
    { &text, "abcde", "too long" },
    { &text, "a\nb", "one line" },
    { &text, "\xFF\xFF", "UTF-8" },
    { &lines, "a\nb", NULL },
    { &number, "9", NULL },
    { &number, "10", "too large" },
    { &number, "-2", "too small" },
    { &number, "1.5", "whole number" },
    { &number, " 1", "whole number" },
    { &flag, "1", NULL },
    { &flag, "yes", "on or off" },
    { &choice, "b", NULL },
    { &choice, "c", "one of the values" },
    { &needed, "", "not be empty" },
    { &needed, "hush", NULL },
};

START_TEST(values_are_judged)
{
    const char *complaint = setting_complaint(values[_i].setting, values[_i].value);
    if (values[_i].complaint == NULL)
        ck_assert_msg(complaint == NULL, "%s: %s", values[_i].value, complaint);
    else
        ck_assert_msg(complaint != NULL && strstr(complaint, values[_i].complaint) != NULL,
                      "%s: %s", values[_i].value, complaint == NULL ? "fine" : complaint);
}
END_TEST

SUITE(manifest)
{
    tcase_add_test(tc, all_is_read);
    tcase_add_test(tc, little_is_enough);
    tcase_add_loop_test(tc, mistakes_get_a_sentence, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(tc, large_ones_are_refused);
    tcase_add_test(tc, lists_have_an_end);
    tcase_add_loop_test(tc, values_are_judged, 0, (int)(sizeof(values) / sizeof(values[0])));
}
