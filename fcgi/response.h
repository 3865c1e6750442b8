#ifndef DESKD_FCGI_RESPONSE_H /* fcgi/response.h - what goes back, whole */
#define DESKD_FCGI_RESPONSE_H
#include <stddef.h>
struct err;
struct request;
struct view;

/* Each ends a handler: return response_...(). Security headers (CSP, nosniff, no-store,
 * Referrer-Policy, ...), X-Request-Id and Server-Timing are added to all of them. */
/* Page values: whatever pages_frame adds (fcgi/pages/pages.h), and request_id, locale, dir ("ltr"),
 * notice (of the redirect that led here), form_token (one more of request_form_token's, for the
 * frame's own form). */
int response_render(struct request *rq, int status, const char *template_name, struct view *v,
                    struct err *err);
/* 303 to a path of this host. notice: shown once on the page that follows (in the reader's
 * language), or NULL. */
int response_redirect(struct request *rq, const char *path, const char *notice, struct err *err);
int response_text(struct request *rq, int status, const char *type, const char *body, size_t n,
                  struct err *err);
/* A file below data_dir by X-Accel-Redirect. Always sandboxed; inline only where is_inline and the
 * type is a harmless image or text, else as a download called name (RFC 6266). */
int response_file(struct request *rq, const char *path_below_data, const char *name,
                  const char *type, int is_inline, struct err *err);
/* nginx goes on with another of its internal locations: a stream of events. */
int response_stream(struct request *rq, const char *path, struct err *err);
/* A file of the program that never changes under this address. */
int response_asset(struct request *rq, const char *type, const char *body, size_t n);
/* A mail body as a document of its own for the message frame, with the frame's CSP. */
int response_frame(struct request *rq, const char *html, size_t n, int allow_remote_images,
                   struct err *err);
/* The page for an error that a handler returned; used by the worker. */
void response_fail(struct request *rq, const struct err *err);

/* True once one of the above has an answer ready. */
int response_is_ready(const struct request *rq);

/* Cookies with __Host- prefix, Secure, HttpOnly, SameSite=Lax, Path=/; value NULL deletes. max_age
 * 0: session. name may be given with the prefix or without. A value that does not fit into a cookie
 * (RFC 6265) is dropped and logged. */
void response_cookie(struct request *rq, const char *name, const char *value, int max_age);
/* A header of this page alone; one with a line end in it is dropped and logged. */
void response_header(struct request *rq, const char *name, const char *value);
#endif
