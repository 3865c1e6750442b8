#ifndef DESKD_FCGI_MASTER_H /* fcgi/master.h - starts the children, watches them, replaces them */
#define DESKD_FCGI_MASTER_H
struct err;

/*
 * Runs until SIGTERM or SIGINT: then children finish what they do, and the exit status is 0.
 * SIGHUP: reads configuration and templates again. Children of the new generation start, then those
 * of the old one finish their request and go. What cannot be read is logged, and everything stays
 * as it was. run_dir and the sockets' paths hold until a restart. SIGUSR1: opens the log file again
 * (after logrotate) and renews the children. SIGUSR2: the program that was installed since takes
 * our place, see upgrade.h. -1: did not start; err tells why.
 */
int master_run(const char *conf_path, struct err *err);
#endif
