# shellcheck shell=bash
# deploy/lib/build.sh - builds the checkout in a folder of its own

# build_configure SOURCE FOLDER [configure option...]: only when something changed since the last time.
build_configure() {
  local source=$1 dir=$2
  shift 2
  if [ ! -e "$source/configure" ] || [ "$source/configure.ac" -nt "$source/configure" ]; then
    "$source/autogen.sh"
  fi
  mkdir -p "$dir"
  if [ -e "$dir/Makefile" ] && [ "$(cat "$dir/configured" 2>/dev/null)" = "$*" ] &&
    [ ! "$source/configure" -nt "$dir/config.status" ]; then
    return 0
  fi
  rm -f "$dir/configured"
  (cd "$dir" && "$source/configure" "$@")
  printf '%s' "$*" >"$dir/configured"
}

# build_make FOLDER TARGET...
build_make() {
  local dir=$1
  shift
  make --no-print-directory -C "$dir" -j "${DESKD_BUILD_JOBS:-$(nproc)}" "$@"
}
