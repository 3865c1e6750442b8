/* fcgi/deskd.c - the server program: options, then the master */
#include "base/crypto.h"
#include "base/err.h"
#include "fcgi/generation.h"
#include "fcgi/master.h"
#include "fcgi/upgrade.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int usage(void)
{
    (void)fputs("usage: deskd [-c deskd.conf] [-t] [-V]\n"
                "  -c  configuration (default " DESKD_CONF ")\n"
                "  -t  check configuration and templates, then end\n"
                "  -V  print the version\n",
                stderr);
    return 64;
}

static int check(const char *conf_path, struct err *err)
{
    struct generation *g = NULL;
    if (generation_load(&g, conf_path, err) < 0)
        return -1;
    generation_free(&g);
    (void)printf("%s is fine\n", conf_path);
    return 0;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    const char *conf_path = DESKD_CONF;
    int only_check = 0;
    for (int option; (option = getopt(argc, argv, "c:tV")) != -1;) {
        if (option == 'c')
            conf_path = optarg;
        else if (option == 't')
            only_check = 1;
        else if (option == 'V')
            return puts("deskd " DESKD_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        else
            return usage();
    }
    if (optind != argc)
        return usage();
    int rc = crypto_init(&err);
    if (rc == 0)
        rc = upgrade_prepare(argv, &err);
    if (rc == 0)
        rc = only_check ? check(conf_path, &err) : master_run(conf_path, &err);
    if (rc < 0)
        (void)fprintf(stderr, "deskd: %s\n", err.msg);
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
