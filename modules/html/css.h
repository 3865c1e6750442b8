#ifndef DESKD_HTML_CSS_H /* modules/html/css.h - the harmless part of a style attribute */
#define DESKD_HTML_CSS_H
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>

/* Appends to out the declarations whose property is on the list and whose value is made of words,
 * numbers, colours and font names only, as "a: b; c: d". Applied to its own output it changes
 * nothing. False where it left something out. */
bool css_filter(struct buf *out, struct str style);

/* Is this one value that a colour attribute or a colour property may have: a name, #rgb, rgb(...)?
 */
bool css_is_color(struct str value);
/* A list of font names, as it may stand in font-family. Appends it, with ' for quotes. */
bool css_font_names(struct buf *out, struct str names);
#endif
