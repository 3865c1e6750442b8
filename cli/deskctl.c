/* cli/deskctl.c - the provider's command line */
#include "cli/cli.h"

#include <stddef.h>

static const struct cli_command *const tables[] = {
    migrate_commands, tenant_commands, user_commands,       template_commands,      status_commands,
    demo_commands,    mail_commands,   ticket_commands,     outbox_commands,        seed_commands,
    search_commands,  plugin_commands, plugin_new_commands, plugin_tenant_commands, NULL,
};

int main(int argc, char **argv)
{
    return cli_main(tables, argc, argv);
}
