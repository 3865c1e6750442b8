/* modules/mail/quote.c - where the answer ends and what was answered begins: one walk over the
 * lines, no memory. What is folded by mistake is one click away; answers between quotes are never
 * folded. */
#include "mail/mail_private.h"

#include <string.h>

#define INTRO_LINES     3
#define INTRO_MAX       600
#define HEADER_LINES    8
#define SIGNATURE_LINES 15

/* "wrote", as the mailers of many languages put it before or behind the name. */
static const char *const verbs[] = {
    "wrote",   "writes",     "schrieb",   "a écrit",    "escribió", "escreveu", "ha scritto",
    "schreef", "geschreven", "napisał",   "pisze",      "написал",  "пишет",    "пише",
    "написав", "skrev",      "kirjoitti", "napsal",     "napísal",  "írta",     "a scris",
    "yazdı",   "写道",       "寫道",      "書きました", "작성",
};

/* Words with which an intro over several lines begins. */
static const char *const starters[] = { "On ", "Am ",    "Le ",   "El ",  "Em ",     "Il ",
                                        "Op ", "W dniu", "Dnia ", "Den ", "At ",     "Dne ",
                                        "Pe ", "Em:",    "Den:",  "В ",   "---- On " };

/* Above a mail that is quoted or forwarded whole. */
static const char *const marks[] = {
    "original message",
    "original appointment",
    "forwarded message",
    "ursprüngliche nachricht",
    "original-nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message original",
    "message transf",
    "mensaje original",
    "mensaje reenviado",
    "mensagem original",
    "mensagem encaminhada",
    "messaggio originale",
    "messaggio inoltrato",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "wiadomość przekazana",
    "ursprungligt meddelande",
    "vidarebefordrat",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "alkuperäinen viesti",
    "původní zpráva",
    "eredeti üzenet",
    "Исходное",
    "Пересылаемое",
    "Перенаправ",
    "原始邮件",
    "元のメッセージ",
};

/* Names of the headers that Outlook writes above what it quotes: the sender's, then the others. */
static const char *const senders[] = { "From",   "Von",    "De",     "Da",    "Från",      "Fra",
                                       "Van",    "Od",     "От",     "Від",   "Lähettäjä", "Kimden",
                                       "Feladó", "发件人", "寄件者", "差出人" };
static const char *const others[] = { "Sent",       "Date",      "To",         "Cc",
                                      "Subject",    "Reply-To",  "Gesendet",   "Datum",
                                      "An",         "Betreff",   "Enviado",    "Enviado el",
                                      "Enviada em", "Fecha",     "Para",       "Asunto",
                                      "Assunto",    "Data",      "Envoyé",     "À",
                                      "Objet",      "Inviato",   "A",          "Oggetto",
                                      "Risposta",   "Skickat",   "Till",       "Ämne",
                                      "Sendt",      "Til",       "Emne",       "Verzonden",
                                      "Aan",        "Onderwerp", "Wysłano",    "Wysłany",
                                      "Do",         "Temat",     "Отправлено", "Дата",
                                      "Кому",       "Тема",      "Lähetetty",  "Vastaanottaja",
                                      "Aihe",       "发送时间",  "收件人",     "主题",
                                      "送信日時",   "宛先",      "件名" };

static struct str trim(struct str s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[0]) != NULL && s.p[0] != '\0') {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) != NULL && s.p[s.n - 1] != '\0')
        s.n--;
    if (s.n >= 2 && memcmp(s.p + s.n - 2, "\xC2\xA0", 2) == 0)
        s.n -= 2;
    return s;
}

static bool begins(struct str s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

static bool contains(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (strncasecmp(s.p + i, word, n) == 0)
            return true;
    return false;
}

static bool has_word(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (contains(s, words[i]))
            return true;
    return false;
}
#define HAS_WORD(s, list) has_word((s), (list), sizeof(list) / sizeof((list)[0]))

static bool is_blank(struct str line)
{
    return trim(line).n == 0;
}

/* "> text", "Jan> text" */
static bool is_quote(struct str line)
{
    line = trim(line);
    if (line.n > 0 && (line.p[0] == '>' || line.p[0] == '|'))
        return true;
    size_t n = 0;
    while (n < line.n && n < 20 && ((line.p[n] | 0x20) >= 'a' && (line.p[n] | 0x20) <= 'z'))
        n++;
    return n > 0 && n + 1 < line.n && line.p[n] == '>' && line.p[n + 1] == ' ';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A time (9:30, 13.16) or a year. */
static bool has_time(struct str s)
{
    for (size_t i = 0; i + 4 < s.n; i++) {
        if (is_digit(s.p[i]) && (s.p[i + 1] == ':' || s.p[i + 1] == '.') && is_digit(s.p[i + 2]) &&
            is_digit(s.p[i + 3]))
            return true;
        if (is_digit(s.p[i]) && is_digit(s.p[i + 1]) && is_digit(s.p[i + 2]) &&
            is_digit(s.p[i + 3]))
            return true;
    }
    return false;
}

static bool ends_intro(struct str s)
{
    if (s.n > 4 && memcmp(s.p + s.n - 4, "----", 4) == 0)
        return true;
    return s.n > 0 && (s.p[s.n - 1] == ':' || (s.n >= 3 && memcmp(s.p + s.n - 3, "：", 3) == 0));
}

/* "2016-03-03 17:21 GMT+01:00 Jan <jan@firma.pl>:" */
static bool is_dated_intro(struct str s)
{
    size_t digits = 0;
    while (digits < s.n && digits < 5 && is_digit(s.p[digits]))
        digits++;
    if (digits != 4 || s.n < 12 || (s.p[4] != '-' && s.p[4] != '/'))
        return false;
    return contains(s, " GMT") || (contains(s, "@") && (s.p[s.n - 1] == '>' || ends_intro(s)));
}

static bool is_intro(struct str s)
{
    s = trim(s);
    if (is_dated_intro(s))
        return true;
    return ends_intro(s) && HAS_WORD(s, verbs) && (has_time(s) || contains(s, "@"));
}

static bool starts_intro(struct str line)
{
    line = trim(line);
    if (line.n > 0 && is_digit(line.p[0]))
        return true;
    for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
        if (begins(line, starters[i]))
            return true;
    return HAS_WORD(line, verbs) && contains(line, "@");
}

/* How many bytes from at on are an intro, over one line or up to three; 0 where none begins. */
static size_t intro_length(struct str text, size_t at)
{
    char joined[INTRO_MAX];
    size_t n = 0, end = at;
    struct str line, first = { "", 0 };
    for (int i = 0; i < INTRO_LINES && mail_line(text, &end, &line) && !is_blank(line); i++) {
        struct str part = trim(line);
        if (part.n + 1 > sizeof(joined) - n || (i > 0 && is_quote(part) && !ends_intro(part)))
            return 0;
        memcpy(joined + n, part.p, part.n);
        n += part.n;
        joined[n++] = ' ';
        first = i == 0 ? part : first;
        if (i == 1 && !starts_intro(first))
            return 0;
        if (is_intro((struct str) { joined, n }))
            return end - at;
    }
    return 0;
}

/* The line without the signs that mailers put around: * _ > and blanks. */
static struct str bare(struct str line)
{
    line = trim(line);
    while (line.n > 0 && strchr("*_> ", line.p[0]) != NULL) {
        line.p++;
        line.n--;
    }
    return line;
}

static bool is_field(struct str line, const char *const *names, size_t n)
{
    line = bare(line);
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        if (!begins(line, names[i]))
            continue;
        struct str rest = { line.p + length, line.n - length };
        while (rest.n > 0 && (rest.p[0] == '*' || rest.p[0] == ' ')) {
            rest.p++;
            rest.n--;
        }
        if (rest.n > 0 && (rest.p[0] == ':' || (rest.n >= 3 && memcmp(rest.p, "：", 3) == 0)))
            return true;
    }
    return false;
}
#define IS_FIELD(line, list) is_field((line), (list), sizeof(list) / sizeof((list)[0]))

/* From, and two more of its kind in the next lines. */
static bool is_header_block(struct str text, size_t at, struct str first)
{
    struct str line;
    int found = 0;
    if (!IS_FIELD(first, senders))
        return false;
    for (int i = 0; i < HEADER_LINES && found < 2 && mail_line(text, &at, &line); i++)
        found += IS_FIELD(line, others);
    return found >= 2;
}

static bool is_rule(struct str line)
{
    line = trim(line);
    for (size_t i = 0; i < line.n; i++)
        if (strchr("-_=*", line.p[i]) == NULL)
            return false;
    return line.n >= 5;
}

static bool is_mark(struct str line)
{
    line = trim(line);
    if (begins(line, "begin forwarded message") || begins(line, "anfang der weitergeleiteten"))
        return true;
    if (line.n < 10 || strchr("-*_=", line.p[0]) == NULL)
        return false;
    return HAS_WORD(line, marks);
}

static bool is_signature_mark(struct str line)
{
    line = trim(line);
    return (line.n == 2 && memcmp(line.p, "--", 2) == 0) || begins(line, "sent from ") ||
           begins(line, "-- \xC2\xA0");
}

/* What is known while walking. Offsets that are n are unset. */
struct walk {
    struct str text;
    size_t intro;     /* an intro whose quotes nobody has answered between, yet */
    size_t run;       /* where the quotes at the end begin */
    size_t rule;      /* a rule with nothing but blanks behind it, yet */
    bool has_text;    /* somebody wrote something above */
    bool after_intro; /* no line yet behind the intro */
    size_t signature; /* lines of a signature, counted from its mark; 0: outside */
};

static void take_quote(struct walk *w, size_t at)
{
    if (w->run == w->text.n)
        w->run = at;
    w->after_intro = false;
    w->signature = 0;
}

/* Text behind quotes: an answer between them, or a signature. */
static void take_text(struct walk *w, struct str line)
{
    if (is_signature_mark(line) || (is_rule(line) && w->run != w->text.n))
        w->signature = 1;
    else if (w->signature > 0 && w->signature < SIGNATURE_LINES)
        w->signature++;
    else
        w->signature = 0;
    if (w->signature > 0 && w->run != w->text.n)
        return;
    w->intro = w->run = w->text.n;
    w->has_text = w->has_text || !is_rule(line); /* a rule alone is nothing to show */
}

static bool is_unset(const struct walk *w, size_t offset)
{
    return offset == w->text.n;
}

/* True where the fold is found at *fold for sure, whatever follows. */
static bool step(struct walk *w, size_t at, size_t next, struct str line, size_t *fold)
{
    if (w->has_text && (is_mark(line) || is_header_block(w->text, next, line))) {
        *fold = !is_unset(w, w->intro)  ? w->intro
                : !is_unset(w, w->run)  ? w->run
                : !is_unset(w, w->rule) ? w->rule
                                        : at;
        return true;
    }
    if (is_blank(line) || is_mark(line)) /* a forwarded mail with nothing above it is shown */
        return false;
    if (is_quote(line)) {
        take_quote(w, at);
        return false;
    }
    if (w->after_intro && w->has_text) { /* quoted without any sign: all that follows */
        *fold = w->intro;
        return true;
    }
    w->after_intro = false;
    take_text(w, line);
    w->rule = is_rule(line) ? at : w->text.n;
    return false;
}

size_t mail_quote_offset(const char *text, size_t n)
{
    struct walk w = { .text = { text, n }, .intro = n, .run = n, .rule = n };
    struct str line;
    size_t fold = n;
    for (size_t at = 0, next = 0; mail_line(w.text, &next, &line); at = next) {
        size_t intro = is_blank(line) || is_quote(line) ? 0 : intro_length(w.text, at);
        if (intro > 0 && w.has_text && is_unset(&w, w.intro)) {
            w.intro = at;
            w.after_intro = true;
            w.run = n;
            next = at + intro;
            continue;
        }
        if (step(&w, at, next, line, &fold))
            return fold;
    }
    if (!w.has_text)
        return n;
    return !is_unset(&w, w.intro) ? w.intro : w.run;
}
