/* fcgi/fail.c - the page for an error that a handler or a check returned */
#include "fcgi/response.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "fcgi/app.h"
#include "fcgi/request_private.h"
#include "fcgi/response_private.h"
#include "html/safe_html.h"
#include "html/view.h"
#include "html/words.h"

#include <string.h>

struct page {
    enum err_code code;
    int status;
    const char *title, *text; /* looked up by words_get */
};

static const struct page pages[] = {
    { ERR_INVALID, 400, WORDS("This request makes no sense"),
      WORDS("The address or the form was not as we made it. Please go back and try again.") },
    { ERR_FORBIDDEN, 403, WORDS("You may not do this"),
      WORDS("Your role does not allow it, or the page was open for too long. Please reload the "
            "page you came from and try again.") },
    { ERR_NOT_FOUND, 404, WORDS("There is nothing here"),
      WORDS("This page does not exist, or it is not meant for you.") },
    { ERR_METHOD, 405, WORDS("There is nothing here"),
      WORDS("This address takes no such request.") },
    { ERR_TIMEOUT, 408, WORDS("That took too long"),
      WORDS("Your form did not arrive completely. Please send it again.") },
    { ERR_CONFLICT, 409, WORDS("Somebody else was faster"),
      WORDS("This was changed meanwhile. Please look at it again.") },
    { ERR_REFUSED, 409, WORDS("This is not possible now"),
      WORDS("What you asked for does not go with the state it is in. Please look at it again.") },
    { ERR_DUPLICATE, 409, WORDS("This exists already"),
      WORDS("Please choose another name or address.") },
    { ERR_TOO_LARGE, 413, WORDS("This is too large"),
      WORDS("The form and its files are larger than this help desk takes.") },
    { ERR_URI_TOO_LONG, 414, WORDS("This address is too long"), WORDS("Please shorten it.") },
    { ERR_MISDIRECTED, 421, WORDS("No help desk here"),
      WORDS("There is no help desk with this name. Please check the address.") },
    { ERR_TOO_MANY, 429, WORDS("Too many tries"), WORDS("Please wait a little and try again.") },
    { ERR_HEADERS, 431, WORDS("This request is too large"),
      WORDS("Your browser sent too many cookies or headers.") },
    { ERR_UNAVAILABLE, 503, WORDS("We will be right back"),
      WORDS("A part that we need does not answer. Please try again in a moment.") },
    { ERR_NO_MEMORY, 503, WORDS("We will be right back"),
      WORDS("This page needs more than one page may have. Please try again in a moment.") },
    { ERR_NO_SPACE, 507, WORDS("There is no space left"),
      WORDS("This could not be kept, and nothing was changed. Your administrator has to make room; "
            "please try again later.") },
    { ERR_DEADLOCK, 503, WORDS("We will be right back"),
      WORDS("A part that we need does not answer. Please try again in a moment.") },
};
static const struct page internal = { ERR_INTERNAL, 500, WORDS("Something went wrong"),
                                      WORDS("That was our mistake. It has been recorded.") };

static const struct page *page_for(enum err_code code)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (pages[i].code == code)
            return &pages[i];
    return &internal;
}

static void report(const struct request *rq, int status, const struct err *err)
{
    enum log_level level = status >= 500 ? LOG_ERROR : LOG_INFO;
    log_at(&rq->log, level, "request.failed", LOG_I64("status", status),
           LOG_STR("reason", err->msg));
}

/* Needs neither templates nor database. */
static void show_plain(struct request *rq, const struct page *p)
{
    struct err ignored = ERR_INIT;
    const char *title = html_escape(rq->arena, words_get(p->title));
    const char *html = arena_printf(
        rq->arena,
        "<!DOCTYPE html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title>\n"
        "<h1>%s</h1>\n<p>%s</p>\n<p><small>%s</small></p>\n</html>\n",
        rq->locale, title, title, html_escape(rq->arena, words_get(p->text)), rq->id);
    (void)response_text(rq, p->status, "text/html; charset=utf-8", html, strlen(html), &ignored);
}

static int show(struct request *rq, const struct page *p, const struct err *why, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_i64(v, "status", p->status);
    view_text(v, "title", words_get(p->title));
    view_text(v, "text", words_get(p->text));
    view_bool(v, "has_login", rq->viewer == NULL && rq->tenant != NULL && p->status < 500);
    view_bool(v, "is_temporary", p->status >= 500 || p->status == 408);
    if (rq->app->conf->development)
        view_text(v, "detail", why->msg);
    return response_render(rq, p->status, "error", v, err);
}

void response_fail(struct request *rq, const struct err *err)
{
    struct err second = ERR_INIT;
    const struct page *p = page_for(err->code);
    if (err->code == ERR_LOGIN) {
        (void)response_redirect(rq, request_login_path(rq), NULL, &second);
        return;
    }
    report(rq, p->status, err);
    if (show(rq, p, err, &second) == 0)
        return;
    log_error(&rq->log, "error_page.failed", LOG_STR("reason", second.msg));
    show_plain(rq, p);
}
