#include "plugin/manifest_private.h" /* the settings of plugin.xml, and what may stand in one */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"

#include <string.h>

#define SETTINGS_MAX 64
#define CHOICES_MAX  64
#define LABEL_MAX    100
#define HELP_MAX     500
#define BYTES_MAX    16000
#define SECRET_MAX   4000 /* sealed, it fits into its column */

static const struct kind {
    const char *tag;
    enum setting_type type;
    int64_t usual_max; /* bytes, where the manifest names none */
} kinds[] = {
    { "text", SETTING_TEXT, 200 },    { "lines", SETTING_LINES, 4000 },
    { "number", SETTING_NUMBER, 0 },  { "switch", SETTING_SWITCH, 1 },
    { "choice", SETTING_CHOICE, 60 }, { "secret", SETTING_SECRET, 1000 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *number_complaint(const struct plugin_setting *s, const char *value)
{
    int64_t i;
    if (!str_i64(value, INT64_MIN, INT64_MAX, &i))
        return WORDS("This must be a whole number.");
    if (i < s->min)
        return WORDS("This number is too small.");
    return i > s->max ? WORDS("This number is too large.") : NULL;
}

static const char *choice_complaint(const struct plugin_setting *s, const char *value)
{
    for (size_t i = 0; i < s->choices_n; i++)
        if (str_is(s->choices[i].value, value))
            return NULL;
    return WORDS("Choose one of the values.");
}

static const char *text_complaint(const struct plugin_setting *s, const char *value)
{
    size_t n = strlen(value);
    if (!str_is_utf8(value, n))
        return WORDS("This is not UTF-8 text.");
    if (s->type != SETTING_LINES && strpbrk(value, "\r\n") != NULL)
        return WORDS("This must be one line.");
    if ((int64_t)n < s->min)
        return WORDS("This is too short.");
    return (int64_t)n > s->max ? WORDS("This is too long.") : NULL;
}

const char *setting_complaint(const struct plugin_setting *s, const char *value)
{
    if (*value == '\0')
        return s->is_required ? WORDS("This must not be empty.") : NULL;
    switch (s->type) {
    case SETTING_NUMBER:
        return number_complaint(s, value);
    case SETTING_SWITCH:
        return str_is(value, "0") || str_is(value, "1") ? NULL : WORDS("This is on or off.");
    case SETTING_CHOICE:
        return choice_complaint(s, value);
    case SETTING_TEXT:
    case SETTING_LINES:
    case SETTING_SECRET:
    default:
        return text_complaint(s, value);
    }
}

static int read_told(struct reading *r, xmlNode *node, struct plugin_setting *s)
{
    xmlNode *label = child_named(node, "label"), *help = child_named(node, "help");
    s->help = "";
    if (label == NULL)
        return complain_at(r, node, "<%s name=\"%s\"> needs a <label>", (const char *)node->name,
                           s->name);
    if (read_text(r, label, LABEL_MAX, &s->label) < 0)
        return -1;
    return help == NULL ? 0 : read_text(r, help, HELP_MAX, &s->help);
}

static int read_choices(struct reading *r, xmlNode *node, struct plugin_setting *s)
{
    size_t n;
    if (count_children(r, node, "option", CHOICES_MAX, &n) < 0)
        return -1;
    if (n == 0)
        return complain_at(r, node, "<choice name=\"%s\"> needs an <option>", s->name);
    struct plugin_choice *all = arena_array(r->arena, n, sizeof(*all));
    s->choices = all;
    for (xmlNode *o = child_named(node, "option"); o != NULL; o = element_from(o->next, "option")) {
        struct plugin_choice *c = &all[s->choices_n];
        if (read_attribute(r, o, "value", SPELT_VALUE, NULL, &c->value) < 0 ||
            read_text(r, o, LABEL_MAX, &c->label) < 0)
            return -1;
        if (choice_complaint(s, c->value) == NULL)
            return complain_at(r, o, "value=\"%s\" is there twice", c->value);
        s->choices_n++;
    }
    return 0;
}

static int read_limits(struct reading *r, xmlNode *node, const struct kind *k,
                       struct plugin_setting *s)
{
    int64_t least = k->type == SETTING_NUMBER ? INT64_MIN : 0;
    int64_t most = k->type == SETTING_NUMBER   ? INT64_MAX
                   : k->type == SETTING_SECRET ? SECRET_MAX
                                               : BYTES_MAX;
    if (k->type == SETTING_NUMBER &&
        (!xmlHasProp(node, (const xmlChar *)"min") || !xmlHasProp(node, (const xmlChar *)"max")))
        return complain_at(r, node, "<number name=\"%s\"> needs min and max", s->name);
    if (read_number(r, node, "min", 0, &s->min) < 0 ||
        read_number(r, node, "max", k->usual_max, &s->max) < 0)
        return -1;
    if (s->min < least || s->max > most)
        return complain_at(r, node, "min and max of \"%s\" must be between %lld and %lld", s->name,
                           (long long)least, (long long)most);
    if (s->min > s->max)
        return complain_at(r, node, "min of \"%s\" is above its max", s->name);
    return 0;
}

static int read_fallback(struct reading *r, xmlNode *node, struct plugin_setting *s)
{
    enum spelling spelling = s->type == SETTING_SWITCH   ? SPELT_YES_NO
                             : s->type == SETTING_NUMBER ? SPELT_NUMBER
                                                         : SPELT_ANY;
    if (read_attribute(r, node, "default", spelling, "", &s->fallback) < 0)
        return -1;
    if (s->type == SETTING_SWITCH)
        s->fallback = str_is(s->fallback, "yes") ? "1" : "0";
    const char *problem = *s->fallback == '\0' ? NULL : setting_complaint(s, s->fallback);
    if (problem != NULL)
        return complain_at(r, node, "default=\"%.40s\" of \"%s\" does not fit it: %s", s->fallback,
                           s->name, problem);
    return 0;
}

static int read_setting(struct reading *r, xmlNode *node, struct plugin_setting *s)
{
    const struct kind *k = kinds;
    const char *required;
    while (k < kinds + KINDS && !is_named(node, k->tag))
        k++;
    if (k == kinds + KINDS)
        return complain_at(r, node, "there is no kind of setting <%.40s>",
                           (const char *)node->name);
    *s = (struct plugin_setting) { .type = k->type };
    if (read_attribute(r, node, "name", SPELT_WORD, NULL, &s->name) < 0 ||
        read_attribute(r, node, "required", SPELT_YES_NO, "no", &required) < 0 ||
        read_told(r, node, s) < 0)
        return -1;
    s->is_required = str_is(required, "yes");
    if (k->type == SETTING_CHOICE && read_choices(r, node, s) < 0)
        return -1;
    return read_limits(r, node, k, s) < 0 ? -1 : read_fallback(r, node, s);
}

int read_settings(struct reading *r, xmlNode *settings)
{
    size_t n;
    if (count_children(r, settings, NULL, SETTINGS_MAX, &n) < 0)
        return -1;
    struct plugin_setting *all = arena_array(r->arena, n + 1, sizeof(*all));
    r->out->settings = all;
    xmlNode *node = settings == NULL ? NULL : element_from(settings->children, NULL);
    for (; node != NULL; node = element_from(node->next, NULL)) {
        struct plugin_setting *s = &all[r->out->settings_n];
        if (read_setting(r, node, s) < 0)
            return -1;
        for (size_t i = 0; i < r->out->settings_n; i++)
            if (str_is(all[i].name, s->name))
                return complain_at(r, node, "there are two settings \"%s\"", s->name);
        r->out->settings_n++;
    }
    return 0;
}
