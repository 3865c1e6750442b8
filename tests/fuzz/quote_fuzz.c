/* tests/fuzz/quote_fuzz.c - the fold lies within the text, at the start of a line, with text before
 * it */
#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    size_t at = mail_quote_offset(text, size);
    if (at > size || (at < size && (at == 0 || text[at - 1] != '\n')))
        abort();
    free(text);
    return 0;
}
