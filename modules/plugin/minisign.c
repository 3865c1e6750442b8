#include "plugin/minisign.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <sodium.h>
#include <string.h>

#define KEY_ID    8
#define HEAD      (2 + KEY_ID) /* algorithm and key id stand before keys and signatures */
#define HASH      64           /* BLAKE2b */
#define UNTRUSTED "untrusted comment:"
#define TRUSTED   "trusted comment: "

struct public_key {
    unsigned char head[HEAD], key[crypto_sign_PUBLICKEYBYTES];
};
struct signature {
    unsigned char head[HEAD], bytes[crypto_sign_BYTES];
};

/* The next line, cut off; NULL at the end. */
static char *take_line(char **rest)
{
    char *line = *rest;
    if (line == NULL || *line == '\0')
        return NULL;
    size_t n = strcspn(line, "\n");
    *rest = line[n] == '\n' ? line + n + 1 : line + n;
    line[n] = '\0';
    if (n > 0 && line[n - 1] == '\r')
        line[n - 1] = '\0';
    return line;
}

static int decode(void *out, size_t size, const char *line)
{
    size_t n;
    if (line == NULL || sodium_base642bin(out, size, line, strlen(line), NULL, &n, NULL,
                                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return -1;
    return n == size ? 0 : -1;
}

/* 1 with the key that has this id, 0, -1. */
static int find_key(struct arena *a, const char *keys, const unsigned char *id,
                    struct public_key *out, struct err *err)
{
    char *rest = arena_strdup(a, keys);
    for (char *line = take_line(&rest); line != NULL; line = take_line(&rest)) {
        const char *text = str_trim(a, line);
        if (*text == '\0' || *text == '#' || str_starts(text, UNTRUSTED))
            continue;
        if (decode(out, sizeof(*out), text) < 0 || memcmp(out->head, "Ed", 2) != 0)
            return err_set(err, ERR_INVALID, "plugin_keys: this is no minisign public key: %.20s",
                           text);
        if (memcmp(out->head + 2, id, KEY_ID) == 0)
            return 1;
    }
    return 0;
}

static bool is_signed(const struct public_key *key, const struct signature *s, const void *data,
                      size_t n)
{
    unsigned char hash[HASH];
    if (memcmp(s->head, "Ed", 2) == 0)
        return crypto_sign_verify_detached(s->bytes, data, n, key->key) == 0;
    if (crypto_generichash(hash, sizeof(hash), data, n, NULL, 0) != 0)
        return false;
    return crypto_sign_verify_detached(s->bytes, hash, sizeof(hash), key->key) == 0;
}

/* The comment's signature covers the first one too. */
static bool is_comment_signed(struct arena *a, const struct public_key *key,
                              const struct signature *s, const char *comment,
                              const unsigned char *global)
{
    size_t n = strlen(comment);
    unsigned char *both = arena_alloc(a, crypto_sign_BYTES + n);
    memcpy(both, s->bytes, crypto_sign_BYTES);
    memcpy(both + crypto_sign_BYTES, comment, n);
    return crypto_sign_verify_detached(global, both, crypto_sign_BYTES + n, key->key) == 0;
}

int minisign_verify(struct arena *a, const char *keys, const char *signature, const void *data,
                    size_t n, const char **comment, struct err *err)
{
    struct public_key key;
    struct signature s;
    unsigned char global[crypto_sign_BYTES];
    char *rest = arena_strdup(a, signature);
    const char *first = take_line(&rest), *second = take_line(&rest);
    const char *third = take_line(&rest), *fourth = take_line(&rest);
    bool is_whole = first != NULL && str_starts(first, UNTRUSTED) && third != NULL &&
                    str_starts(third, TRUSTED);
    if (!is_whole || decode(&s, sizeof(s), second) < 0 ||
        decode(global, sizeof(global), fourth) < 0 ||
        (memcmp(s.head, "ED", 2) != 0 && memcmp(s.head, "Ed", 2) != 0))
        return err_set(err, ERR_INVALID, "this is no minisign signature");
    int rc = find_key(a, keys, s.head + 2, &key, err);
    if (rc <= 0)
        return rc < 0
                   ? -1
                   : err_set(err, ERR_REFUSED, "it is signed by a key that is not in plugin_keys");
    *comment = third + strlen(TRUSTED);
    if (!is_signed(&key, &s, data, n) || !is_comment_signed(a, &key, &s, *comment, global))
        return err_set(err, ERR_REFUSED, "the signature does not fit the package");
    return 0;
}
