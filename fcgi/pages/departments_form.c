#include "fcgi/pages/departments_form.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "fcgi/pages/people.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "tenant/tenant.h"
#include "user/department.h"
#include "user/user.h"

#include <string.h>

#define PEOPLE_MAX     1000
#define ADDRESSES_MAX  100
#define SIGNATURE_MAX  10000
#define REOPEN_DEFAULT 14

static const char *const reopens[] = { "always", "days", "never", NULL };

const struct field departments_form[] = {
    FIELD_I64("version", OPTIONAL, 1, INT32_MAX),
    FIELD_BOOL("confirm"),
    FIELD_TEXT("name", REQUIRED, 400),
    FIELD_TEXT("addresses", REQUIRED, ADDRESSES_MAX * 256),
    FIELD_TEXT("signature", OPTIONAL, SIGNATURE_MAX),
    FIELD_I64_LIST("members", PEOPLE_MAX),
    FIELD_I64_LIST("takes", PEOPLE_MAX),
    FIELD_BOOL("is_default"),
    FIELD_CHOICE("reopen", OPTIONAL, reopens),
    FIELD_I64("reopen_days", OPTIONAL, 1, 3650),
    FIELD_BOOL("claim_on_reply"),
    FIELD_BOOL("reply_takes_over"),
    FIELD_END,
};

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

struct chosen {
    const int64_t *members, *takes;
    size_t members_n, takes_n;
};

static int show_members(struct request *rq, struct view *v, const struct chosen *c, struct err *err)
{
    struct user *all;
    size_t n;
    if (user_all(rq->db, rq->arena, &all, &n, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "members");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_bool(row, "is_member", has(c->members, c->members_n, all[i].id));
        view_bool(row, "takes_tickets", has(c->takes, c->takes_n, all[i].id));
    }
    return 0;
}

static void show_reopen(struct view *v, const char *reopen, int64_t days)
{
    view_bool(v, "reopen_is_always", str_is(reopen, "always"));
    view_bool(v, "reopen_is_days", str_is(reopen, "days"));
    view_bool(v, "reopen_is_never", str_is(reopen, "never"));
    view_i64(v, "reopen_days", days > 0 ? days : REOPEN_DEFAULT);
}

static int show_members_of(struct request *rq, struct view *v, int64_t id, struct err *err)
{
    struct department_member *members = NULL;
    size_t n = 0;
    if (id != 0 && department_members(rq->db, rq->arena, id, &members, &n, err) < 0)
        return -1;
    int64_t *ids = arena_array(rq->arena, n + 1, sizeof(*ids));
    int64_t *takes = arena_array(rq->arena, n + 1, sizeof(*takes));
    struct chosen c = { ids, takes, n, 0 };
    for (size_t i = 0; i < n; i++) {
        ids[i] = members[i].user_id;
        if (members[i].takes_tickets)
            takes[c.takes_n++] = members[i].user_id;
    }
    return show_members(rq, v, &c, err);
}

static int show_addresses(struct request *rq, struct view *v, int64_t id, struct err *err)
{
    const char **addresses;
    size_t n;
    struct buf lines = buf_make(rq->arena, 128);
    if (department_addresses(rq->db, rq->arena, id, &addresses, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        buf_printf(&lines, "%s%s", i > 0 ? "\n" : "", addresses[i]);
    view_text(v, "addresses", buf_str(&lines));
    return 0;
}

int departments_show_saved(struct request *rq, struct view *v, const struct department *d,
                           struct err *err)
{
    static const struct department fresh = {
        .name = "", .signature = "", .reopen_days = -1, .claim_on_reply = true
    };
    const struct department *from = d != NULL ? d : &fresh;
    int64_t days = from->reopen_days;
    view_text(v, "name", from->name);
    view_text(v, "signature", from->signature);
    view_bool(v, "is_default", from->is_default);
    view_bool(v, "is_default_fixed", from->is_default);
    view_bool(v, "claim_on_reply", from->claim_on_reply);
    view_bool(v, "reply_takes_over", from->reply_takes_over);
    show_reopen(v, days < 0 ? "always" : days == 0 ? "never" : "days", days);
    if (d == NULL)
        view_text(v, "addresses", arena_printf(rq->arena, "@%s", rq->tenant->host));
    else if (show_addresses(rq, v, d->id, err) < 0)
        return -1;
    return show_members_of(rq, v, from->id, err);
}

int departments_show_typed(struct request *rq, struct view *v, const struct department *d,
                           struct err *err)
{
    struct chosen c;
    c.members = form_i64s(rq, "members", &c.members_n);
    c.takes = form_i64s(rq, "takes", &c.takes_n);
    view_text(v, "name", form_typed(rq, "name"));
    view_text(v, "addresses", form_typed(rq, "addresses"));
    view_text(v, "signature", form_typed(rq, "signature"));
    view_bool(v, "is_default", form_bool(rq, "is_default"));
    view_bool(v, "is_default_fixed", d != NULL && d->is_default);
    view_bool(v, "claim_on_reply", form_bool(rq, "claim_on_reply"));
    view_bool(v, "reply_takes_over", form_bool(rq, "reply_takes_over"));
    show_reopen(v, str_or(form_text(rq, "reopen"), "always"), form_i64(rq, "reopen_days", 0));
    people_field_error(rq, v, "error_name", "name");
    people_field_error(rq, v, "error_addresses", "addresses");
    people_field_error(rq, v, "error_reopen", "reopen_days");
    return show_members(rq, v, &c, err);
}

static int64_t read_reopen(const struct request *rq)
{
    const char *reopen = str_or(form_text(rq, "reopen"), "always");
    if (str_is(reopen, "days"))
        return form_i64(rq, "reopen_days", REOPEN_DEFAULT);
    return str_is(reopen, "never") ? 0 : -1;
}

/* One a line, or separated by blanks and commas. */
static void read_addresses(struct request *rq, struct department_fields *out)
{
    const char **addresses = arena_array(rq->arena, ADDRESSES_MAX, sizeof(*addresses));
    char *rest = arena_strdup(rq->arena, str_or(form_text(rq, "addresses"), "")), *at;
    out->addresses = addresses;
    out->addresses_n = 0;
    for (char *word = strtok_r(rest, " \t\r\n,;", &at); word != NULL;
         word = strtok_r(NULL, " \t\r\n,;", &at))
        if (out->addresses_n < ADDRESSES_MAX)
            addresses[out->addresses_n++] = word;
}

void departments_read(struct request *rq, struct department_fields *out)
{
    static const int64_t nobody = 0;
    *out = (struct department_fields) { .name = form_text(rq, "name"),
                                        .signature = form_text(rq, "signature"),
                                        .is_default = form_bool(rq, "is_default"),
                                        .reopen_days = read_reopen(rq),
                                        .claim_on_reply = form_bool(rq, "claim_on_reply"),
                                        .reply_takes_over = form_bool(rq, "reply_takes_over") };
    read_addresses(rq, out);
    out->members = form_i64s(rq, "members", &out->members_n);
    out->takes = form_i64s(rq, "takes", &out->takes_n);
    if (out->takes_n == 0)
        out->takes = &nobody;
}
