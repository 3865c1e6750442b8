/* test/responsibility_test.c - loads the plugin as deskd does; tells what putting 100,000 tickets
 * in order costs */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): a feature test macro */
#define _POSIX_C_SOURCE 200809L
/* NOLINTNEXTLINE(bugprone-suspicious-include): what it measures, the object does not export */
#include "../responsibility.c"

#include <assert.h>
#include <dlfcn.h>
#include <time.h>

#define TICKETS 100000

static int64_t now(struct deskd_call *call)
{
    (void)call;
    return 1000000;
}

static const struct deskd_host host = { .size = sizeof(host), .now = now };
static unsigned char places[TICKETS][PLACE_BYTES];

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, PLACE_BYTES);
}

int main(int argc, char **argv)
{
    void *object = dlopen(argc > 1 ? argv[1] : "./responsibility.so", RTLD_NOW | RTLD_LOCAL);
    const struct deskd_plugin *p = object == NULL ? NULL : dlsym(object, "deskd_plugin_v1");
    struct timespec from, to;
    assert(p != NULL && strcmp(p->id, "responsibility") == 0);
    assert(p->init(&host) == DESKD_OK);
    assert(p->hooks->ticket_changed != NULL && p->hooks->choose_agent != NULL);

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int64_t i = 0; i < TICKETS; i++) {
        struct stand s;
        const int64_t since = (i * 7919) % TICKETS;
        const struct deskd_urgency u = { sizeof(u), 0, since + 7 * DAY_MS, 0 };
        stand_make(&u, since, 50, &s);
        place_make(ORDER_DUE, &s, i, places[i]);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    qsort(places, TICKETS, PLACE_BYTES, compare);
    for (int i = 1; i < TICKETS; i++)
        assert(compare(places[i - 1], places[i]) < 0);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    (void)printf("responsibility: all is well; a ticket's place: %.0f ns\n", ns / TICKETS);
    return 0;
}
