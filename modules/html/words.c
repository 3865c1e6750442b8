#include "html/words.h"

#include "base/arena.h"
#include "base/err.h"

#include <libintl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN           "deskd"
#define DEFAULT_LANGUAGE "en"
#define LANGUAGE_MAX     32
#define ADDED_MAX        64
#define DOMAIN_SIZE      48

/* glibc's: a change makes gettext look at LANGUAGE again (GNU gettext manual, "Being a gettext
 * grok"). */
extern int _nl_msg_cat_cntr;

static char language[LANGUAGE_MAX]; /* as the caller wrote it */
static char added[ADDED_MAX][DOMAIN_SIZE];
static size_t added_n;

int words_init(const char *locale_dir, struct err *err)
{
    /* In the locale "C" LANGUAGE is not looked at; C.UTF-8 is part of glibc. */
    if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
        return err_set(err, ERR_INTERNAL, "the C library has no locale C.UTF-8");
    if (locale_dir != NULL && bindtextdomain(DOMAIN, locale_dir) == NULL)
        return err_errno(err, ERR_NO_MEMORY, "bindtextdomain");
    if (bind_textdomain_codeset(DOMAIN, "UTF-8") == NULL)
        return err_errno(err, ERR_NO_MEMORY, "bind_textdomain_codeset");
    language[0] = '\0';
    words_use(DEFAULT_LANGUAGE);
    return 0;
}

static bool is_language(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@");
    return n > 0 && n < LANGUAGE_MAX && s[n] == '\0';
}

void words_use(const char *locale)
{
    if (locale == NULL || !is_language(locale))
        locale = DEFAULT_LANGUAGE;
    if (strcmp(locale, language) == 0)
        return;
    char name[LANGUAGE_MAX];
    (void)snprintf(name, sizeof(name), "%s", locale);
    (void)snprintf(language, sizeof(language), "%s", name);
    for (char *dash = strchr(name, '-'); dash != NULL; dash = strchr(dash, '-'))
        *dash = '_';
    (void)setenv("LANGUAGE", name, 1);
    _nl_msg_cat_cntr++;
}

const char *words_language(void)
{
    return language[0] == '\0' ? DEFAULT_LANGUAGE : language;
}

const char *words_get(const char *msgid)
{
    return *msgid == '\0' ? msgid : dgettext(DOMAIN, msgid); /* of "" it gives the file's header */
}

const char *words_get_n(const char *msgid, const char *plural, unsigned long n)
{
    return dngettext(DOMAIN, msgid, plural, n);
}

static void remember(const char *domain)
{
    for (size_t i = 0; i < added_n; i++)
        if (strcmp(added[i], domain) == 0)
            return;
    if (added_n < ADDED_MAX && strlen(domain) < DOMAIN_SIZE)
        (void)snprintf(added[added_n++], DOMAIN_SIZE, "%s", domain);
}

int words_add(const char *domain, const char *dir, struct err *err)
{
    if (bindtextdomain(domain, dir) == NULL || bind_textdomain_codeset(domain, "UTF-8") == NULL)
        return err_errno(err, ERR_NO_MEMORY, "bindtextdomain");
    remember(domain);
    return 0;
}

const char *words_get_of(const char *domain, const char *msgid)
{
    const char *own = domain == NULL || *msgid == '\0' ? msgid : dgettext(domain, msgid);
    return own == msgid ? words_get(msgid) : own;
}

const char *words_get_n_of(const char *domain, const char *msgid, const char *plural,
                           unsigned long n)
{
    const char *own = domain == NULL ? msgid : dngettext(domain, msgid, plural, n);
    return own == msgid || own == plural ? words_get_n(msgid, plural, n) : own;
}

/* What was stored does not say whose words they are. */
static const char *get_anywhere(const char *text)
{
    const char *found = words_get(text);
    for (size_t i = 0; i < added_n && found == text && *text != '\0'; i++)
        found = dgettext(added[i], text);
    return found;
}

const char *words_get_reason(struct arena *a, const char *text)
{
    const char *whole = get_anywhere(text), *colon = strstr(text, ": ");
    if (whole != text || colon == NULL)
        return whole;
    return arena_printf(a, "%s%s", get_anywhere(arena_strndup(a, text, (size_t)(colon - text))),
                        colon);
}
