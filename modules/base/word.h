#ifndef DESKD_BASE_WORD_H /* modules/base/word.h - marks texts that are translated where they are  \
                             shown */
#define DESKD_BASE_WORD_H

/* Changes nothing; deploy/words finds it. For texts that are stored or handed up in English, from
 * folders that know no languages. What shows them calls words_get or words_get_reason
 * (html/words.h). A value may follow after ": ", outside the mark. */
#define WORDS(msgid) msgid
#endif
