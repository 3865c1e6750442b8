#include "jobs/jobs.h"

#include "base/child.h"

int jobs_run(struct child_env *env)
{
    while (!*env->stop)
        (void)child_wait(env, -1, 1000);
    return 0;
}
