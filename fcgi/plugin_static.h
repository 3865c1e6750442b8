#ifndef DESKD_FCGI_PLUGIN_STATIC_H /* fcgi/plugin_static.h - files of plugins that browsers load   \
                                    */
#define DESKD_FCGI_PLUGIN_STATIC_H
struct err;
struct request;

/* GET /plugins/ID/static/{file}: a file whose name carries the hash of its content. */
int plugin_static_file(struct request *rq, struct err *err);
#endif
