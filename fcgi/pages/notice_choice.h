#ifndef DESKD_FCGI_PAGES_NOTICE_CHOICE_H /* fcgi/pages/notice_choice.h - the tick boxes of what a  \
                                            person is told of */
#define DESKD_FCGI_PAGES_NOTICE_CHOICE_H
#include <stdint.h>
struct err;
struct request;
struct view;

/* For _notices: the boxes of a person; action: where its form goes. */
int notice_choice_show(struct request *rq, struct view *v, int64_t user_id, const char *action,
                       struct err *err);
/* What was ticked in that form, declared by notice_choice_form. */
int notice_choice_save(struct request *rq, int64_t user_id, struct err *err);
#define NOTICE_CHOICE_FIELDS FIELD_I64_LIST("tell", 100)
#endif
