#ifndef DESKD_FCGI_PLUGIN_PAGES_H /* fcgi/plugin_pages.h - plugins' routes among ours, and what    \
                                     their pages may do */
#define DESKD_FCGI_PLUGIN_PAGES_H
#include "fcgi/router.h"
struct plugin;
struct plugins;
struct err;
struct request;

/* A router of all our routes and of those that the loaded plugins have, all below /plugins/ID. A
 * plugin with a route that is none is left out. plugins may be NULL. */
int plugin_routes_new(struct router **out, struct plugins *plugins, struct err *err);
/* The plugin that a route with ROUTE_PLUGIN belongs to. */
const struct plugin *plugin_of_route(const struct route *r);
/* rq->plugins, now that the tenant is known; NULL where none are installed. */
void plugin_scene_begin(struct request *rq);
#endif
