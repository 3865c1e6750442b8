#ifndef DESKD_FCGI_WORKER_H /* fcgi/worker.h - a web child: one request at a time */
#define DESKD_FCGI_WORKER_H
struct child_env;

/* Serves requests from env->listen_fd until a stop or the configured number. Returns the exit
 * status. */
int worker_run(struct child_env *env);
#endif
