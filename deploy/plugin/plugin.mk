# make          @id@.so and the catalogues
# make check    its own test, and what deskctl has to say
# make package  @id@-VERSION.tar.zst; sign it: minisign -Sm @id@-VERSION.tar.zst
# make install  puts this folder on the shelf of the deskd on this machine
ID = @id@
VERSION = $(shell sed -n 's/^<plugin .* version="\([^"]*\)".*/\1/p' plugin.xml)
DESKCTL = deskctl
CFLAGS = -O2 -g -Wall -Wextra
DESKD = $(shell pkg-config --cflags deskd-plugin)
CATALOGUES = $(patsubst locale/%.po,locale/%/LC_MESSAGES/deskd-$(ID).mo,$(wildcard locale/*.po))
PARTS = plugin.xml $(ID).so $(wildcard sql templates static locale README.md LICENSE)

all: $(ID).so $(CATALOGUES)

$(ID).so: $(wildcard *_plugin.c *.h)
	$(CC) -std=c11 $(CFLAGS) $(DESKD) -fPIC -fvisibility=hidden -shared -o $@.new $(filter %.c,$^)
	mv $@.new $@

locale/%/LC_MESSAGES/deskd-$(ID).mo: locale/%.po
	mkdir -p $(@D)
	msgfmt --check -o $@ $<

test/$(ID)_test: test/$(ID)_test.c $(wildcard *.h)
	$(CC) -std=c11 $(CFLAGS) $(DESKD) -o $@ $< -ldl

check: all test/$(ID)_test
	./test/$(ID)_test ./$(ID).so
	$(DESKCTL) plugin check . --templates $(shell pkg-config --variable=templates deskd-plugin)

package: check
	tar --zstd --owner=0 --group=0 --mode=u=rwX,go=rX -cf $(ID)-$(VERSION).tar.zst $(PARTS)

install: check
	$(DESKCTL) plugin install .

clean:
	rm -rf $(ID).so test/$(ID)_test $(CATALOGUES) $(ID)-*.tar.zst

.PHONY: all check package install clean
