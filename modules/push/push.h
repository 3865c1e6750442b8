#ifndef DESKD_PUSH_PUSH_H /* modules/push/push.h - the child that holds the event streams of open  \
                             pages */
#define DESKD_PUSH_PUSH_H
struct child_env;

/*
 * nginx brings requests whose right a web worker has checked (GET /events): the address names
 * tenant, person, session and the last event that the browser has seen. The signals of a person
 * (cache_signal) that came since are sent, and then those that come. A session that has ended gets
 * nothing more: it is asked for before anything is sent, and every now and then. Without Redis
 * streams stay open and silent.
 */
int push_run(struct child_env *env);

/* Where nginx reaches it, in front of TENANT/PERSON/SESSION/LAST. */
#define PUSH_PATH "/-/events/"
#endif
