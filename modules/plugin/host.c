#include "plugin/plugin_private.h" /* the table of functions that plugins are given */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "html/words.h"
#include "user/roster.h"

#include <stdarg.h>
#include <stdio.h>

int host_failed(struct deskd_call *call, enum err_code code, const char *text)
{
    return err_set(call->err, code, "%s", text);
}

static void *host_alloc(struct deskd_call *call, size_t n)
{
    return arena_zalloc(call->arena, n);
}

__attribute__((format(printf, 2, 3))) static char *host_format(struct deskd_call *call,
                                                               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(call->arena, format, args);
    va_end(args);
    return s;
}

static enum err_code code_of(int error)
{
    static const enum err_code codes[] = {
        [DESKD_ERR_INVALID] = ERR_INVALID,     [DESKD_ERR_FORBIDDEN] = ERR_FORBIDDEN,
        [DESKD_ERR_NOT_FOUND] = ERR_NOT_FOUND, [DESKD_ERR_CONFLICT] = ERR_CONFLICT,
        [DESKD_ERR_REFUSED] = ERR_REFUSED,     [DESKD_ERR_LATER] = ERR_UNAVAILABLE,
    };
    return error > DESKD_ERR_INTERNAL && error <= DESKD_ERR_LATER ? codes[error] : ERR_INTERNAL;
}

__attribute__((format(printf, 3, 4))) static int host_fail(struct deskd_call *call, int error,
                                                           const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(call->arena, format, args);
    va_end(args);
    return host_failed(call, code_of(error), text);
}

static void host_log(struct deskd_call *call, const char *event, const char *detail)
{
    if (call->scene != NULL)
        plugin_log_add(call->scene, call->plugin, event, detail);
}

static int64_t host_now(struct deskd_call *call)
{
    return call->now;
}

static int64_t host_new_id(struct deskd_call *call)
{
    (void)call;
    return id_new();
}

static void *host_tenant_data(struct deskd_call *call)
{
    return call->on == NULL ? NULL : call->on->data;
}

static int host_tenant_changed(struct deskd_call *call)
{
    return roster_plugins_changed(call->scene->db, call->err);
}

static const char *host_word(struct deskd_call *call, const char *english)
{
    return words_get_of(call->plugin->domain, english);
}

static const char *host_setting_text(struct deskd_call *call, const char *name)
{
    return call->on == NULL ? "" : plugin_setting_of(call->on, name);
}

static int64_t host_setting_i64(struct deskd_call *call, const char *name)
{
    int64_t i = 0;
    (void)str_i64(host_setting_text(call, name), INT64_MIN, INT64_MAX, &i);
    return i;
}

const struct deskd_host plugin_host = {
    .size = sizeof(plugin_host),
    .abi_minor = DESKD_ABI_MINOR,
    .alloc = host_alloc,
    .format = host_format,
    .fail = host_fail,
    .log = host_log,
    .now = host_now,
    .new_id = host_new_id,
    .tenant_data = host_tenant_data,
    .tenant_changed = host_tenant_changed,
    .word = host_word,
    .query = host_query,
    .exec = host_exec,
    .transact = host_transact,
    .setting_text = host_setting_text,
    .setting_i64 = host_setting_i64,
    .viewer = host_viewer,
    .permission = host_permission,
    .permission_name = host_permission_name,
    .may = host_may,
    .rights_of = host_rights_of,
    .people = host_people,
    .departments = host_departments,
    .works_in = host_works_in,
    .audit = host_audit,
    .ticket = host_ticket,
    .ticket_by_number = host_ticket_by_number,
    .ticket_assign = host_ticket_assign,
    .ticket_event = host_ticket_event,
    .job_put = host_job_put,
    .job_drop = host_job_drop,
    .mail = host_mail,
    .notify = host_notify,
    .path_text = host_path_text,
    .path_i64 = host_path_i64,
    .form_text = host_form_text,
    .form_i64 = host_form_i64,
    .form_bool = host_form_bool,
    .form_i64s = host_form_i64s,
    .form_typed = host_form_typed,
    .form_error = host_form_error,
    .form_refuse = host_form_refuse,
    .view = host_view,
    .view_text = host_view_text,
    .view_i64 = host_view_i64,
    .view_bool = host_view_bool,
    .view_time = host_view_time,
    .view_child = host_view_child,
    .view_list = host_view_list,
    .view_row = host_view_row,
    .render = host_render,
    .redirect = host_redirect,
    .text = host_text,
    .tickets_held = host_tickets_held,
    .tickets_release = host_tickets_release,
    .sees = host_sees,
    .query_kept = host_query_kept,
    .takes_from = host_takes_from,
    .takers = host_takers,
    .tickets_waiting = host_tickets_waiting,
    .ticket_urgency = host_ticket_urgency,
    .urgency_changed = host_urgency_changed,
    .calendars = host_calendars,
    .calendar_between = host_calendar_between,
    .calendar_add = host_calendar_add,
    .calendar_next_open = host_calendar_next_open,
};
