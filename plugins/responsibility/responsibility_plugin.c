/* responsibility_plugin.c - what deskd is given */
#include "responsibility_hand_out.h"
#include "responsibility_pages.h"
#include "responsibility_queue.h"
#include "responsibility_sql.h"
#include "responsibility_take.h"
#include "responsibility_walk.h"

/* clang-format off */
#define I64(name, need, least, most) { (name), DESKD_FIELD_I64, (need), (least), (most), NULL }
#define TEXT(name, most)             { (name), DESKD_FIELD_TEXT, 0, 0, (most), NULL }
#define FIELD_END                    { NULL, 0, 0, 0, 0, NULL }

static const struct deskd_field back_form[] = { TEXT("back", 2000), FIELD_END };
static const struct deskd_field skip_form[] = { TEXT("reason", REASON_MAX), FIELD_END };
static const struct deskd_field person_form[] = {
    I64("version", 1, 1, INT64_MAX), I64("capacity", 1, 0, 10000),
    { "only_to_solve", DESKD_FIELD_BOOL, 0, 0, 1, NULL }, FIELD_END,
};
static const struct deskd_field department_form[] = {
    I64("mode", 1, MODE_OFF, MODE_LAST), I64("release_minutes", 1, 0, 100000), FIELD_END,
};

static const struct deskd_route routes[] = {
    { DESKD_POST, "/next",               "",        back_form,       0, page_next },
    { DESKD_POST, "/skip",               "",        skip_form,       0, page_skip },
    { DESKD_GET,  "/beat",               "",        NULL,            0, page_beat },
    { DESKD_POST, "/pause",              "",        back_form,       0, page_pause },
    { DESKD_POST, "/resume",             "",        back_form,       0, page_resume },
    { DESKD_GET,  "",                    "oversee", NULL,            0, page_overview },
    { DESKD_POST, "/person/{id}/pause",  "pause",   NULL,            0, page_pause_other },
    { DESKD_POST, "/person/{id}/resume", "pause",   NULL,            0, page_resume_other },
    { DESKD_GET,  "/person/{id}",        "manage",  NULL,            0, page_person },
    { DESKD_POST, "/person/{id}",        "manage",  person_form,     1, page_person_post },
    { DESKD_GET,  "/departments",        "manage",  NULL,            0, page_departments },
    { DESKD_POST, "/departments/{id}",   "manage",  department_form, 0, page_department_post },
    { DESKD_GET,  "/why/{number}",       "",        NULL,            0, page_why },
    { DESKD_GET,  NULL,                  NULL,      NULL,            0, NULL },
};
/* clang-format on */

static const struct deskd_slot slots[] = {
    { "bar", "_bar", fill_bar },
    { "ticket.head", "_head", fill_head },
    { "ticket.side", "_side", fill_side },
    { NULL, NULL, NULL },
};

static const struct deskd_job_kind jobs[] = {
    { "fill", walk_fill },    { "check", walk_check },    { "move", queue_move },
    { "hand_out", hand_out }, { "take_back", take_back }, { NULL, NULL },
};

static int start(const struct deskd_host *given)
{
    host = given;
    return DESKD_OK;
}

/* One who may not work any more has nothing open, and nothing is kept for them. */
static int person_changed(struct deskd_call *call, int64_t user_id)
{
    struct deskd_rows rows;
    if (host->query(call, &lock_lease, DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n > 0 && queue_end_lease(call, user_id, number(&rows, 0, 0)) < 0)
        return DESKD_FAILED;
    return queue_drop_holds_of(call, user_id);
}

static const struct deskd_hooks hooks = {
    .size = sizeof(hooks),
    .tenant_open = store_open,
    .tenant_close = store_close,
    .enabled = store_enabled,
    .may_act = take_may_act,
    .choose_agent = hand_out_choose,
    .ticket_changed = queue_ticket_changed,
    .person_changed = person_changed,
};

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "responsibility",
    .init = start,
    .hooks = &hooks,
    .sql = responsibility_sql,
    .routes = routes,
    .slots = slots,
    .jobs = jobs,
};
