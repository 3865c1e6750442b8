#ifndef DESKD_JOBS_JOBS_H /* modules/jobs/jobs.h - the loop of a jobs child */
#define DESKD_JOBS_JOBS_H
struct child_env;

/* Works until *env->stop. Returns the exit status of the child: 0, or 1 after something that was
 * logged. */
int jobs_run(struct child_env *env);
#endif
