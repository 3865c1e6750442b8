#!/bin/sh
# Makes ./configure from configure.ac. Needed once after a checkout from git.
set -e
cd "$(dirname "$0")"
autoconf --force --warnings=all
echo "Now run ./configure (here or from a build folder of its own), then make."
