#!/bin/sh
# deploy/icons.sh OUT [LIST [SVG_FOLDER]] - makes the icon sprite OUT from the names in LIST.
# The drawings come from Debian's package bootstrap-icons.
set -eu

out=$1
list=${2:-templates/static/icons.list}
svgs=${3:-/usr/share/bootstrap-icons/svg}

[ -d "$svgs" ] || { echo "icons.sh: no folder $svgs: install the package bootstrap-icons" >&2; exit 1; }
mkdir -p "$(dirname "$out")"
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    while read -r name; do
        case $name in '' | '#'*) continue ;; esac
        [ -f "$svgs/$name.svg" ] || { echo "icons.sh: no icon named $name" >&2; exit 1; }
        tr '\n' ' ' <"$svgs/$name.svg" | sed -E \
            -e "s|<svg[^>]*viewBox=\"([^\"]*)\"[^>]*>|<symbol id=\"$name\" viewBox=\"\1\">|" \
            -e 's|</svg>|</symbol>|' -e 's|> +<|><|g' -e 's| +$||'
        echo
    done <"$list"
    echo '</svg>'
} >"$out.tmp"
mv "$out.tmp" "$out"
