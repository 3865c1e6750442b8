#ifndef DESKD_USER_EMAIL_H /* modules/user/email.h - e-mail addresses as keys */
#define DESKD_USER_EMAIL_H
struct arena;

/* The address lowered and trimmed, or NULL where it is none (one @, no blanks, sane lengths). */
const char *email_normal(struct arena *a, const char *address);
/* The same without the local part's "+..." */
const char *email_without_plus(struct arena *a, const char *normal);
/* What stands behind the @. */
const char *email_domain(const char *normal);
#endif
