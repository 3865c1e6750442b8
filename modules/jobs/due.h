#ifndef DESKD_JOBS_DUE_H /* modules/jobs/due.h - rows of the job table whose time has come */
#define DESKD_JOBS_DUE_H
#include <stddef.h>
struct arena;
struct child_env;
struct err;

/* Runs due jobs, at most a batch; *n of them. A job that fails comes back later and later. */
int due_run(struct child_env *env, struct arena *a, size_t *n, struct err *err);
#define DUE_BATCH 100
#endif
