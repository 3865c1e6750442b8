#ifndef DESKD_FCGI_PAGES_CHOICE_H /* fcgi/pages/choice.h - choices of departments and of people    \
                                     who work there */
#define DESKD_FCGI_PAGES_CHOICE_H
#include <stdint.h>
struct err;
struct request;
struct view;

struct choice {
    int64_t department_id, agent_id; /* what is chosen now; 0: nothing */
    int only_visible;                /* 1: only departments that the viewer sees */
};
/* departments, department_agents and assignees of tickets/new and tickets/split. */
int choice_show(struct request *rq, struct view *v, const struct choice *c, struct err *err);
#endif
