#ifndef DESKD_FCGI_PAGES_PLUGINS_FORM_H /* fcgi/pages/plugins_form.h - the form that plugin.xml    \
                                           describes */
#define DESKD_FCGI_PAGES_PLUGINS_FORM_H
#include "fcgi/router.h"
#include "plugin/manifest.h"

struct view;

/* Settings go by their place in the manifest, v0 to v63, whose version the form carries: "version".
 * "clear": places (counted from 1) of secrets to be forgotten. */
extern const struct field plugins_form[];

/* The fields with what the tenant has set. */
int plugins_form_show(struct request *rq, struct view *v, const struct plugin_manifest *m,
                      struct err *err);
/* The same with what was typed and what is wrong with it. */
void plugins_form_show_again(struct request *rq, struct view *v, const struct plugin_manifest *m);
/* The values for setting_put; false where one is wrong: form_error says so. */
bool plugins_form_read(struct request *rq, const struct plugin_manifest *m, const char ***values);
#endif
