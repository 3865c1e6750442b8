#include "base/crypto.h"

#include "base/arena.h"
#include "base/err.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD_MEMORY ((size_t)19 * 1024 * 1024)
#define PASSWORD_SUM    32
#define PASSWORD_PASSES 2
#define NONCE           crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG             crypto_aead_xchacha20poly1305_ietf_ABYTES

int crypto_init(struct err *err)
{
    return sodium_init() < 0 ? err_set(err, ERR_INTERNAL, "libsodium does not start") : 0;
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

void crypto_sha256(unsigned char out[CRYPTO_HASH], const void *p, size_t n)
{
    crypto_hash_sha256(out, p, n);
}

static void mac_part(crypto_auth_hmacsha256_state *state, const char *part)
{
    uint64_t n = strlen(part);
    unsigned char length[8];
    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (unsigned char)(n >> (8 * i));
    crypto_auth_hmacsha256_update(state, length, sizeof(length));
    crypto_auth_hmacsha256_update(state, (const unsigned char *)part, n);
}

void crypto_mac(unsigned char out[CRYPTO_HASH], const struct crypto_key *key, ...)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key->bytes, sizeof(key->bytes));
    va_list parts;
    va_start(parts, key);
    for (const char *part = va_arg(parts, const char *); part != NULL;
         part = va_arg(parts, const char *))
        mac_part(&state, part);
    va_end(parts);
    crypto_auth_hmacsha256_final(&state, out);
}

struct crypto_key crypto_derive(const struct crypto_key *key, const char *purpose)
{
    struct crypto_key derived;
    crypto_mac(derived.bytes, key, "derive", purpose, NULL);
    return derived;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

char *crypto_base64url(struct arena *a, const void *p, size_t n)
{
    size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *s = arena_alloc(a, size);
    return sodium_bin2base64(s, size, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Bytes above 127 count as some digit for libsodium: a token would have several spellings. */
int crypto_unbase64url(void *out, size_t size, const char *s)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "-_";
    size_t n;
    const char *end;
    if (s[strspn(s, alphabet)] != '\0')
        return -1;
    if (sodium_base642bin(out, size, s, strlen(s), NULL, &n, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        *end != '\0')
        return -1;
    return (int)n;
}

char *crypto_hex(struct arena *a, const void *p, size_t n)
{
    char *s = arena_alloc(a, 2 * n + 1);
    return sodium_bin2hex(s, 2 * n + 1, p, n);
}

void *crypto_seal(struct arena *a, const struct crypto_key *key, const char *aad, const void *p,
                  size_t n, size_t *sealed_n)
{
    unsigned char *out = arena_alloc(a, NONCE + n + TAG);
    randombytes_buf(out, NONCE);
    unsigned long long written;
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &written, p, n,
                                               (const unsigned char *)aad, strlen(aad), NULL, out,
                                               key->bytes);
    *sealed_n = NONCE + (size_t)written;
    return out;
}

int crypto_open(struct arena *a, const struct crypto_key *key, const char *aad, const void *sealed,
                size_t sealed_n, void **p, size_t *n)
{
    if (sealed_n < NONCE + TAG)
        return -1;
    const unsigned char *in = sealed;
    unsigned char *out = arena_alloc(a, sealed_n - NONCE);
    unsigned long long written;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &written, NULL, in + NONCE,
                                                   sealed_n - NONCE, (const unsigned char *)aad,
                                                   strlen(aad), in, key->bytes) != 0)
        return -1;
    out[written] = '\0'; /* the tag's room */
    *p = out;
    *n = (size_t)written;
    return 0;
}

int crypto_password_hash(struct arena *a, const char *password, char **hash, struct err *err)
{
    *hash = arena_alloc(a, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(*hash, password, strlen(password), PASSWORD_PASSES, PASSWORD_MEMORY) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory to hash a password");
    return 0;
}

/* A hash that crypto_pwhash_str made: "$argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$SUM". */
struct password_hash {
    unsigned long kib, passes;
    unsigned char salt[crypto_pwhash_SALTBYTES], sum[PASSWORD_SUM];
};

static bool unbase64(unsigned char *out, size_t n, const char *s, const char **end)
{
    size_t got;
    return sodium_base642bin(out, n, s, strlen(s), NULL, &got, end,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           got == n;
}

static bool take_number(const char **p, const char *before, unsigned long *out)
{
    char *end;
    size_t n = strlen(before);
    if (strncmp(*p, before, n) != 0)
        return false;
    *out = strtoul(*p + n, &end, 10);
    *p = end;
    return true;
}

static bool read_hash(const char *p, struct password_hash *h)
{
    unsigned long lanes;
    if (!take_number(&p, "$argon2id$v=19$m=", &h->kib) || !take_number(&p, ",t=", &h->passes) ||
        !take_number(&p, ",p=", &lanes) || lanes != 1 || *p++ != '$')
        return false;
    return unbase64(h->salt, sizeof(h->salt), p, &p) && *p++ == '$' &&
           unbase64(h->sum, sizeof(h->sum), p, &p) && *p == '\0';
}

/* Not by crypto_pwhash_str_verify, which calls a password wrong where it has no memory to tell. */
int crypto_password_matches(const char *hash, const char *password, struct err *err)
{
    static const char nobody[] =
        "$argon2id$v=19$m=19456,t=2,p=1$"
        "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    struct password_hash h;
    unsigned char sum[PASSWORD_SUM];
    if (!read_hash(hash != NULL ? hash : nobody, &h))
        return 0;
    if (crypto_pwhash(sum, sizeof(sum), password, strlen(password), h.salt, h.passes, h.kib * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory to hash a password");
    return sodium_memcmp(sum, h.sum, sizeof(sum)) == 0 && hash != NULL;
}
