# shellcheck shell=bash
# deploy/lib/packages.sh - installs Debian packages without leaving a system service behind

# shellcheck disable=SC2034 # for those who source this
PACKAGES_RUN="mariadb-server-core mariadb-client-core redis-server nginx tzdata ca-certificates"

# packages_build SOURCE: configure.ac names the package of each thing that it asks for.
packages_build() {
  echo build-essential autoconf pkg-config gettext
  # shellcheck disable=SC2016 # "$missing" is configure.ac's
  sed -nE -e 's/^need [^ ]* //p' -e 's/.*missing="\$missing ([a-z0-9.+-]+)".*/\1/p' "$1/configure.ac"
}

# packages_missing PACKAGE...: prints those that are not installed.
packages_missing() {
  local name
  for name; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) in
      installed) ;;
      *) printf '%s ' "$name" ;;
    esac
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Asks for the password now, while the terminal is still ours.
packages_may_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -v; }
}

# packages_install PACKAGE...: one apt run as root. policy-rc.d keeps the packages' services from being
# started meanwhile; those that only came now are also kept from starting with the machine.
packages_install() {
  as_root env DEBIAN_FRONTEND=noninteractive bash -euo pipefail -s -- "$@" <<'ROOT'
policy=/usr/sbin/policy-rc.d saved=
restore() {
  rm -f "$policy"
  if [ -n "$saved" ]; then mv "$saved" "$policy"; fi
}
if [ -e "$policy" ] || [ -L "$policy" ]; then
  saved=$policy.before-deskd
  mv "$policy" "$saved"
fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\n# from deploy/lib/packages.sh of deskd, for one apt run\nexit 101\n' >"$policy"
chmod 755 "$policy"
services="redis-server nginx postfix dovecot"
had=""
for service in $services; do
  if [ -e "/etc/init.d/$service" ]; then had="$had $service"; fi
done
apt-get -q -o DPkg::Lock::Timeout=300 update
case " $* " in
  *" postfix "*) echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ;;
esac
# --no-remove: another mail server, for example, is not ours to take away
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends --no-remove "$@"
dormant() {
  if command -v systemctl >/dev/null; then systemctl --quiet disable "$1" || true; fi
  if command -v update-rc.d >/dev/null; then update-rc.d "$1" disable || true; fi
}
for service in $services; do
  case " $had " in
    *" $service "*) ;;
    *) if [ -e "/etc/init.d/$service" ]; then dormant "$service"; fi ;;
  esac
done
ROOT
}

# packages_need LOGFILE PACKAGE...: a step that is silent when nothing is missing.
packages_need() {
  local log=$1 missing
  shift
  # shellcheck disable=SC2046 # one word a package is what is wanted
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  packages_may_install ||
    fail "packages are missing and neither root nor sudo is at hand. Install them: apt-get install $missing"
  say "  to install: $missing"
  # shellcheck disable=SC2086
  step "Installing packages" "$log" packages_install $missing
  [ "$STEP_STATUS" = 0 ] ||
    fail "apt-get did not install the packages. Mend what it says, then run this again." "$log"
}
