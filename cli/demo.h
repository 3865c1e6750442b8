#ifndef DESKD_CLI_DEMO_H /* cli/demo.h - loading a file of deploy/demo: what its steps share */
#define DESKD_CLI_DEMO_H
#include "db/db.h"
#include "mail/mail.h"
#include "tenant/tenant.h"
#include "ticket/act.h"
#include "user/viewer.h"

#include <jansson.h>
struct attachment_new;
struct cli;

struct demo_department {
    const char *key, *address;
    int64_t id;
};

struct demo_person {
    const char *key;
    struct viewer viewer;
};

/* A conversation and what became of it so far. */
struct demo_talk {
    const json_t *json;
    struct mail_address customer;
    const struct demo_department *department; /* that receives it */
    const char *subject;
    int64_t ticket_id; /* 0: not begun */
};

struct demo_step {
    const json_t *json;
    struct demo_talk *talk;
    int64_t at;
    size_t order; /* in the file: decides between steps of one instant */
};

/* Everything but step lives in the command's arena. */
struct demo {
    struct cli *cli;
    struct arena *step; /* of one step of a conversation */
    const json_t *file;
    const char *password;
    int64_t now; /* of the loading: all times are told from it */
    struct tenant tenant;
    struct db db;
    struct demo_department *departments;
    struct demo_person *people;
    size_t departments_n, people_n;
    size_t tickets, steps; /* that were played */
};

/* Strings and lists of the file; "" and an empty list where there is none. */
const char *demo_text(const json_t *object, const char *key);
const json_t *demo_list(const json_t *object, const char *key);

/* Tenant, departments, people with their password. */
int demo_create_tenant(struct demo *d, struct err *err);
/* What mails do not say of customers: company and language. */
int demo_describe_customers(struct demo *d, struct err *err);
const struct demo_department *demo_department(const struct demo *d, const char *key);
const struct demo_person *demo_person(const struct demo *d, const char *key);

/* All conversations, in the order in which things happened. */
int demo_play(struct demo *d, struct err *err);
/* As somebody at the step's time. person NULL: the system. */
struct act demo_act(struct demo *d, const struct demo_person *person, int64_t at);

/* The customer's mail of a step, through the door that mails come in by; sets the talk's ticket. */
int demo_mail(struct demo *d, struct demo_step *s, struct err *err);
/* The files of a step, in the step's arena. */
int demo_attachments(struct demo *d, const json_t *step, struct attachment_new **out, size_t *n,
                     struct err *err);
/* A little picture and a one-page document, told apart by seed and title. */
void demo_png(struct arena *a, const char *seed, const char **data, size_t *n);
void demo_pdf(struct arena *a, const char *title, const char **data, size_t *n);

/* The mails that the steps queued count as sent long ago, but for one that waits and one that
 * failed. */
int demo_settle_outbox(struct demo *d, struct err *err);
#endif
