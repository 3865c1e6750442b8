#ifndef DESKD_FCGI_PAGES_PLACES_H /* fcgi/pages/places.h - the places of the time zone database */
#define DESKD_FCGI_PAGES_PLACES_H
struct arena;

/* "Europe/Warsaw" and the like in order, "UTC" first; with chosen among them. Ends with NULL. */
const char *const *places_all(struct arena *a, const char *chosen);
#endif
