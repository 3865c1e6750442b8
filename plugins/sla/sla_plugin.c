/* sla_plugin.c - what deskd is given */
#include "sla.h"
#include "sla_sql.h"

/* clang-format off */
#define I64(name, least, most) { (name), DESKD_FIELD_I64, 0, (least), (most), NULL }
#define TEXT(name, most)       { (name), DESKD_FIELD_TEXT, 0, 0, (most), NULL }
#define YES(name)              { (name), DESKD_FIELD_BOOL, 0, 0, 1, NULL }
#define FIELD_END              { NULL, 0, 0, 0, 0, NULL }
#define TARGET(k)              TEXT("target_" k, 20), I64("calendar_" k, 0, INT64_MAX), TEXT("warns_" k, 39), \
                               YES("answered_" k), YES("postponed_" k)

static const struct deskd_field level_form[] = {
    { "name", DESKD_FIELD_TEXT, 1, 1, NAME_BYTES, NULL }, I64("version", 0, INT64_MAX),
    I64("grace", 0, 100000), YES("default"),
    TARGET("1"), TARGET("2"), TARGET("3"), TARGET("4"), TARGET("5"), FIELD_END,
};
static const struct deskd_field rule_form[] = {
    I64("level", 0, INT64_MAX), I64("department", 0, INT64_MAX), I64("source", 0, DESKD_SOURCE_AGENT),
    TEXT("address", 200), TEXT("subject", 100), YES("on_transfer"), FIELD_END,
};
static const struct deskd_field set_form[] = { I64("level", 0, INT64_MAX), FIELD_END };

static const struct deskd_route routes[] = {
    { DESKD_GET,  "",                       "manage", NULL,       0, page_levels },
    { DESKD_GET,  "/new",                   "manage", NULL,       0, page_level_new },
    { DESKD_POST, "/new",                   "manage", level_form, 1, page_level_new_post },
    { DESKD_GET,  "/level/{id}",            "manage", NULL,       0, page_level },
    { DESKD_POST, "/level/{id}",            "manage", level_form, 1, page_level_post },
    { DESKD_GET,  "/level/{id}/delete",     "manage", NULL,       0, page_level_delete },
    { DESKD_POST, "/level/{id}/delete",     "manage", NULL,       0, page_level_delete_post },
    { DESKD_GET,  "/rules",                 "manage", NULL,       0, page_rules },
    { DESKD_POST, "/rules",                 "manage", rule_form,  0, page_rules_post },
    { DESKD_POST, "/rules/{id}/delete",     "manage", NULL,       0, page_rule_delete },
    { DESKD_POST, "/rules/{id}/up",         "manage", NULL,       0, page_rule_up },
    { DESKD_POST, "/ticket/{number}/level", "set",    set_form,   0, page_ticket_level },
    { DESKD_GET,  NULL,                     NULL,     NULL,       0, NULL },
};
/* clang-format on */

static const struct deskd_slot slots[] = {
    { "ticket.side", "_side", fill_side },
    { "list.column", "_cell", fill_column },
    { NULL, NULL, NULL },
};

static const struct deskd_job_kind jobs[] = {
    { "tick", watch_tick },
    { "recalendar", watch_recalendar },
    { NULL, NULL },
};

static int start(const struct deskd_host *given)
{
    host = given;
    return DESKD_OK;
}

static const struct deskd_hooks hooks = {
    .size = sizeof(hooks),
    .tenant_open = store_open,
    .tenant_close = store_close,
    .ticket_changed = watch_changed,
    .urgency = watch_urgency,
    .calendar_changed = watch_calendar,
};

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "sla",
    .init = start,
    .hooks = &hooks,
    .sql = sla_sql,
    .routes = routes,
    .slots = slots,
    .jobs = jobs,
};
