#ifndef DESKD_FCGI_PAGES_RULES_FORM_H /* fcgi/pages/rules_form.h - a rule as rows of a form, shown \
                                         and read */
#define DESKD_FCGI_PAGES_RULES_FORM_H
#include "fcgi/router.h"
struct arena;
struct err;
struct request;
struct roster;
struct rule;
struct rule_action;
struct view;

#define RULE_ROWS  24 /* of conditions */
#define RULE_DEEDS 10 /* of actions */
#define RULE_SPARE 2  /* empty rows that are offered */

extern const struct field rules_form[];

/* The fields of config/rules/_form: as they are (r NULL: of a new one) / as they were typed. */
void rules_show_saved(struct request *rq, struct view *v, const struct roster *names,
                      const struct rule *r);
void rules_show_typed(struct request *rq, struct view *v, const struct roster *names);
/* Reads the form into *out, whose id and version are the caller's. -1 with a sentence for the
 * person in *complaint; those of *out that could be read are. */
int rules_read(struct request *rq, const struct roster *names, struct rule *out,
               const char **complaint);
/* Ids and words of the database as people know them: "Marketing; Support". */
const char *rules_value_text(struct arena *a, const struct roster *names, const char *field,
                             const char *value);
/* How a condition's field and an action are called; their names where nobody knows them. */
const char *rules_field_label(const struct request *rq, const char *name);
const char *rules_action_label(const struct request *rq, const char *name);
/* An action's arguments likewise: "Marketing, Anna Nowak". */
const char *rules_arguments_text(struct arena *a, const struct roster *names,
                                 const struct rule_action *action);
#endif
