/* roles_plugin.c - what deskd is given */
#include "roles_pages.h"
#include "roles_sql.h"

#define NAME_BYTES 400
/* clang-format off */
#define ID(name, least)   { (name), DESKD_FIELD_I64, 1, (least), INT64_MAX, NULL }
#define TEXT(name, least, most) { (name), DESKD_FIELD_TEXT, (least) > 0, (least), (most), NULL }
#define IDS(name, most)   { (name), DESKD_FIELD_I64_LIST, 0, 0, (most), NULL }
#define CONFIRM           { "confirm", DESKD_FIELD_I64, 0, 0, INT64_MAX, NULL }
#define FIELD_END         { NULL, 0, 0, 0, 0, NULL }

static const struct deskd_field for_new_form[] = { ID("role", 0), FIELD_END };
static const struct deskd_field new_form[] = { TEXT("name", 1, NAME_BYTES), ID("copy", COPY_AGENT),
                                               FIELD_END };
static const struct deskd_field filter_form[] = { TEXT("q", 0, 100), FIELD_END };
static const struct deskd_field edit_form[] = {
    ID("version", 1),
    TEXT("name", 1, NAME_BYTES),
    { "reach", DESKD_FIELD_I64, 1, REACH_ALL, REACH_ASSIGNED, NULL },
    { "read_only", DESKD_FIELD_BOOL, 0, 0, 1, NULL },
    IDS("permissions", NUMBERS),
    IDS("shown", NUMBERS),
    TEXT("q", 0, 100),
    CONFIRM,
    FIELD_END,
};
static const struct deskd_field delete_form[] = { ID("heir", 0), CONFIRM, FIELD_END };
static const struct deskd_field person_form[] = {
    ID("version", 0), ID("role", 0), IDS("departments", 500), IDS("roles", 500), CONFIRM, FIELD_END,
};

static const struct deskd_route routes[] = {
    { DESKD_GET,  "",                 "manage",  NULL,         0, page_list },
    { DESKD_POST, "/for-new",         "manage",  for_new_form, 0, page_for_new },
    { DESKD_GET,  "/new",             "manage",  NULL,         0, page_new },
    { DESKD_POST, "/new",             "manage",  new_form,     1, page_new_post },
    { DESKD_GET,  "/edit/{id}",       "manage",  filter_form,  0, page_edit },
    { DESKD_POST, "/edit/{id}",       "manage",  edit_form,    1, page_edit_post },
    { DESKD_GET,  "/delete/{id}",     "manage",  NULL,         0, page_delete },
    { DESKD_POST, "/delete/{id}",     "manage",  delete_form,  0, page_delete_post },
    { DESKD_GET,  "/people",          "manage",  NULL,         0, page_people },
    { DESKD_GET,  "/person/{id}",     "manage",  NULL,         0, page_person },
    { DESKD_POST, "/person/{id}",     "manage",  person_form,  0, page_person_post },
    { DESKD_GET,  "/why/{id}",        "inspect", NULL,         0, page_why },
    { DESKD_GET,  "/ticket/{number}", "inspect", NULL,         0, page_ticket },
    { DESKD_GET,  NULL,               NULL,      NULL,         0, NULL },
};
/* clang-format on */

static const struct deskd_slot slots[] = {
    { "ticket.side", "_ticket", fill_ticket },
    { "agent.section", "_agent", fill_agent },
    { "agents.column", "_cell", fill_agents },
    { NULL, NULL, NULL },
};

static int start(const struct deskd_host *host)
{
    roles_host = host;
    return DESKD_OK;
}

static int rights(struct deskd_call *call, struct deskd_rights *r)
{
    const struct roles *all = roles_of(call);
    if (all != NULL && roles_apply(all, r) == DESKD_OK)
        return DESKD_OK;
    return roles_host->fail(call, DESKD_ERR_INTERNAL, "no room for the roles of a person");
}

static const struct deskd_hooks hooks = {
    .size = sizeof(hooks),
    .tenant_open = store_open,
    .tenant_close = store_close,
    .enabled = store_enabled,
    .rights = rights,
    .person_changed = store_person_changed,
};

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "roles",
    .init = start,
    .hooks = &hooks,
    .sql = roles_sql,
    .routes = routes,
    .slots = slots,
};
