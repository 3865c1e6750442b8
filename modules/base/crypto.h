#ifndef DESKD_BASE_CRYPTO_H /* modules/base/crypto.h - randomness, keyed hashes, sealing,          \
                               passwords (libsodium) */
#define DESKD_BASE_CRYPTO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

#define CRYPTO_KEY  32 /* bytes of a key */
#define CRYPTO_HASH 32 /* bytes of SHA-256 and HMAC-SHA-256 */

struct crypto_key {
    unsigned char bytes[CRYPTO_KEY];
};

/* Must be called once before anything below; -1 if the system has no randomness. */
int crypto_init(struct err *err);
void crypto_random(void *out, size_t n);
void crypto_sha256(unsigned char out[CRYPTO_HASH], const void *p, size_t n);
/* HMAC-SHA-256 (RFC 2104) over the parts, each preceded by its length, so that ("ab","c") differs
 * from ("a","bc"). The last argument is NULL. */
void crypto_mac(unsigned char out[CRYPTO_HASH], const struct crypto_key *key, ...)
    __attribute__((sentinel));
/* A key for one purpose ("session", "mail-id", ...) derived from another. */
struct crypto_key crypto_derive(const struct crypto_key *key, const char *purpose);
bool crypto_equal(const void *a, const void *b, size_t n); /* constant time */

/* URL-safe base64 without padding (RFC 4648, 5) and lower-case hex. crypto_unbase64url: length, or
 * -1 where s is malformed or longer than out. */
char *crypto_base64url(struct arena *a, const void *p, size_t n);
int crypto_unbase64url(void *out, size_t size, const char *s);
char *crypto_hex(struct arena *a, const void *p, size_t n);

/* XChaCha20-Poly1305 with a random nonce in front; aad names tenant and column, so that a sealed
 * value moved elsewhere does not open. crypto_open: 0, or -1 where it was not sealed so. */
void *crypto_seal(struct arena *a, const struct crypto_key *key, const char *aad, const void *p,
                  size_t n, size_t *sealed_n);
int crypto_open(struct arena *a, const struct crypto_key *key, const char *aad, const void *sealed,
                size_t sealed_n, void **p, size_t *n);

/* argon2id, 19 MiB, 2 passes (OWASP's minimum). The hash is libsodium's printable form. */
int crypto_password_hash(struct arena *a, const char *password, char **hash, struct err *err);
/* 1 or 0, 0 also for a NULL hash after the same time; -1: no memory to tell. */
int crypto_password_matches(const char *hash, const char *password, struct err *err);
#endif
