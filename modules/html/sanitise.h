#ifndef DESKD_HTML_SANITISE_H /* modules/html/sanitise.h - the allow-list, shared by sanitise*.c   \
                                 and tests */
#define DESKD_HTML_SANITISE_H
#include "base/buf.h"
#include "base/str.h"
#include "html/safe_html.h"
#include "html/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>

/* What an element is to the rules of nesting. */
enum {
    KIND_FORMAT = 1,  /* opened again where the structure closed it: b, font, a, ... */
    KIND_VOID = 2,    /* no end tag */
    KIND_BLOCK = 4,   /* ends an open p */
    KIND_SPECIAL = 8, /* phrases do not end across it */
    KIND_TABLE = 16,  /* stands only in its place in a table */
    KIND_INNER = 32,  /* part of a table that holds parts, no text */
    KIND_MARKER = 64, /* what is inside does not reach out: td, th, caption */
    KIND_HEADING = 128
};

/* In the order of their names, for the search. */
#define SANITISE_ELEMENTS(E)                                                                       \
    E(A, "a", KIND_FORMAT)                                                                         \
    E(ABBR, "abbr", 0)                                                                             \
    E(ACRONYM, "acronym", 0)                                                                       \
    E(ADDRESS, "address", KIND_BLOCK | KIND_SPECIAL)                                               \
    E(ARTICLE, "article", KIND_BLOCK | KIND_SPECIAL)                                               \
    E(ASIDE, "aside", KIND_BLOCK | KIND_SPECIAL)                                                   \
    E(B, "b", KIND_FORMAT)                                                                         \
    E(BDI, "bdi", 0)                                                                               \
    E(BDO, "bdo", 0)                                                                               \
    E(BIG, "big", KIND_FORMAT)                                                                     \
    E(BLOCKQUOTE, "blockquote", KIND_BLOCK | KIND_SPECIAL)                                         \
    E(BR, "br", KIND_VOID)                                                                         \
    E(CAPTION, "caption", KIND_TABLE | KIND_MARKER | KIND_SPECIAL)                                 \
    E(CENTER, "center", KIND_BLOCK | KIND_SPECIAL)                                                 \
    E(CITE, "cite", 0)                                                                             \
    E(CODE, "code", KIND_FORMAT)                                                                   \
    E(COL, "col", KIND_TABLE | KIND_VOID)                                                          \
    E(COLGROUP, "colgroup", KIND_TABLE | KIND_INNER | KIND_SPECIAL)                                \
    E(DD, "dd", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(DEL, "del", 0)                                                                               \
    E(DFN, "dfn", 0)                                                                               \
    E(DIV, "div", KIND_BLOCK | KIND_SPECIAL)                                                       \
    E(DL, "dl", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(DT, "dt", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(EM, "em", KIND_FORMAT)                                                                       \
    E(FIGCAPTION, "figcaption", KIND_BLOCK | KIND_SPECIAL)                                         \
    E(FIGURE, "figure", KIND_BLOCK | KIND_SPECIAL)                                                 \
    E(FONT, "font", KIND_FORMAT)                                                                   \
    E(FOOTER, "footer", KIND_BLOCK | KIND_SPECIAL)                                                 \
    E(H1, "h1", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(H2, "h2", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(H3, "h3", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(H4, "h4", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(H5, "h5", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(H6, "h6", KIND_BLOCK | KIND_SPECIAL | KIND_HEADING)                                          \
    E(HEADER, "header", KIND_BLOCK | KIND_SPECIAL)                                                 \
    E(HR, "hr", KIND_BLOCK | KIND_VOID)                                                            \
    E(I, "i", KIND_FORMAT)                                                                         \
    E(IMG, "img", KIND_VOID)                                                                       \
    E(INS, "ins", 0)                                                                               \
    E(KBD, "kbd", 0)                                                                               \
    E(LI, "li", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(MAIN, "main", KIND_BLOCK | KIND_SPECIAL)                                                     \
    E(MARK, "mark", 0)                                                                             \
    E(OL, "ol", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(P, "p", KIND_BLOCK | KIND_SPECIAL)                                                           \
    E(PRE, "pre", KIND_BLOCK | KIND_SPECIAL)                                                       \
    E(Q, "q", 0)                                                                                   \
    E(S, "s", KIND_FORMAT)                                                                         \
    E(SAMP, "samp", 0)                                                                             \
    E(SECTION, "section", KIND_BLOCK | KIND_SPECIAL)                                               \
    E(SMALL, "small", KIND_FORMAT)                                                                 \
    E(SPAN, "span", 0)                                                                             \
    E(STRIKE, "strike", KIND_FORMAT)                                                               \
    E(STRONG, "strong", KIND_FORMAT)                                                               \
    E(SUB, "sub", 0)                                                                               \
    E(SUP, "sup", 0)                                                                               \
    E(TABLE, "table", KIND_BLOCK | KIND_INNER | KIND_SPECIAL)                                      \
    E(TBODY, "tbody", KIND_TABLE | KIND_INNER | KIND_SPECIAL)                                      \
    E(TD, "td", KIND_TABLE | KIND_MARKER | KIND_SPECIAL)                                           \
    E(TFOOT, "tfoot", KIND_TABLE | KIND_INNER | KIND_SPECIAL)                                      \
    E(TH, "th", KIND_TABLE | KIND_MARKER | KIND_SPECIAL)                                           \
    E(THEAD, "thead", KIND_TABLE | KIND_INNER | KIND_SPECIAL)                                      \
    E(TIME, "time", 0)                                                                             \
    E(TR, "tr", KIND_TABLE | KIND_INNER | KIND_SPECIAL)                                            \
    E(TT, "tt", KIND_FORMAT)                                                                       \
    E(U, "u", KIND_FORMAT)                                                                         \
    E(UL, "ul", KIND_BLOCK | KIND_SPECIAL)                                                         \
    E(VAR, "var", 0)                                                                               \
    E(WBR, "wbr", KIND_VOID)

#define SANITISE_ENUM(id, name, kind) EL_##id,
enum sanitise_element { SANITISE_ELEMENTS(SANITISE_ENUM) EL_N, EL_NONE = EL_N };
#undef SANITISE_ENUM

struct sanitise_element_info {
    const char *name;
    size_t name_n;
    unsigned kind;
};
extern const struct sanitise_element_info sanitise_elements[EL_N];

/* EL_NONE where the name is not on the list. */
enum sanitise_element sanitise_element(struct str name);

/* One attribute that may be written to an element: true and the value as it is written (in scratch
 * or as it came). Not for the addresses: href and src. */
bool sanitise_attr(enum sanitise_element el, const struct html_attr *attr, struct buf *scratch,
                   struct str *value);

/* An address as written to a link / as an image, with what browsers strip stripped; false where its
 * scheme is not on the list. */
bool sanitise_link(struct str url, struct buf *scratch, struct str *out);
enum sanitise_image { IMAGE_NONE, IMAGE_DATA, IMAGE_REMOTE, IMAGE_CID };
enum sanitise_image sanitise_image(struct str url, struct buf *scratch, struct str *out);

/* Is c written at all? The control characters are not. */
static inline bool sanitise_is_control(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\f';
}
#endif
