/* fcgi/form.c - declared fields: taken out of what came, checked, given to the handler */
#include "fcgi/request.h"

#include "base/arena.h"
#include "base/err.h"
#include "fcgi/request_private.h"
#include "html/words.h"

#include <string.h>

#define FILE_NAME_MAX  200
#define OWN_ERRORS_MAX 32

static struct form_value *find(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->priv->values_n; i++)
        if (strcmp(rq->priv->values[i].field->name, name) == 0)
            return &rq->priv->values[i];
    return NULL;
}

static void refuse(struct form_value *v, const char *why)
{
    v->error = why;
}

/* Line ends as forms send them become \n. */
static const char *with_newlines(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\r' && s[i + 1] == '\n')
            continue;
        copy[len++] = s[i] == '\r' ? '\n' : s[i];
    }
    copy[len] = '\0';
    return copy;
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\n")] == '\0';
}

static void take_text(struct arena *a, struct form_value *v, const struct pair *p)
{
    const struct field *f = v->field;
    const char *text = with_newlines(a, p->value, p->size);
    if (f->need == REQUIRED && is_blank(text))
        refuse(v, _("Please fill in this field."));
    else if (strlen(text) > (size_t)f->max)
        refuse(v, _("This is too long."));
    else if (strlen(text) < (size_t)f->min)
        refuse(v, _("This is too short."));
    else
        v->text = text;
}

static void take_password(struct arena *a, struct form_value *v, const struct pair *p)
{
    (void)a;
    if (p->size == 0)
        refuse(v, _("Please fill in this field."));
    else if (p->size > (size_t)v->field->max)
        refuse(v, _("This is too long."));
    else
        v->text = p->value;
}

/* Only what mistyping looks like; whether mail arrives there, mail will tell. */
static bool is_email(const char *s)
{
    const char *at = strrchr(s, '@');
    if (at == NULL || at == s || at[1] == '\0' || at[1] == '.' || strstr(at, "..") != NULL)
        return false;
    for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++)
        if (*p <= ' ' || *p == 0x7F || strchr("<>()[],;:\\\"", *p) != NULL)
            return false;
    return strchr(s, '@') == at;
}

static void take_email(struct arena *a, struct form_value *v, const struct pair *p)
{
    const char *text = str_trim(a, p->value);
    if (*text == '\0' && v->field->need == REQUIRED)
        refuse(v, _("Please fill in this field."));
    else if (*text != '\0' && (!is_email(text) || strlen(text) > (size_t)v->field->max))
        refuse(v, _("This is no e-mail address."));
    else if (*text != '\0')
        v->text = text;
}

static void take_i64(struct arena *a, struct form_value *v, const struct pair *p)
{
    const struct field *f = v->field;
    if (p->size == 0 && f->need == OPTIONAL)
        return;
    if (!str_i64(p->value, f->min, f->max, &v->i64) || str_starts(p->value, "-0"))
        refuse(v, _("This number is not possible here."));
    else
        v->text = arena_strdup(a, p->value);
}

static void take_bool(struct arena *a, struct form_value *v, const struct pair *p)
{
    (void)a;
    v->i64 = str_is(p->value, "1") || str_is(p->value, "on") || str_is(p->value, "true");
    if (v->i64 == 0 && p->size > 0 && !str_is(p->value, "0") && !str_is(p->value, "false"))
        refuse(v, _("This choice does not exist."));
    else
        v->text = v->i64 == 1 ? "1" : "0";
}

static void take_choice(struct arena *a, struct form_value *v, const struct pair *p)
{
    (void)a;
    for (const char *const *c = v->field->choices; *c != NULL; c++)
        if (str_is(*c, p->value)) {
            v->text = *c;
            return;
        }
    if (p->size > 0 || v->field->need == REQUIRED)
        refuse(v, _("This choice does not exist."));
}

static void take_list(struct request *rq, struct form_value *v, const struct pairs *pairs, size_t n)
{
    int64_t *list = arena_array(rq->arena, n, sizeof(*list));
    for (size_t i = 0; i < pairs->n; i++) {
        const struct pair *p = &pairs->items[i];
        if (strcmp(p->name, v->field->name) != 0)
            continue;
        if (!str_i64(p->value, 1, INT64_MAX, &list[v->n])) {
            refuse(v, _("This number is not possible here."));
            return;
        }
        v->n++;
    }
    if (v->n > (size_t)v->field->max)
        refuse(v, _("These are too many."));
    else
        v->list = list;
}

/* The last part of the path that some browsers send, without control characters. */
static const char *base_name(struct arena *a, const char *name)
{
    const char *last = name;
    for (const char *p = name; *p != '\0'; p++)
        if (*p == '/' || *p == '\\')
            last = p + 1;
    const char *clean = str_line(a, last, FILE_NAME_MAX);
    bool is_dots = clean[strspn(clean, ".")] == '\0';
    return is_dots ? "file" : clean;
}

static void take_files(struct request *rq, struct form_value *v, const struct pairs *pairs,
                       size_t n)
{
    struct upload *list = arena_array(rq->arena, n, sizeof(*list));
    for (size_t i = 0; i < pairs->n; i++) {
        const struct pair *p = &pairs->items[i];
        if (strcmp(p->name, v->field->name) != 0 || p->file_name == NULL ||
            (*p->file_name == '\0' && p->size == 0))
            continue;
        list[v->n++] = (struct upload) { base_name(rq->arena, p->file_name), p->type, p->value,
                                         p->size };
    }
    if (v->n > (size_t)v->field->max)
        refuse(v, _("These are too many files."));
    else
        v->uploads = list;
}

static int take(struct request *rq, struct form_value *v, const struct pairs *pairs,
                struct err *err)
{
    static void (*const takers[])(struct arena *, struct form_value *, const struct pair *) = {
        [FIELD_TYPE_TEXT] = take_text,         [FIELD_TYPE_I64] = take_i64,
        [FIELD_TYPE_BOOL] = take_bool,         [FIELD_TYPE_EMAIL] = take_email,
        [FIELD_TYPE_PASSWORD] = take_password, [FIELD_TYPE_CHOICE] = take_choice,
    };
    size_t n;
    const struct field *f = v->field;
    const struct pair *p = pairs_find(pairs, f->name, &n);
    if (f->type == FIELD_TYPE_FILES) {
        take_files(rq, v, pairs, n);
        return 0;
    }
    if (p != NULL && p->file_name != NULL)
        return err_set(err, ERR_INVALID, "field %s is a file", f->name);
    if (f->type == FIELD_TYPE_I64_LIST) {
        take_list(rq, v, pairs, n);
        return 0;
    }
    if (n > 1)
        return err_set(err, ERR_INVALID, "field %s came %zu times", f->name, n);
    if (p != NULL && f->type != FIELD_TYPE_PASSWORD)
        v->typed = with_newlines(rq->arena, p->value, p->size);
    if (p != NULL)
        takers[f->type](rq->arena, v, p);
    else if (f->need == REQUIRED)
        refuse(v, _("Please fill in this field."));
    return 0;
}

/* Names in a POST that the route does not know are worth a line: a page and its route disagree. */
static void count_unknown(struct request *rq, const struct pairs *pairs)
{
    int64_t unknown = 0;
    const char *example = NULL;
    for (size_t i = 0; i < pairs->n; i++) {
        const char *name = pairs->items[i].name;
        if (strcmp(name, "token") == 0 || find(rq, name) != NULL)
            continue;
        unknown++;
        example = name;
    }
    if (unknown > 0)
        log_info(&rq->log, "form.undeclared", LOG_I64("fields", unknown), LOG_STR("name", example));
}

int form_read(struct request *rq, const struct pairs *pairs, struct err *err)
{
    struct request_private *priv = rq->priv;
    const struct field *form = rq->route->form;
    size_t n = 0;
    while (form != NULL && form[n].name != NULL)
        n++;
    priv->values = arena_array(rq->arena, n, sizeof(*priv->values));
    for (priv->values_n = 0; priv->values_n < n; priv->values_n++) {
        struct form_value *v = &priv->values[priv->values_n];
        v->field = &form[priv->values_n];
        if (take(rq, v, pairs, err) < 0)
            return -1;
    }
    if (rq->route->method == POST)
        count_unknown(rq, pairs);
    if (form_has_errors(rq) && (rq->route->flags & ROUTE_FORM_ERRORS) == 0)
        for (size_t i = 0; i < n; i++)
            if (priv->values[i].error != NULL)
                return err_set(err, ERR_INVALID, "field %s was refused", form[i].name);
    return 0;
}

const char *form_text(const struct request *rq, const char *name)
{
    const struct form_value *v = find(rq, name);
    return v == NULL ? NULL : v->text;
}

int64_t form_i64(const struct request *rq, const char *name, int64_t fallback)
{
    const struct form_value *v = find(rq, name);
    return v == NULL || v->text == NULL ? fallback : v->i64;
}

bool form_bool(const struct request *rq, const char *name)
{
    return form_i64(rq, name, 0) == 1;
}

const int64_t *form_i64s(const struct request *rq, const char *name, size_t *n)
{
    const struct form_value *v = find(rq, name);
    *n = v == NULL || v->list == NULL ? 0 : v->n;
    return *n == 0 ? NULL : v->list;
}

const struct upload *form_uploads(const struct request *rq, const char *name, size_t *n)
{
    const struct form_value *v = find(rq, name);
    *n = v == NULL || v->uploads == NULL ? 0 : v->n;
    return *n == 0 ? NULL : v->uploads;
}

const char *form_typed(const struct request *rq, const char *name)
{
    const struct form_value *v = find(rq, name);
    return v == NULL || v->typed == NULL ? "" : v->typed;
}

static struct form_value *find_extra(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->priv->extra_n; i++)
        if (strcmp(rq->priv->extra[i].text, name) == 0)
            return &rq->priv->extra[i];
    return NULL;
}

const char *form_error(const struct request *rq, const char *name)
{
    const struct form_value *v = find(rq, name);
    if (v == NULL)
        v = find_extra(rq, name);
    return v == NULL ? NULL : v->error;
}

bool form_has_errors(const struct request *rq)
{
    for (size_t i = 0; i < rq->priv->values_n; i++)
        if (rq->priv->values[i].error != NULL)
            return true;
    return rq->priv->extra_n > 0;
}

void form_set_error(struct request *rq, const char *name, const char *text)
{
    struct request_private *priv = rq->priv;
    struct form_value *v = find(rq, name);
    if (v == NULL)
        v = find_extra(rq, name);
    if (v == NULL && priv->extra == NULL)
        priv->extra = arena_array(rq->arena, OWN_ERRORS_MAX, sizeof(*priv->extra));
    if (v == NULL && priv->extra_n < OWN_ERRORS_MAX) {
        v = &priv->extra[priv->extra_n++];
        v->text = name;
    }
    if (v != NULL)
        v->error = text;
}
