#ifndef ROLES_FILTER_H /* roles_filter.h - whether a text has another one in it, whatever their    \
                          case */
#define ROLES_FILTER_H

/* Case does not count in Latin and Cyrillic letters. "" is in everything. */
int filter_has(const char *text, const char *wanted);
#endif
