#ifndef DESKD_JOBS_HOUSEKEEPING_H /* modules/jobs/housekeeping.h - what must not pile up */
#define DESKD_JOBS_HOUSEKEEPING_H
struct arena;
struct child_env;
struct err;

/* Removes some expired sessions, links, counts and tokens: once a minute and child, a bounded
 * number of rows. */
int housekeeping_run(struct child_env *env, struct arena *a, struct err *err);
#endif
