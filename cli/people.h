#ifndef DESKD_CLI_PEOPLE_H /* cli/people.h - adding a person from the command line */
#define DESKD_CLI_PEOPLE_H
#include "user/user.h"
struct cli;
struct err;
struct tenant;

struct person {
    const char *name, *email;
    enum role role;
    const char *gender;
    const char *password;   /* NULL: an invitation link is printed; "-": read from standard input */
    const char *department; /* its name or an address; NULL: the default one */
};
/* Adds the person to the tenant and says on cli->out how to log in. */
int person_add(struct cli *cli, const struct tenant *t, const struct person *p, struct err *err);
/* The same in two steps: inside a transaction, p->password being no "-", with the token of the
 * invitation or NULL; and after its commit. */
int person_write(struct cli *cli, const struct tenant *t, const struct person *p,
                 const char **token, struct err *err);
void person_tell(struct cli *cli, const struct tenant *t, const struct person *p,
                 const char *token);
/* A password as given on the command line, or the first line of standard input for "-". */
int password_argument(struct cli *cli, const char *given, const char **out, struct err *err);
#endif
