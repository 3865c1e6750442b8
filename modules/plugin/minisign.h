#ifndef DESKD_PLUGIN_MINISIGN_H /* modules/plugin/minisign.h - whether somebody whom we trust has  \
                                   signed a package */
#define DESKD_PLUGIN_MINISIGN_H
#include <stddef.h>
struct arena;
struct err;

/*
 * 0 where the n bytes at data are signed by one of the keys. keys: text with a minisign public key
 * a line (lines that begin with "untrusted comment:" or "#" are skipped, so that .pub files can be
 * put behind each other). signature: text of a .minisig file, made by "minisign -S" in its usual
 * form (hashed) or the old one. *comment: its trusted comment, which is signed too.
 */
int minisign_verify(struct arena *a, const char *keys, const char *signature, const void *data,
                    size_t n, const char **comment, struct err *err);
#endif
