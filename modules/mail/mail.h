#ifndef DESKD_MAIL_MAIL_H /* modules/mail/mail.h - a received mail, taken apart (RFC 5322, MIME)   \
                           */
#define DESKD_MAIL_MAIL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

/* One mailbox: "Jan Kowalski" <jan@firma.pl>. email has its domain lowered (and IDN domains as they
 * came); both are valid UTF-8, never NULL. */
struct mail_address {
    const char *name;
    const char *email;
};

struct mail_addresses {
    struct mail_address *items;
    size_t n;
};

/* A leaf that is not the text shown to people: attachment, inline image, attached message. */
struct mail_part {
    const char *name; /* file name, never empty (made up from the type where the mail has none) */
    const char *type; /* "image/png", lowered */
    const char *content_id; /* without <>, or NULL */
    bool is_inline;         /* disposition inline, or named by a cid: in the HTML */
    const char *data;       /* decoded */
    size_t size;
};

/* RFC 3834, null sender, Precedence, list headers, X-Auto-Response-Suppress, vendors' vacations. */
enum mail_nature {
    MAIL_HUMAN,
    MAIL_AUTO_REPLY, /* vacation, receipt: never answered by a machine */
    MAIL_BULK,       /* list, newsletter: a ticket, but never answered by a machine */
    MAIL_BOUNCE      /* delivery status, RFC 3464 or an MTA's own prose */
};

/* What a bounce says of one recipient. */
struct mail_bounce {
    const char *recipient;
    bool is_hard;       /* 5.x.x or permanent by its words; soft otherwise */
    const char *status; /* "5.1.1", or NULL */
    const char *text;   /* the diagnostic, one line */
};

struct mail {
    struct mail_addresses from, reply_to, to, cc;
    const char *subject;    /* decoded, one line, "" where absent */
    const char *message_id; /* without <>, NULL where absent */
    const char *
        *references; /* References then In-Reply-To, without <>, oldest first, ends with NULL */
    int64_t date_ms; /* Date:, 0 where absent or wrong; for show only */
    const char
        *text; /* the plain text people wrote; made from html where there is none; never NULL */
    const char *html; /* the HTML body as UTF-8, unsanitised, or NULL */
    struct mail_part *parts;
    size_t parts_n;
    enum mail_nature nature;
    const char *nature_why;      /* the header or sign that decided it, or NULL */
    struct mail_bounce *bounces; /* nature MAIL_BOUNCE */
    size_t bounces_n;
    const char *bounced_message_id; /* Message-ID of the mail that bounced, from the part returned,
                                       or NULL */
    const char *loop;               /* value of our own X-Deskd-Loop header, or NULL */
    const char *auth_results;       /* Authentication-Results headers, one a line, or NULL */
    bool is_damaged;    /* limits were met or structure was broken: something may be missing */
    const char *damage; /* in words, or NULL */
};

/* Bounds on what one mail may cost; a mail beyond them is taken as far as they go and marked
 * damaged. */
#define MAIL_MAX_PARTS        500
#define MAIL_MAX_DEPTH        40
#define MAIL_MAX_HEADER_BYTES ((size_t)256 * 1024)
#define MAIL_MAX_TEXT_BYTES   ((size_t)2 * 1024 * 1024)

/* Takes the raw mail (n bytes, any line ends) apart; everything lives in a. Never fails on content:
 * what cannot be understood becomes text and is_damaged. -1 only when the system fails. */
int mail_parse(struct arena *a, const char *raw, size_t n, struct mail *out, struct err *err);

/* Decoded value of the first header called name in raw (unfolded, encoded words joined), or NULL.
 */
const char *mail_header(struct arena *a, const char *raw, size_t n, const char *name);

/* All headers of raw in their order, unfolded and decoded; returns how many. */
struct mail_header_row {
    const char *name, *value;
};
size_t mail_headers(struct arena *a, const char *raw, size_t n, struct mail_header_row **rows);

/* An address list as written in a header or typed by a person; wrong members are left out. */
struct mail_addresses mail_addresses_parse(struct arena *a, const char *s);
/* True for one plain addr-spec that we would send to (RFC 5321 lengths, no control characters). */
bool mail_address_is_valid(const char *email);
/* Lowered for comparing (local part too: nobody tells two customers apart by case). */
char *mail_address_key(struct arena *a, const char *email);

/* Where the quoted tail begins: the byte offset in text at which the elided part starts, or n where
 * nothing is quoted. If nothing but quotes would remain, n: show all. Finds "On ... wrote:" in the
 * languages of the corpus, "> " runs, Outlook header blocks, "-----Original Message-----",
 * signatures stay with the new text. */
size_t mail_quote_offset(const char *text, size_t n);
#endif
