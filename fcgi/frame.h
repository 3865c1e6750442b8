#ifndef DESKD_FCGI_FRAME_H /* fcgi/frame.h - the first records of a FastCGI connection */
#define DESKD_FCGI_FRAME_H
#include <stddef.h>
struct iovec;

/* libfcgi believes every length it is told and waits for it. So what lies on a connection is looked
 * at (not taken) first: a whole BEGIN_REQUEST of a responder and whole PARAMS that decode within
 * PARAMS_MAX_BYTES. */
enum frame_state {
    FRAME_MORE,     /* fine so far */
    FRAME_COMPLETE, /* libfcgi may have it */
    FRAME_GARBAGE,  /* no FastCGI */
    FRAME_TOO_LARGE /* FastCGI with too many parameters */
};

/* Enough for all parameters in records as small as servers make them. */
#define FRAME_MAX_BYTES ((size_t)96 * 1024)

/* p: the first n bytes of the connection. *request_id: as soon as known, for an answer. */
enum frame_state frame_look(const unsigned char *p, size_t n, unsigned *request_id);

/* The value of a parameter out of the first PARAMS record of what FRAME_COMPLETE was said of:
 * copied to out, cut to size. False where it is not there. */
int frame_param(const unsigned char *p, size_t n, const char *name, char *out, size_t size);

/* A whole answer as records: text (less than 64 KiB) on the standard output, and the end of the
 * request. Writes at most size bytes to out; how many, or 0 where they do not fit.
 * Async-signal-safe. */
size_t frame_answer(unsigned char *out, size_t size, unsigned request_id, const char *text,
                    size_t n);

/* The same for text of any length, without a copy of it: pieces for writev(), to be made into one
 * write as long as there are at most FRAME_PIECES of them. */
#define FRAME_DATA_MAX ((size_t)65528) /* of one record */
#define FRAME_PIECES   32
#define FRAME_HEAD     8
struct frame_pieces {
    unsigned request_id;
    const char *text;
    size_t n; /* still to come */
    unsigned char heads[FRAME_PIECES / 2][FRAME_HEAD];
    unsigned char end[32];
    int is_ended;
};
/* The next pieces into v (room for FRAME_PIECES): how many, 0 after the last. */
int frame_pieces_next(struct frame_pieces *f, struct iovec *v);
#endif
