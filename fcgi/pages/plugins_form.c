#include "fcgi/pages/plugins_form.h"

#include "base/arena.h"
#include "base/str.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/choice.h"

#include <stdio.h>

#define VALUE_MAX 16000
#define SETTINGS  64

/* clang-format off */
#define VALUE(n) { "v" #n, FIELD_TYPE_TEXT, OPTIONAL, 0, VALUE_MAX, NULL }
#define VALUES(t) VALUE(t##0), VALUE(t##1), VALUE(t##2), VALUE(t##3), VALUE(t##4), VALUE(t##5), \
                  VALUE(t##6), VALUE(t##7), VALUE(t##8), VALUE(t##9)
const struct field plugins_form[] = {
    FIELD_TEXT("version", REQUIRED, 31),
    FIELD_I64_LIST("clear", SETTINGS),
    VALUE(0), VALUE(1), VALUE(2), VALUE(3), VALUE(4), VALUE(5), VALUE(6), VALUE(7), VALUE(8), VALUE(9),
    VALUES(1), VALUES(2), VALUES(3), VALUES(4), VALUES(5),
    VALUE(60), VALUE(61), VALUE(62), VALUE(63),
    FIELD_END,
};
/* clang-format on */

static const char *name_of(struct arena *a, size_t i)
{
    return arena_printf(a, "v%zu", i);
}

static void show_choices(struct view *row, const char *domain, const struct plugin_setting *s,
                         const char *value)
{
    struct view_list *list = view_list(row, "choices");
    for (size_t i = 0; i < s->choices_n; i++) {
        struct view *choice = view_row(list);
        view_text(choice, "value", s->choices[i].value);
        view_text(choice, "label", words_get_of(domain, s->choices[i].label));
        view_bool(choice, "is_selected", str_is(s->choices[i].value, value));
    }
}

static void show_kind(struct view *row, const struct plugin_setting *s)
{
    view_bool(row, "is_text", s->type == SETTING_TEXT);
    view_bool(row, "is_lines", s->type == SETTING_LINES);
    view_bool(row, "is_number", s->type == SETTING_NUMBER);
    view_bool(row, "is_switch", s->type == SETTING_SWITCH);
    view_bool(row, "is_choice", s->type == SETTING_CHOICE);
    view_bool(row, "is_secret", s->type == SETTING_SECRET);
}

static void show_setting(struct request *rq, struct view *row, const struct plugin_manifest *m,
                         size_t i, const char *value)
{
    const struct plugin_setting *s = &m->settings[i];
    const char *domain = arena_printf(rq->arena, "deskd-%s", m->id);
    bool is_secret = s->type == SETTING_SECRET;
    const char *name = name_of(rq->arena, i);
    view_text(row, "field", name);
    view_i64(row, "place", (int64_t)i + 1);
    view_text(row, "label", words_get_of(domain, s->label));
    view_text(row, "help", *s->help == '\0' ? NULL : words_get_of(domain, s->help));
    view_text(row, "value", is_secret ? NULL : value);
    view_bool(row, "is_on", str_is(value, "1"));
    view_bool(row, "is_set", is_secret && *value != '\0');
    view_bool(row, "is_required", s->is_required);
    view_i64(row, "min", s->min);
    view_i64(row, "max", s->max);
    view_text(row, "error", form_error(rq, name));
    show_kind(row, s);
    show_choices(row, domain, s, value);
}

static void show_all(struct request *rq, struct view *v, const struct plugin_manifest *m,
                     const char *const *values)
{
    struct view_list *list = view_list(v, "settings");
    for (size_t i = 0; i < m->settings_n && i < SETTINGS; i++)
        show_setting(rq, view_row(list), m, i, values[i]);
}

int plugins_form_show(struct request *rq, struct view *v, const struct plugin_manifest *m,
                      struct err *err)
{
    const char **values;
    if (setting_all(rq->db, rq->arena, m, &values, err) < 0)
        return -1;
    show_all(rq, v, m, values);
    return 0;
}

void plugins_form_show_again(struct request *rq, struct view *v, const struct plugin_manifest *m)
{
    const char **values = arena_array(rq->arena, m->settings_n + 1, sizeof(*values));
    for (size_t i = 0; i < m->settings_n; i++)
        values[i] = m->settings[i].type == SETTING_SECRET ? ""
                                                          : form_typed(rq, name_of(rq->arena, i));
    show_all(rq, v, m, values);
}

static bool is_cleared(const struct request *rq, size_t i)
{
    size_t n;
    const int64_t *places = form_i64s(rq, "clear", &n);
    for (size_t k = 0; k < n; k++)
        if (places[k] == (int64_t)i + 1)
            return true;
    return false;
}

/* An empty secret is one that stays as it is; a tick box that is not ticked does not arrive. */
static const char *value_of(const struct request *rq, const struct plugin_setting *s, size_t i)
{
    const char *typed = str_or(form_text(rq, name_of(rq->arena, i)), "");
    if (s->type == SETTING_SWITCH)
        return str_is(typed, "1") ? "1" : "0";
    if (s->type == SETTING_SECRET && *typed == '\0')
        return is_cleared(rq, i) ? "" : NULL;
    return typed;
}

bool plugins_form_read(struct request *rq, const struct plugin_manifest *m, const char ***values)
{
    bool is_fine = !form_has_errors(rq);
    *values = arena_array(rq->arena, m->settings_n + 1, sizeof(**values));
    for (size_t i = 0; i < m->settings_n; i++) {
        const char *value = value_of(rq, &m->settings[i], i);
        const char *problem = value == NULL ? NULL : setting_complaint(&m->settings[i], value);
        (*values)[i] = value;
        if (problem == NULL)
            continue;
        form_set_error(rq, name_of(rq->arena, i), words_get(problem));
        is_fine = false;
    }
    return is_fine;
}
