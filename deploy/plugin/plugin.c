/* @id@_plugin.c - a page with a button, and who has pressed it how often */
#include <deskd_plugin.h>

static const struct deskd_host *host;

static const struct deskd_sql count_presses = {
    "count_presses",
    "SELECT presses FROM p_@id@_press WHERE tenant_id = ? AND user_id = ?",
    1,
};
static const struct deskd_sql add_press = {
    "add_press",
    "INSERT INTO p_@id@_press (tenant_id, user_id, presses) VALUES (?, ?, 1) "
    "ON DUPLICATE KEY UPDATE presses = presses + 1",
    1,
};
static const struct deskd_sql *const statements[] = { &count_presses, &add_press, NULL };

static int front_page(struct deskd_call *call)
{
    struct deskd_person person = { .size = sizeof(person) };
    struct deskd_rows rows;
    struct deskd_view *v = host->view(call);
    if (host->viewer(call, &person) < 0)
        return DESKD_FAILED;
    if (host->query(call, &count_presses, DESKD_ARGS(DESKD_TENANT, DESKD_I64(person.id)), &rows) <
        0)
        return DESKD_FAILED;
    host->view_text(v, "greeting", host->setting_text(call, "greeting"));
    host->view_i64(v, "presses_n", rows.n > 0 ? rows.rows[0].values[0].i64 : 0);
    return host->render(call, 200, "front", v);
}

static int write_press(struct deskd_call *call, void *data)
{
    const struct deskd_person *person = data;
    return host->exec(call, &add_press, DESKD_ARGS(DESKD_TENANT, DESKD_I64(person->id))) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

static int press(struct deskd_call *call)
{
    struct deskd_person person = { .size = sizeof(person) };
    if (host->viewer(call, &person) < 0 || host->transact(call, write_press, &person) < 0)
        return DESKD_FAILED;
    return host->redirect(call, "/plugins/@id@", host->word(call, "Pressed."));
}

static const struct deskd_route routes[] = {
    { .method = DESKD_GET, .path = "", .permission = "press", .handler = front_page },
    { .method = DESKD_POST, .path = "/press", .permission = "press", .handler = press },
    { .path = NULL },
};

static int start(const struct deskd_host *given)
{
    host = given;
    return DESKD_OK;
}

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "@id@",
    .init = start,
    .sql = statements,
    .routes = routes,
};
