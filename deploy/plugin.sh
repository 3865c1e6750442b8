#!/bin/sh
# deploy/plugin.sh SOURCE FOLDER - makes of a plugin's sources the folder that is installed
#
# SOURCE: plugin.xml, *.c, and where there are any sql/ templates/ static/ locale/LANGUAGE.po. CC, CFLAGS,
# LDFLAGS and MSGFMT come from the environment. FOLDER is made anew.
set -eu
umask 022
source=$1 folder=$2 id=$(basename "$2")
rm -rf "$folder.new"
mkdir -p "$folder.new"
cp "$source/plugin.xml" "$folder.new/"
for name in sql templates static; do
  if [ -d "$source/$name" ]; then cp -R "$source/$name" "$folder.new/"; fi
done
for file in "$source"/locale/*.po; do
  [ -e "$file" ] || continue
  messages=$folder.new/locale/$(basename "$file" .po)/LC_MESSAGES
  mkdir -p "$messages"
  "$MSGFMT" --check-format -o "$messages/deskd-$id.mo" "$file"
done
# shellcheck disable=SC2086 # lists of options
$CC $CFLAGS $LDFLAGS -o "$folder.new/$id.so" "$source"/*.c
find "$folder.new" -type f -exec chmod 644 {} +
rm -rf "$folder"
mv "$folder.new" "$folder"
touch "$folder.made"
