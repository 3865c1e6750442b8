#ifndef DESKD_FCGI_SAFE_H /* fcgi/safe.h - safe mode: one owner's browser uses the help desk       \
                             without plugins */
#define DESKD_FCGI_SAFE_H
#include <stdbool.h>
struct err;
struct request;

/* A cookie that is good for this session only says so; ROUTE_SAFE routes are always so. */
bool safe_mode_is_on(const struct request *rq);
void safe_mode_set(struct request *rq, bool is_on);
/* Before the viewer is known: nothing of plugins for this request. */
void safe_mode_begin(struct request *rq);
/* When the viewer is known: plugins may have taken rights from anybody but an owner. */
int safe_mode_check(struct request *rq, struct err *err);
#endif
