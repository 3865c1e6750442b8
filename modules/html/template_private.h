#ifndef DESKD_TEMPLATE_PRIVATE_H /* modules/html/template_private.h - what the compiler and the    \
                                    renderer share */
#define DESKD_TEMPLATE_PRIVATE_H
#include "html/template.h"

#include "base/str.h"
#include "html/template_context.h"

#include <stdbool.h>
#include <stdint.h>
struct arena;
struct buf;
struct err;
struct template;
struct view;

#define TEMPLATE_MAX_NEST       64  /* sections, blocks, parents in one template */
#define TEMPLATE_MAX_CALLS      100 /* partials, parents and blocks at render */
#define TEMPLATE_MAX_BYTES      ((size_t)1024 * 1024) /* of a file */
#define TEMPLATE_TEXT_MAX_BYTES ((size_t)64 * 1024)   /* of a text that may come from a stranger */
#define TEMPLATE_TEXT_MAX_TAGS  4000U                 /* of the same */

/* ---- a compiled template: a flat array of ops ---- */

struct place {
    uint32_t line, column;
};

/* "a.b" is two names; "." is none. */
struct path_name {
    const char *s;
    uint32_t hash;
};
struct path {
    size_t n;
    struct path_name names[];
};

enum op_code {
    OP_TEXT,
    OP_ASSET, /* text as well, but an address */
    OP_VALUE,
    OP_WORD,
    OP_SECTION,  /* jump: behind its OP_END */
    OP_INVERTED, /* the same */
    OP_END,      /* jump: first op of the section */
    OP_CALL,
    OP_PARENT, /* followed by its blocks; jump: behind them */
    OP_BLOCK,  /* followed by its default and OP_RETURN; jump: behind that */
    OP_RETURN
};

struct op {
    uint8_t code;
    uint8_t escape; /* enum escape_kind, of OP_VALUE and OP_WORD */
    bool is_raw;    /* {{{name}}} */
    uint32_t jump;  /* while parsing: the offset of OP_TEXT's text */
    struct place at;
    union {
        struct str text;
        const struct path *path;
        struct word *word;
        struct call *call;
        struct block *block;
    } u;
};

#define CONTEXTS_MAX 4

/* Places in which a block was found, or a block's replacement was verified. */
struct contexts {
    uint32_t n, keys[CONTEXTS_MAX];
};

/* A block inside a parent tag: what replaces the parent's block of that name. */
struct arg {
    const char *name;
    uint32_t hash, start;
    struct place at;
    const struct op *ops, *base; /* its first; its template's first */
    struct contexts verified;
    struct arg *next;
};

/* OP_CALL and OP_PARENT. */
struct call {
    struct str name; /* empty where the name is a value */
    const struct path *dynamic;
    struct template *target; /* NULL: absent */
    struct str indent;
    bool is_standalone; /* alone on its line */
    struct arg *args;
};

struct block {
    const char *name;
    uint32_t hash;
    bool is_first; /* nothing but white space stands before it on its line */
    struct str indent;
    struct contexts found;
};

/* A block that those who inherit from a template may replace. */
struct export
{
    const char *name;
    uint32_t hash;
    struct html_context context;
    struct export *next;
};

struct template
{
    const char *name, *file;
    const char *domain; /* of its words; NULL: ours */
    struct str source;
    bool is_html;
    bool is_foreign;         /* of a template_root: it may be broken */
    bool is_broken;          /* it did not compile; only while checking, or foreign */
    bool has_unknown_blocks; /* it includes what is only known at render */
    enum { TEMPLATE_PARSED, TEMPLATE_LINKING, TEMPLATE_LINKED } state;
    struct op *ops;
    uint32_t n;
    struct export *exports;
};

/* ---- words ---- */

struct segment {
    struct str text;         /* or */
    const struct path *path; /* where not NULL, a value */
};
struct phrase {
    size_t n;
    struct segment segments[];
};

/* Which form goes with n, as the catalogue's rule said for 0 .. PLURAL_KNOWN - 1. Rules look at
 * small numbers and at the last two digits, so that n above is judged like 100 + n % 100. */
#define PLURAL_KNOWN     200
#define PLURAL_FORMS_MAX 8
struct translation {
    const uint8_t *form_of; /* PLURAL_KNOWN of them; NULL where there is no plural */
    size_t n;
    const struct phrase *forms[PLURAL_FORMS_MAX];
};

struct word {
    const char *msgid, *plural; /* plural may be NULL */
    const struct path *count;
    const char *file;
    unsigned line;
    const struct translation *const *translations; /* by locale; of a text's own words just one */
    size_t translations_n;
    struct word *next;
};

/* ---- the set ---- */

struct asset {
    const char *name, *address;
};

struct template_set {
    struct arena *arena;
    struct template **templates; /* by name */
    size_t n, cap;
    const char **locales;
    size_t locales_n;
    struct asset *assets; /* by name */
    size_t assets_n;
    bool has_assets; /* a folder was given */
    struct word *words, **words_end;
};

/* ---- compiling ---- */

/* Errors are reported, and compiling goes on: of everything, or of what is foreign. */
struct checker {
    template_report_fn *report;
    void *data;
    int failed;
};

struct compiler {
    struct arena *arena;
    const struct template_set *set; /* NULL: no partials */
    struct template *template;
    const char *const *locales;
    size_t locales_n;
    struct word ***words_end; /* where a new word is appended, or NULL */
    uint32_t tags_max;        /* 0: as many as there are */
    unsigned depth;           /* of templates that are being linked */
    struct checker *checker;  /* NULL: the first error ends it */
    struct err *err;
};

/* A string as two arguments of "%.*s" in a message. */
#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (s).p

/* Sets "file:line:column: reason"; returns -1. */
int compile_error(const struct compiler *c, struct place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* c->template has an error: -1, or 0 after telling a checker. */
int compile_failed(struct compiler *c);

/* The kinds of tokens; those that are tags have the tag's own character where there is one. */
enum token_kind {
    TOKEN_TEXT = 'T',
    TOKEN_VALUE = 'v',
    TOKEN_RAW = '&',
    TOKEN_SECTION = '#',
    TOKEN_INVERTED = '^',
    TOKEN_CLOSE = '/',
    TOKEN_PARTIAL = '>',
    TOKEN_PARENT = '<',
    TOKEN_BLOCK = '$',
    TOKEN_COMMENT = '!',
    TOKEN_DELIMITERS = '=',
    TOKEN_WORD = '"',
    TOKEN_ASSET = 'a'
};

struct token {
    enum token_kind kind;
    bool is_line_start;
    bool is_first;      /* a tag with nothing but white space before it on its line */
    bool is_standalone; /* a tag whose line vanishes */
    uint32_t match;     /* the closing token's index, and back */
    struct str text;    /* a text's bytes (without what vanishes); a tag's content, trimmed */
    struct str indent;  /* the white space before a tag that is first */
    struct place at;
};
struct tokens {
    struct token *v;
    uint32_t n, cap;
};

/* Cuts the template's source into tags and pieces of text that end with their line. */
int template_tokens(struct compiler *c, struct tokens *out);
/* Pairs opening and closing tags, and finds which lines vanish. */
int template_layout(struct compiler *c, struct tokens *tokens);
/* The template's ops; nothing is known of other templates yet. */
int template_parse(struct compiler *c);
/* Finds partials, decides escaping, checks the HTML around tags; does the same for what it refers
 * to. */
int template_link(struct compiler *c);

int path_parse(struct compiler *c, struct place at, struct str name, const struct path **out);
/* content: "msgid", or "msgid"|"plural"|count. */
int word_parse(struct compiler *c, struct place at, struct str content, struct word **out);
int asset_parse(struct compiler *c, struct place at, struct str content, struct str *address);

/* NULL where there is none. A text template's name may lack its ending. */
struct template *template_find(const struct template_set *set, struct str name, bool is_html);
int template_assets_load(struct template_set *set, const char *static_dir,
                         const struct template_root *roots, struct err *err);
/* Names of all plain files below dir whose path ends with one of the endings (NULL-terminated;
 * NULL: all), relative to it, sorted. Names that begin with a dot are left out. */
int template_walk(struct arena *a, const char *dir, const char *const *endings, const char ***names,
                  size_t *n, struct err *err);

/* ---- rendering ---- */

struct render_limits {
    uint64_t steps; /* rows and calls */
    size_t bytes;   /* of output */
};
int template_run(const struct template_set *set, const struct template *t, size_t locale,
                 struct view *v, struct buf *out, const struct render_limits *limits,
                 struct err *err);
#endif
