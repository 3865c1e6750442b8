#include "fcgi/router.h" /* matching only; what must hold before a handler runs stands in gate.c */

#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* A segment of addresses. All {names} at one place are one node, whatever they are called. */
struct node {
    const char *text; /* not for names */
    size_t n;
    const struct route *get, *post;
    struct node *children; /* written segments */
    struct node *name;     /* {name} */
    struct node *next;
};

struct router {
    struct arena *arena;
    struct node root;
};

static struct node *written_child(const struct node *parent, const char *p, size_t n)
{
    for (struct node *c = parent->children; c != NULL; c = c->next)
        if (c->n == n && memcmp(c->text, p, n) == 0)
            return c;
    return NULL;
}

static struct node *add_child(struct arena *a, struct node *parent, const char *p, size_t n)
{
    bool is_name = p[0] == '{';
    struct node *child = is_name ? parent->name : written_child(parent, p, n);
    if (child != NULL)
        return child;
    child = arena_zalloc(a, sizeof(*child));
    child->text = p;
    child->n = n;
    if (is_name) {
        parent->name = child;
    } else {
        child->next = parent->children;
        parent->children = child;
    }
    return child;
}

static int add_route(struct router *r, const struct route *route, struct err *err)
{
    struct node *node = &r->root;
    unsigned depth = 0;
    for (const char *p = route->path; p[0] == '/' && p[1] != '\0';) {
        size_t n = strcspn(p + 1, "/");
        if (n == 0 || ++depth > ROUTE_DEPTH)
            return err_set(err, ERR_INTERNAL, "route %s is malformed or too deep", route->path);
        node = add_child(r->arena, node, p + 1, n);
        p += n + 1;
    }
    const struct route **place = route->method == POST ? &node->post : &node->get;
    if (*place != NULL)
        return err_set(err, ERR_INTERNAL, "routes %s and %s have the same addresses", route->path,
                       (*place)->path);
    *place = route;
    return 0;
}

int router_new(struct router **out, const struct route *const *tables, struct err *err)
{
    struct router *r = calloc(1, sizeof(*r));
    struct arena *a = arena_new(0);
    if (r == NULL || a == NULL) {
        free(r);
        arena_free(&a);
        return err_set(err, ERR_NO_MEMORY, "no memory for the router");
    }
    r->arena = a;
    for (; *tables != NULL; tables++)
        for (const struct route *route = *tables; route->path != NULL; route++)
            if (add_route(r, route, err) < 0) {
                router_free(&r);
                return -1;
            }
    *out = r;
    return 0;
}

void router_free(struct router **router)
{
    if (*router == NULL)
        return;
    arena_free(&(*router)->arena);
    free(*router);
    *router = NULL;
}

static bool end_here(const struct node *node, struct route_match *out)
{
    out->get = node->get;
    out->post = node->post;
    return node->get != NULL || node->post != NULL;
}

/* rest is "" or begins with a slash. The tree is at most ROUTE_DEPTH deep, and so is the recursion.
 */
static bool walk(const struct node *node, const char *rest, struct route_match *out)
{
    if (*rest == '\0')
        return end_here(node, out);
    size_t n = strcspn(rest + 1, "/"), names = out->n;
    if (n == 0)
        return false;
    const struct node *written = written_child(node, rest + 1, n);
    if (written != NULL && walk(written, rest + 1 + n, out))
        return true;
    if (node->name == NULL)
        return false;
    out->n = names;
    out->values[out->n] = rest + 1;
    out->lengths[out->n++] = n;
    return walk(node->name, rest + 1 + n, out);
}

bool router_match(const struct router *r, const char *path, struct route_match *out)
{
    *out = (struct route_match) { .n = 0 };
    return walk(&r->root, strcmp(path, "/") == 0 ? "" : path, out);
}
