#ifndef DESKD_LMTP_LMTP_H /* modules/lmtp/lmtp.h - the loop of an lmtp child */
#define DESKD_LMTP_LMTP_H
struct child_env;

/* Works until *env->stop. Returns the exit status of the child: 0, or 1 after something that was
 * logged. */
int lmtp_run(struct child_env *env);
#endif
