#ifndef DESKD_HTML_WORDS_H /* modules/html/words.h - texts in the reader's language (gettext,      \
                              domain "deskd") */
#define DESKD_HTML_WORDS_H
struct arena;
struct err;

/* Must be called once, before any template is loaded: where the catalogues are
 * (locale_dir/pt_BR/LC_MESSAGES/deskd.mo). No locale need be installed. NULL: no catalogues. */
int words_init(const char *locale_dir, struct err *err);

/* The language of words_get and _() from now on, for the whole process: "en", "pt-BR" (or "pt_BR").
 * Cheap where it is the language already. What is no language name means "en". */
void words_use(const char *locale);
/* The language in use. Valid until the next words_use. */
const char *words_language(void);

/* msgid in that language, or msgid itself. Never NULL; lives as long as the process. */
const char *words_get(const char *msgid) __attribute__((format_arg(1)));
/* The form of msgid or plural that goes with n. */
const char *words_get_n(const char *msgid, const char *plural, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

/* Another catalogue beside ours: dir/pt_BR/LC_MESSAGES/DOMAIN.mo. */
int words_add(const char *domain, const char *dir, struct err *err);
/* The same from that catalogue; what it does not have is looked up in ours. domain NULL: ours. */
const char *words_get_of(const char *domain, const char *msgid) __attribute__((format_arg(2)));
const char *words_get_n_of(const char *domain, const char *msgid, const char *plural,
                           unsigned long n) __attribute__((format_arg(2), format_arg(3)));
/* A text marked with WORDS (base/word.h), by us or whoever added a catalogue: the whole of it
 * translated, or what stands before ": " and the rest as it is, or text itself. */
const char *words_get_reason(struct arena *a, const char *text);

/* What xgettext looks for in C files. */
#define _(msgid) words_get(msgid)
#endif
