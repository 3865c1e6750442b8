#ifndef DESKD_FCGI_PAGES_SHOW_H /* fcgi/pages/show.h - values as people read them: times, sizes,   \
                                   initials, states */
#define DESKD_FCGI_PAGES_SHOW_H
#include "ticket/act.h"
#include "ticket/status.h"

#include <stddef.h>
struct arena;
struct attachment;
struct err;
struct request;
struct view;
struct view_list;

/* The act of this request's person (or of a customer where nobody is logged in), now. */
struct act act_of(struct request *rq);

/* name_iso and name_text: a short absolute time in the zone that is in use. */
void show_time(struct view *v, const char *iso_name, const char *text_name, int64_t ms);
const char *time_text(struct arena *a, int64_t ms);
/* The same for an instant written as RFC 3339. */
const char *iso_text(struct arena *a, const char *iso);
/* "12 min", "5 h", "3 d" between then and now. */
const char *age_text(struct arena *a, int64_t then, int64_t now);
const char *size_text(struct arena *a, int64_t bytes);
/* max_size and max_size_text of _files. */
void show_upload_limit(struct view *v, const struct request *rq);
/* One or two letters of a name or address; a colour 0 to 7. */
const char *initials(struct arena *a, const char *name);
int color_of(int64_t id);
int color_of_text(const char *s);
/* A row of a choice: value, label, is_selected. */
void show_option(struct view_list *list, const char *value, const char *label, const char *chosen);
/* state and is_new ... is_deleted. */
void show_state(struct view *v, enum status s);
/* A row of _attachments. prefix: "/files/" or "/t/KEY/files/". */
void show_attachment(struct view *row, const struct attachment *f, const char *prefix);
/* Inline images keep the name of their part; their address differs for agents and customers. A
 * sanitise_cid_fn over these. */
struct inline_files {
    const char *prefix; /* "/files/" */
    struct attachment *files;
    size_t n;
};
const char *inline_file_address(void *data, struct arena *a, const char *content_id);
/* A mail body as a page of its own for the message frame. */
int show_frame(struct request *rq, const char *from, const char *html, size_t n, int with_images,
               struct err *err);
/* Makes the zone of the person, else of the tenant, the one in use. */
void use_zone(const struct request *rq);
#endif
