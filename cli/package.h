#ifndef DESKD_CLI_PACKAGE_H /* cli/package.h - what a plugin is made of, into a                    \
                                  fresh folder */
#define DESKD_CLI_PACKAGE_H
#include <stddef.h>
struct arena;
struct err;

/*
 * Both fill the empty folder "to" and make it durable. What belongs to a plugin: plugin.xml,
 * NAME.so, sql/, templates/, static/, locale/, README.md, LICENSE. Names are letters, digits and
 * _.-+@, and begin with no dot. ERR_REFUSED and ERR_TOO_LARGE say what else there was.
 */
/* From a folder: what does not belong there is left behind (sources, tests); of what does, links,
 * devices, and what others own or may write to, are refused. */
int package_copy(struct arena *a, const char *from, const char *to, struct err *err);
/* From a tar.zst, with the same names on top: anything else in it is refused. */
int package_unpack(struct arena *a, const void *data, size_t n, const char *to, struct err *err);

/* The largest package, in bytes. */
#define PACKAGE_MAX ((size_t)32 * 1024 * 1024)
#endif
