#ifndef DESKD_PLUGIN_MANIFEST_H /* modules/plugin/manifest.h - plugin.xml: what a plugin is and    \
                                   what it asks for */
#define DESKD_PLUGIN_MANIFEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

#define PLUGIN_ID_MAX 24

struct plugin_permission {
    const char *name; /* without the plugin's id: "manage" */
    const char *label, *group;
};

enum setting_type {
    SETTING_TEXT,
    SETTING_LINES, /* a text of several lines */
    SETTING_NUMBER,
    SETTING_SWITCH, /* "0" or "1" */
    SETTING_CHOICE,
    SETTING_SECRET /* sealed in the database, never shown again */
};
struct plugin_choice {
    const char *value, *label;
};
struct plugin_setting {
    const char *name;
    enum setting_type type;
    const char *label, *help; /* help "" for none */
    const char *fallback;     /* "" for none */
    bool is_required;
    int64_t min, max; /* number: value; texts: bytes */
    const struct plugin_choice *choices;
    size_t choices_n;
};

enum menu_place { MENU_MAIN, MENU_CONFIG };
struct plugin_menu {
    enum menu_place place;
    const char *path;       /* below /plugins/ID */
    const char *permission; /* as in struct deskd_route */
    const char *icon, *label;
};

struct plugin_manifest {
    const char *id, *version; /* version: 1.2.3 */
    unsigned abi_major, abi_minor;
    const char *name, *description, *author, *license;
    const char *const *requires_plugins; /* ids, ends with NULL */
    const char *const *tables;           /* all begin with p_ID_; ends with NULL */
    const struct plugin_permission *permissions;
    size_t permissions_n;
    const struct plugin_setting *settings;
    size_t settings_n;
    const struct plugin_menu *menus;
    size_t menus_n;
};

/* Reads dir/plugin.xml (at most 64 KiB; no entities, no network), checked by plugin.rng, which is
 * built into the program, and by what a grammar cannot say (names that are taken twice, a default
 * that its own setting refuses, a table that is not its own, another ABI). ERR_INVALID says in a
 * sentence what is wrong, with the line. Strings live in a. */
int manifest_read(struct arena *a, const char *dir, struct plugin_manifest *out, struct err *err);
/* Whether value may stand in a setting: NULL, or what is wrong with it, in English for the
 * catalogue. */
const char *setting_complaint(const struct plugin_setting *s, const char *value);
#endif
