#include "fcgi/pages/show.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/word.h"
#include "base/zone.h"
#include "fcgi/app.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/template.h"
#include "html/view.h"
#include "html/words.h"
#include "tenant/tenant.h"
#include "ticket/attachment.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#define MINUTE_MS INT64_C(60000)
#define COLORS    8
#define KB        1024

struct act act_of(struct request *rq)
{
    return (struct act) { .db = rq->db,
                          .arena = rq->arena,
                          .tenant = rq->tenant,
                          .data_dir = rq->app->conf->data_dir,
                          .actor = rq->viewer != NULL ? ACTOR_PERSON : ACTOR_CUSTOMER,
                          .viewer = rq->viewer,
                          .now = clock_now_ms(),
                          .watch = rq->watch };
}

void use_zone(const struct request *rq)
{
    const char *own = rq->viewer != NULL ? rq->viewer->timezone : NULL;
    (void)zone_use(str_or(own, rq->tenant != NULL ? rq->tenant->timezone : "UTC"));
}

/* Words of times, in the language that was used last: asking the catalogue for each row costs more
 * than all else about it. */
enum { WORD_MINUTES = 12, WORD_HOURS, WORD_DAYS, WORDS_OF_TIME };

static const char *word_of_time(int which)
{
    static const char *const all[WORDS_OF_TIME] = {
        WORDS("Jan"), WORDS("Feb"), WORDS("Mar"), WORDS("Apr"), WORDS("May"),
        WORDS("Jun"), WORDS("Jul"), WORDS("Aug"), WORDS("Sep"), WORDS("Oct"),
        WORDS("Nov"), WORDS("Dec"), WORDS("min"), WORDS("h"),   WORDS("d"),
    };
    static const char *words[WORDS_OF_TIME];
    static char language[32];
    if (!str_is(language, words_language())) {
        (void)snprintf(language, sizeof(language), "%s", words_language());
        for (int i = 0; i < WORDS_OF_TIME; i++)
            words[i] = words_get(all[i]);
    }
    return words[which];
}

static char *put_number(char *p, int64_t i)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = (char)('0' + i % 10);
        i /= 10;
    } while (i != 0);
    while (n > 0)
        *p++ = digits[--n];
    return p;
}

static char *put_word(char *p, const char *word)
{
    size_t n = strnlen(word, 24);
    *p++ = ' ';
    memcpy(p, word, n);
    return p + n;
}

static char *put_clock(char *p, const struct tm *tm)
{
    p = put_number(p, tm->tm_hour);
    *p++ = ':';
    *p++ = (char)('0' + tm->tm_min / 10);
    *p++ = (char)('0' + tm->tm_min % 10);
    return p;
}

const char *time_text(struct arena *a, int64_t ms)
{
    struct tm then = zone_local(ms), now = zone_today(clock_now_ms());
    char text[96], *p = text;
    bool is_this_year = then.tm_year == now.tm_year;
    if (!is_this_year || then.tm_yday != now.tm_yday) {
        p = put_number(p, then.tm_mday);
        p = put_word(p, word_of_time(then.tm_mon));
        *p++ = ' ';
    }
    p = is_this_year ? put_clock(p, &then) : put_number(p, then.tm_year + 1900);
    return arena_strndup(a, text, (size_t)(p - text));
}

const char *iso_text(struct arena *a, const char *iso)
{
    struct tm tm;
    memset(&tm, 0, sizeof(tm));
    if (strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
        return iso;
    return time_text(a, (int64_t)timegm(&tm) * 1000);
}

void show_time(struct view *v, const char *iso_name, const char *text_name, int64_t ms)
{
    view_text(v, iso_name, clock_iso(view_arena(v), ms));
    view_text(v, text_name, time_text(view_arena(v), ms));
}

const char *age_text(struct arena *a, int64_t then, int64_t now)
{
    int64_t minutes = now > then ? (now - then) / MINUTE_MS : 0;
    bool is_minutes = minutes < 60, is_hours = minutes < INT64_C(48) * 60;
    char text[64];
    char *p = put_number(text, is_minutes ? minutes : is_hours ? minutes / 60 : minutes / 60 / 24);
    p = put_word(p, word_of_time(is_minutes ? WORD_MINUTES : is_hours ? WORD_HOURS : WORD_DAYS));
    return arena_strndup(a, text, (size_t)(p - text));
}

const char *size_text(struct arena *a, int64_t bytes)
{
    if (bytes < KB)
        return arena_printf(a, "%" PRId64 " B", bytes);
    if (bytes < KB * KB)
        return arena_printf(a, "%" PRId64 " kB", (bytes + KB / 2) / KB);
    if (bytes % (KB * KB) == 0)
        return arena_printf(a, "%" PRId64 " MB", bytes / (KB * KB));
    return arena_printf(a, "%.1f MB", (double)bytes / (KB * KB));
}

void show_upload_limit(struct view *v, const struct request *rq)
{
    view_i64(v, "max_size", rq->app->conf->request_body_bytes);
    view_text(v, "max_size_text", size_text(rq->arena, rq->app->conf->request_body_bytes));
}

static const char *add_initial(struct buf *b, const char *s)
{
    ucs4_t c;
    int n = u8_strmbtouc(&c, (const uint8_t *)s);
    if (n <= 0)
        return s + strlen(s);
    buf_add_utf8(b, uc_toupper(c));
    return s + n;
}

static const char *skip_to_letter(const char *s)
{
    ucs4_t c;
    for (int n; (n = u8_strmbtouc(&c, (const uint8_t *)s)) > 0; s += n)
        if (uc_is_property_alphabetic(c))
            return s;
    return s + strlen(s);
}

const char *initials(struct arena *a, const char *name)
{
    struct buf b = buf_make(a, 8);
    const char *first = skip_to_letter(name);
    const char *at = strchr(name, '@'), *space = strrchr(name, ' ');
    if (*first == '\0')
        return "?";
    (void)add_initial(&b, first);
    const char *last = space != NULL && at == NULL ? skip_to_letter(space) : "";
    if (*last != '\0' && last > first)
        (void)add_initial(&b, last);
    return buf_str(&b);
}

int color_of(int64_t id)
{
    return (int)(((uint64_t)id >> 22 ^ (uint64_t)id) % COLORS);
}

int color_of_text(const char *s)
{
    unsigned sum = 0;
    for (; *s != '\0'; s++)
        sum = sum * 31 + (unsigned char)*s;
    return (int)(sum % COLORS);
}

void show_option(struct view_list *list, const char *value, const char *label, const char *chosen)
{
    struct view *row = view_row(list);
    view_text(row, "value", value);
    view_text(row, "label", label);
    view_bool(row, "is_selected", str_is(value, chosen));
}

void show_state(struct view *v, enum status s)
{
    view_text(v, "state", status_name(s));
    view_bool(v, "is_new", s == STATUS_NEW);
    view_bool(v, "is_open", s == STATUS_OPEN);
    view_bool(v, "is_answered", s == STATUS_ANSWERED);
    view_bool(v, "is_postponed", s == STATUS_POSTPONED);
    view_bool(v, "is_resolved", s == STATUS_RESOLVED);
    view_bool(v, "is_closed", s == STATUS_CLOSED);
    view_bool(v, "is_spam", s == STATUS_SPAM);
    view_bool(v, "is_deleted", s == STATUS_DELETED);
}

void show_attachment(struct view *row, const struct attachment *f, const char *prefix)
{
    struct arena *a = view_arena(row);
    view_text(row, "name", f->name);
    view_text(row, "size_text", size_text(a, f->size));
    view_text(row, "href", arena_printf(a, "%s%" PRId64, prefix, f->id));
    view_bool(row, "is_image", str_starts(f->type, "image/"));
}

const char *inline_file_address(void *data, struct arena *a, const char *content_id)
{
    const struct inline_files *in = data;
    for (size_t i = 0; i < in->n; i++)
        if (str_is(in->files[i].content_id, content_id))
            return arena_printf(a, "%s%" PRId64, in->prefix, in->files[i].id);
    return NULL;
}

int show_frame(struct request *rq, const char *from, const char *html, size_t n, int with_images,
               struct err *err)
{
    struct view *v = view_new(rq->arena);
    struct buf page = buf_make(rq->arena, n + 1024);
    view_text(v, "locale", rq->locale);
    view_text(v, "dir", "ltr");
    view_text(v, "title", from);
    view_html(v, "mail_html", (struct safe_html) { html, n });
    if (template_render(rq->app->templates, "tickets/frame", rq->locale, v, &page, err) < 0)
        return -1;
    return response_frame(rq, page.data, page.len, with_images, err);
}
