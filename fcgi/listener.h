#ifndef DESKD_FCGI_LISTENER_H /* fcgi/listener.h - the sockets and the lock that a master owns */
#define DESKD_FCGI_LISTENER_H
struct err;

/* A listening, non-blocking unix socket at path (mode 0660). Whatever lay there is replaced in one
 * step. */
int listener_open(int *fd, const char *path, struct err *err);
/* Locks run_dir/deskd.pid and writes our pid into it. ERR_CONFLICT: another master runs there. The
 * lock ends with this process; children do not inherit it. */
int listener_lock(int *fd, const char *run_dir, struct err *err);
void listener_unlock(int *fd, const char *run_dir);
#endif
