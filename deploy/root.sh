#!/bin/sh
# root.sh FOLDER [PACKAGE,...]: makes a clean root of the stable Debian in a folder, from the mirror that apt uses on this machine, with some packages more.
# Needs root and debootstrap.
set -eu
mirror=$(sed -n 's/^URIs: *//p; s/^deb *\(\[[^]]*\]\)* *\([^ ]*\) .*/\2/p' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | grep -v security | head -n 1)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
include=${2:+--include=$2}
# shellcheck disable=SC2086
debootstrap --variant=minbase $include "$suite" "$1" "${mirror:?No mirror is configured for apt.}" > "$1.log" 2>&1 || { tail -n 5 "$1.log" >&2; exit 1; }
rm -f "$1.log"
