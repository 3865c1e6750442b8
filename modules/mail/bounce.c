/* modules/mail/bounce.c - which mail could not be delivered, to whom, and for how long (RFC 3464,
 * 5965) */
#include "mail/bounce_private.h"

#include "base/arena.h"

#include <string.h>

#define TEXT_MAX 500

struct bounce_list bounce_list(struct arena *a)
{
    return (struct bounce_list) { a, arena_array(a, BOUNCES_MAX, sizeof(struct mail_bounce)), 0 };
}

static bool is_address_char(char c)
{
    return (unsigned char)c >= 0x80 || (c > ' ' && c < 127 && strchr("<>()[],;:\\\"", c) == NULL);
}

static bool is_domain_char(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '-' || c == '_';
}

/* A quoted local part ends with a quote before the @. */
static const char *local_start(const char *s, const char *at)
{
    const char *start = at;
    if (start > s && start[-1] == '"') {
        const char *quote = memrchr(s, '"', (size_t)(start - 1 - s));
        return quote != NULL ? quote : at;
    }
    while (start > s && is_address_char(start[-1]) && start[-1] != '@' && start[-1] != '\'' &&
           start[-1] != '=')
        start--;
    while (start < at && strchr(".*`", *start) != NULL)
        start++;
    return start;
}

char *bounce_address(struct arena *a, const char *s, const char **end)
{
    for (const char *at = strchr(s, '@'); at != NULL; at = strchr(at + 1, '@')) {
        const char *start = local_start(s, at);
        const char *stop = at + 1;
        while (is_domain_char(*stop))
            stop++;
        while (stop > at + 1 && strchr(".-", stop[-1]) != NULL)
            stop--;
        if (start == at || stop - at < 3 || stop - start > 300)
            continue;
        if (end != NULL)
            *end = stop;
        char *email = str_utf8(a, start, (size_t)(stop - start));
        char *domain = strrchr(email, '@');
        size_t local = (size_t)(domain - email);
        return arena_printf(a, "%.*s%s", (int)local, email, str_lower(a, domain));
    }
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of "5.1.1" at s, 0 where there is none. */
static size_t status_length(const char *s)
{
    size_t n = 1;
    if ((*s != '4' && *s != '5') || s[1] != '.')
        return 0;
    for (int field = 0; field < 2; field++) {
        size_t digits = 0;
        if (s[n++] != '.')
            return 0;
        while (is_digit(s[n]) && digits < 4) {
            digits++;
            n++;
        }
        if (digits == 0 || digits > 3)
            return 0;
    }
    return s[n] == '.' && is_digit(s[n + 1]) ? 0 : n; /* an IP address */
}

const char *bounce_status(struct arena *a, const char *s)
{
    const char *general = NULL;
    for (const char *p = s; *p != '\0'; p++) {
        size_t n = p > s && (is_digit(p[-1]) || p[-1] == '.') ? 0 : status_length(p);
        if (n == 0)
            continue;
        char *status = arena_strndup(a, p, n);
        if (!str_ends(status, ".0.0"))
            return status;
        if (general == NULL)
            general = status;
    }
    return general;
}

/* The reply code of SMTP, '4' or '5', '\0' where none is found. */
static char reply_class(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if ((*p == '4' || *p == '5') && p[1] >= '0' && p[1] <= '7' && is_digit(p[2]) &&
            !is_digit(p[3]) && p[3] != '.' && p[3] != '/' &&
            (p == s || strchr(" \t:;(<[-\"'>", p[-1]) != NULL) &&
            (p[3] == '\0' || strchr(" -_:,;)", p[3]) != NULL))
            return *p;
    return '\0';
}

static bool has_any(const char *s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mail_has_nocase(s, words[i]))
            return true;
    return false;
}

static bool is_temporary(const char *s)
{
    static const char *const words[] = {
        "temporar",
        "try again later",
        "will be retried",
        "still trying",
        "delayed",
        "too long",
        "timed out",
        "timeout",
        "time out",
        "mailbox is full",
        "mailbox full",
        "over quota",
        "quota exceeded",
        "exceeded storage",
        "exceeds the quota",
        "mailbox exceeds",
        "expired",
        "not yet been del",
        "not been delivered yet",
        "deferred",
        "disk quota",
        "full mailbox",
        "maximum time",
        "connection refused",
    };
    return has_any(s, words, sizeof(words) / sizeof(words[0]));
}

bool bounce_says_failure(const char *s)
{
    static const char *const words[] = {
        "could not be",
        "couldn't be",
        "can not be",
        "cannot be",
        "undeliver",
        "not deliver",
        "to deliver",
        "non-deliver",
        "delivery fail",
        "deliver fail",
        "failed",
        "failure",
        "rejected",
        "returned",
        "unknown user",
        "user unknown",
        "no such user",
        "not exist",
        "did not reach",
        "not been delivered",
        "was not sent",
        "could not send",
        "not recogni",
        "delayed",
        "permanent",
        "fatal error",
        "refused",
        "delivery err",
        "mailbox is full",
        "not be sent",
        "there was an error",
        "malformed",
        "exceeds",
        "unable to",
        "not accept",
        "problem delivering",
        "送信できません",
        "エラー",
    };
    return has_any(s, words, sizeof(words) / sizeof(words[0])) || reply_class(s) != '\0';
}

static bool is_hard(const char *status, const char *text)
{
    /* A 5xx at the greeting is reported as 4.0.0: the MTA tried on. */
    if (status != NULL)
        return status[0] == '5';
    char reply = reply_class(text);
    return reply != '\0' ? reply == '5' : !is_temporary(text);
}

static struct mail_bounce *find(struct bounce_list *list, const char *recipient)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_is_nocase(list->items[i].recipient, recipient))
            return &list->items[i];
    return NULL;
}

void bounce_add(struct bounce_list *list, const char *recipient, const char *status,
                const char *text)
{
    struct arena *a = list->a;
    struct mail_bounce *b = find(list, recipient);
    const char *line = str_line(a, str_or(text, ""), TEXT_MAX);
    const char *in_text = bounce_status(a, line);
    if (status == NULL || (str_ends(status, ".0.0") && in_text != NULL))
        status = in_text != NULL ? in_text : status;
    if (b == NULL) {
        if (list->n == BOUNCES_MAX)
            return;
        b = &list->items[list->n++];
        *b = (struct mail_bounce) { recipient, is_hard(status, line), status, line };
    } else if (b->status == NULL && (status != NULL || *b->text == '\0')) {
        b->text = *b->text == '\0' ? line : arena_printf(a, "%s %s", b->text, line);
        b->status = status;
        b->is_hard = is_hard(status, b->text);
    }
}

/* The address in "rfc822; jan@firma.pl"; what follows the type where it is none we know. */
static const char *report_address(struct arena *a, const struct mail_head *head, const char *name)
{
    const char *value = mail_field_text(a, head, name, NULL);
    if (value == NULL)
        return NULL;
    const char *rest = strchr(value, ';');
    char *found = bounce_address(a, rest != NULL ? rest + 1 : value, NULL);
    return found;
}

/* Original first: that is whom our mail was for. */
static const char *report_recipient(struct arena *a, const struct mail_head *head)
{
    static const char *const names[] = { "Original-Recipient", "Final-Recipient",
                                         "X-Actual-Recipient", "X-Original-To" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *found = report_address(a, head, names[i]);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static bool is_delivered(const char *action)
{
    return str_starts_nocase(action, "delivered") || str_starts_nocase(action, "relayed") ||
           str_starts_nocase(action, "expanded") || str_starts_nocase(action, "deliverable");
}

static void read_recipient(struct bounce_list *list, const struct mail_head *head)
{
    struct arena *a = list->a;
    const char *action = str_or(mail_field_raw(a, head, "Action"), "");
    const char *recipient = report_recipient(a, head);
    const char *status = mail_field_raw(a, head, "Status");
    const char *text = mail_field_text(a, head, "Diagnostic-Code", NULL);
    if (recipient == NULL || is_delivered(action))
        return;
    if (status != NULL)
        status = bounce_status(a, status);
    if (text != NULL && strchr(text, ';') != NULL && strcspn(text, ";") < 16)
        text = strchr(text, ';') + 1;
    if (str_is_empty(text))
        text = str_starts_nocase(action, "delayed") ? "delayed" : "";
    bounce_add(list, recipient, status, text);
    if (str_starts_nocase(action, "delayed") && list->n > 0)
        list->items[list->n - 1].is_hard = false;
}

/* message/delivery-status is blocks of fields, the first of the message, the others of recipients.
 */
static void read_status(struct bounce_list *list, const struct mail_node *node)
{
    struct mail_limits limits = mail_limits();
    struct str rest = mail_node_peek(list->a, node);
    while (rest.n > 0) {
        struct str body;
        struct mail_head head = mail_head_split(list->a, rest, &body, &limits);
        if (body.n == rest.n)
            break;
        read_recipient(list, &head);
        rest = body;
    }
}

/* The first node of this type, depth first. */
static const struct mail_node *node_of(const struct mail_node *node, const char *type)
{
    for (; node != NULL; node = node->next) {
        if (node->children == NULL && str_is(node->type, type))
            return node;
        const struct mail_node *found = node_of(node->children, type);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static const struct mail_node *status_node(const struct mail_node *root)
{
    const struct mail_node *node = node_of(root, "message/delivery-status");
    return node != NULL ? node : node_of(root, "message/global-delivery-status");
}

/* The mail sent back, whole or its head. */
static struct str returned(struct arena *a, const struct mail_node *root)
{
    static const char *const types[] = { "message/rfc822", "text/rfc822-headers", "message/global",
                                         "message/global-headers", "text/rfc822" };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct mail_node *node = node_of(root, types[i]);
        if (node != NULL)
            return mail_node_peek(a, node);
    }
    return (struct str) { "", 0 };
}

/* A complaint (ARF): somebody called our mail spam. */
static void read_complaint(struct bounce_list *list, const struct mail_node *node, struct str mail)
{
    struct arena *a = list->a;
    struct mail_limits limits = mail_limits();
    struct str body;
    struct mail_head head = mail_head_split(a, mail_node_bytes(a, node), &body, &limits);
    const char *kind = str_or(mail_field_text(a, &head, "Feedback-Type", NULL), "complaint");
    static const char *const names[] = { "Original-Rcpt-To", "Removal-Recipient",
                                         "Redacted-Address" };
    const char *who = NULL;
    for (size_t i = 0; who == NULL && i < sizeof(names) / sizeof(names[0]); i++)
        who = report_address(a, &head, names[i]);
    if (who == NULL && mail.n > 0) {
        const char *to = mail_header(a, mail.p, mail.n, "To");
        struct mail_addresses list_to = mail_addresses_parse(a, to);
        who = list_to.n > 0 ? list_to.items[0].email : NULL;
    }
    if (who == NULL)
        who = "";
    bounce_add(list, who, NULL, arena_printf(a, "complaint: %s", kind));
    list->items[0].is_hard = false;
}

/* Written as "MAILER-DAEMON <>" it is no address, but a sign all the same. */
static bool is_daemon(struct arena *a, const struct mail_node *root, const struct mail *m)
{
    const char *from = str_or(mail_field_raw(a, &root->head, "From"), "");
    if (mail_has_nocase(from, "mailer-daemon"))
        return true;
    static const char *const locals[] = {
        "mailer-daemon",        "postmaster",   "mdaemon",    "mail-daemon",
        "mail.delivery.system", "mailerdaemon", "maildaemon", "bounce"
    };
    static const char *const names[] = { "mail delivery", "mailer-daemon", "mail administrator",
                                         "delivery subsystem", "postmaster" };
    if (m->from.n == 0)
        return false;
    for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        if (str_starts_nocase(m->from.items[0].email, locals[i]))
            return true;
    return has_any(m->from.items[0].name, names, sizeof(names) / sizeof(names[0]));
}

static bool has_bounce_subject(const char *subject)
{
    static const char *const words[] = {
        "undeliver",          "failure notice",         "delivery status",
        "delivery fail",      "returned mail",          "mail delivery",
        "non-delivery",       "non delivery",           "delivery report",
        "mail failure",       "delivery failure",       "message delivery",
        "unzustellbar",       "nicht zugestellt",       "mail system error",
        "failed delivery",    "could not be delivered", "delivery notification",
        "returned to sender", "nondeliverable",         "failure delivery",
        "配信できません",
    };
    return has_any(subject, words, sizeof(words) / sizeof(words[0]));
}

/* Prose counts only where the mail looks like an MTA's by two signs. */
static bool may_be_prose(struct arena *a, const struct mail_node *root, const struct mail *m,
                         bool has_returned)
{
    const struct mail_head *head = &root->head;
    const char *path = str_or(mail_field_raw(a, head, "Return-Path"), "");
    const char *type = str_or(mail_value_param(&root->content_type, "report-type"), "");
    bool is_from_daemon = is_daemon(a, root, m);
    int signs = is_from_daemon + has_bounce_subject(m->subject) + has_returned;
    signs += str_is(str_trim(a, path), "<>");
    signs += mail_field(head, "X-Failed-Recipients") != NULL ? 2 : 0;
    signs += str_is_nocase(type, "delivery-status") ? 2 : 0;
    signs += str_starts_nocase(str_or(mail_field_raw(a, head, "Auto-Submitted"), ""), "auto");
    if (m->from.n > 0 && (str_starts_nocase(m->from.items[0].email, "no-reply") ||
                          str_starts_nocase(m->from.items[0].email, "noreply")))
        signs++;
    return signs >= 2 && (is_from_daemon || has_bounce_subject(m->subject) || signs >= 3 ||
                          bounce_says_failure(m->text));
}

static const char *own_address(const struct mail *m)
{
    return m->to.n > 0 ? m->to.items[0].email : "";
}

static void add_failed_header(struct bounce_list *list, const struct mail_head *head,
                              const char *text)
{
    struct mail_addresses failed = mail_addresses_parse(
        list->a, mail_field_raw(list->a, head, "X-Failed-Recipients"));
    for (size_t i = 0; i < failed.n && i < BOUNCES_MAX; i++)
        bounce_add(list, failed.items[i].email, NULL, text);
}

/* Nobody is named: the mail sent back says whom it was for. */
static void add_returned_to(struct bounce_list *list, struct str mail, const char *text)
{
    const char *to = mail.n == 0 ? NULL : mail_header(list->a, mail.p, mail.n, "To");
    struct mail_addresses whom = mail_addresses_parse(list->a, to);
    for (size_t i = 0; i < whom.n && i < 5; i++)
        bounce_add(list, whom.items[i].email, NULL, text);
}

/* The first field block behind the prose: a mail that was sent back without its own part. */
static struct str returned_in_text(const char *text, size_t at)
{
    const char *end = strchr(text + at, '\n');
    const char *mail = end == NULL ? text + strlen(text) : end + strspn(end, "\n\r ");
    return (struct str) { mail, strlen(mail) };
}

static struct str read_prose(struct bounce_list *list, const struct mail_node *root,
                             const struct mail *m, struct str mail)
{
    size_t at = bounce_prose(list, m->text, own_address(m));
    if (mail.n == 0)
        mail = returned_in_text(m->text, at);
    const char *prose = arena_strndup(list->a, m->text, at);
    add_failed_header(list, &root->head, prose);
    if (list->n == 0)
        add_returned_to(list, mail, prose);
    return mail;
}

static bool finish(struct arena *a, struct bounce_list *list, struct str mail, struct mail *m,
                   const char *why)
{
    const char *id = mail.n == 0 ? NULL : mail_header(a, mail.p, mail.n, "Message-ID");
    size_t n;
    const char **ids = mail_ids(a, id, 1, &n);
    m->bounced_message_id = n > 0 ? ids[0] : NULL;
    if (n == 0 && m->references[0] != NULL)
        m->bounced_message_id = m->references[0];
    m->nature = MAIL_BOUNCE;
    m->nature_why = why;
    m->bounces = list->items;
    m->bounces_n = list->n;
    return true;
}

/* What the report leaves open, the prose before it may say. */
static void complete(struct bounce_list *list, const struct mail *m)
{
    struct bounce_list more = bounce_list(list->a);
    bounce_prose(&more, m->text, own_address(m));
    for (size_t i = 0; i < list->n; i++) {
        struct mail_bounce *b = &list->items[i];
        const struct mail_bounce *other = find(&more, b->recipient);
        if (*b->text == '\0' && other != NULL)
            b->text = other->text;
        if (b->status == NULL && other != NULL && b->text == other->text) {
            b->status = other->status;
            b->is_hard = other->is_hard;
        }
    }
}

bool mail_bounce_read(struct arena *a, const struct mail_node *root, struct mail *m)
{
    const struct mail_node *report = status_node(root);
    const struct mail_node *complaint = node_of(root, "message/feedback-report");
    struct str mail = returned(a, root);
    struct bounce_list list = bounce_list(a);
    if (complaint != NULL) {
        read_complaint(&list, complaint, mail);
        return finish(a, &list, mail, m, "message/feedback-report");
    }
    if (report == NULL && mail.n > 0 &&
        str_starts_nocase(m->subject, "complaint about message from ")) {
        add_returned_to(&list, mail, "complaint");
        for (size_t i = 0; i < list.n; i++)
            list.items[i].is_hard = false;
        if (list.n > 0)
            return finish(a, &list, mail, m, "Subject: complaint");
    }
    if (report != NULL) {
        read_status(&list, report);
        complete(&list, m);
        if (list.n > 0)
            return finish(a, &list, mail, m, "message/delivery-status");
    }
    if (!may_be_prose(a, root, m, mail.n > 0) ||
        !(bounce_says_failure(m->text) || bounce_says_failure(m->subject)))
        return false;
    mail = read_prose(&list, root, m, mail);
    return list.n > 0 ? finish(a, &list, mail, m, "an MTA's words") : false;
}
