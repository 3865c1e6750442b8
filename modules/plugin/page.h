#ifndef DESKD_PLUGIN_PAGE_H /* modules/plugin/page.h - what a plugin's page handler may do with    \
                               the request, given by fcgi */
#define DESKD_PLUGIN_PAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct err;
struct view;

/* page: page_data of the scene. Members do what the functions of fcgi/request.h and fcgi/response.h
 * of that name do. */
struct plugin_page_ops {
    const char *(*path_text)(void *page, const char *name);
    int64_t (*path_i64)(void *page, const char *name);
    const char *(*form_text)(void *page, const char *name);
    int64_t (*form_i64)(void *page, const char *name, int64_t fallback);
    const int64_t *(*form_i64s)(void *page, const char *name, size_t *n);
    const char *(*form_typed)(void *page, const char *name);
    const char *(*form_error)(void *page, const char *name);
    void (*form_refuse)(void *page, const char *name, const char *why);
    int (*render)(void *page, int status, const char *template_name, struct view *v,
                  struct err *err);
    int (*redirect)(void *page, const char *path, const char *notice, struct err *err);
    int (*text)(void *page, int status, const char *type, const char *body, size_t n,
                struct err *err);
    /* A template with the frame's names behind v's, as a piece of a page. */
    int (*fragment)(void *page, const char *template_name, struct view *v, const char **html,
                    size_t *n, struct err *err);
};
#endif
