#ifndef DESKD_INTAKE_SPOOL_H /* modules/intake/spool.h - accepted mails, durable before they are   \
                                answered for */
#define DESKD_INTAKE_SPOOL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

/* What the mail itself does not say. */
struct envelope {
    int64_t id; /* of the accepted mail, everywhere */
    int64_t tenant_id;
    const char *from; /* "" for the null sender */
    const char *to;   /* the recipient as it was addressed, with plus part */
    int64_t received_at;
};

/* Makes data_dir/spool/tmp and new. */
int spool_prepare(struct arena *a, const char *data_dir, struct err *err);
/* Writes envelope and mail durably: tmp, fsync, rename to new, fsync. After it the mail cannot be
 * lost. */
int spool_accept(struct arena *a, const char *data_dir, const struct envelope *e, const char *raw,
                 size_t n, struct err *err);
/* Ids of waiting mails, oldest first, at most max. */
int spool_waiting(struct arena *a, const char *data_dir, size_t max, int64_t **ids, size_t *n,
                  struct err *err);

/* Deletes what was never accepted: what a process that was killed left in spool/tmp, a day later.
 */
int spool_tidy(struct arena *a, const char *data_dir, struct err *err);

/* A waiting mail that this process alone works on; the claim ends with spool_release, the
 * arena or the process. */
struct spooled {
    struct envelope envelope;
    const char *raw;
    size_t size;
    unsigned attempts; /* begun before this one and not ended */
    const char *path;
    int *fd; /* in the arena, which ends the claim at the latest */
};
/* 1 claimed, 0 taken by another process or gone, -1. */
int spool_claim(struct arena *a, const char *data_dir, int64_t id, struct spooled *out,
                struct err *err);
/* Counts an attempt durably, before anything that might kill us. */
int spool_begin(struct spooled *s, struct err *err);
/* The work is recorded elsewhere: the file moves to where raw mails are kept. */
int spool_finish(struct arena *a, const char *data_dir, struct spooled *s, struct err *err);
/* It will be tried again: the attempt does not count. */
void spool_release(struct spooled *s, bool forgive);
/* Keeps a mail that did not come through the spool, as if it had. */
int spool_keep(struct arena *a, const char *data_dir, const struct envelope *e, const char *raw,
               size_t n, struct err *err);
/* Puts a kept mail back into the spool, to be imported again. 0 also where it is there already. */
int spool_restore(struct arena *a, const char *data_dir, int64_t tenant_id, int64_t id,
                  struct err *err);

/* Path below data_dir of a kept mail, and its content: envelope and raw mail. 1, 0 where it is
 * gone, -1. */
char *raw_path(struct arena *a, int64_t tenant_id, int64_t id);
int raw_read(struct arena *a, const char *data_dir, int64_t tenant_id, int64_t id,
             struct envelope *e, const char **raw, size_t *n, struct err *err);
#endif
