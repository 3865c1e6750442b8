#ifndef DESKD_BASE_EMBED_H /* modules/base/embed.h - files of the source that the program holds as \
                              they are */
#define DESKD_BASE_EMBED_H

/* At file scope: EMBED(name, "path") makes "const char name[]", which ends with a NUL. path is a
 * string literal, as the compiler finds the file. */
#define EMBED(name, path)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            "deskd_" #name ": .incbin \"" path "\"\n"                                              \
            ".byte 0\n"                                                                            \
            ".text\n");                                                                            \
    extern const char(name)[] __asm__("deskd_" #name) __attribute__((visibility("hidden")))
#endif
