#ifndef DESKD_FCGI_LOCALE_H /* fcgi/locale.h - the program's languages, and which one a reader     \
                               wants */
#define DESKD_FCGI_LOCALE_H
struct arena;

/* "en" and every language that has a catalogue below dir, by name; ends with NULL. */
const char *const *locale_list(struct arena *a, const char *dir);
/* The one of locales that wanted names ("pt_BR", "de-AT" where there is only "de"); NULL: none. */
const char *locale_find(const char *const *locales, const char *wanted);
/* The first one that an Accept-Language header asks for; NULL: none. */
const char *locale_accept(const char *const *locales, const char *header);
#endif
