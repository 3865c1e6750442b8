#ifndef DESKD_FCGI_PAGES_UPLOADS_H /* fcgi/pages/uploads.h - files of a form as attachments to be  \
                                    */
#define DESKD_FCGI_PAGES_UPLOADS_H
#include "ticket/attachment.h"
struct request;

/* The uploaded files of one field, without the empty ones that browsers send; *n of them. */
struct attachment_new *uploads_as_attachments(struct request *rq, const char *field, size_t *n);
#endif
