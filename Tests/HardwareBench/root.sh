#!/usr/bin/env bash
# A bare Debian 12 with systemd for the bench: root.sh PACKAGE.deb
#
# Made once with debootstrap, with the dependencies that the package declares and what scenarios use;
# the package itself is not in it. Prints its folder, which lies in the cache and is named after what
# went into it. Needs root and Debian's archive (DEBIAN_MIRROR); exit 69 when it cannot be made.
set -euo pipefail

[ $# = 1 ] && [ -f "$1" ] || { echo "use: root.sh PACKAGE.deb" >&2; exit 64; }
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/vedette
readonly mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
readonly tools="systemd-sysv udev dbus python3 kmod iproute2 busybox-static v4l-utils util-linux"
depends=$(dpkg-deb -f "$1" Depends)
readonly depends
folder=$cache/bench-root-$({ echo "$mirror $tools $depends"; cat "${BASH_SOURCE[0]}"; } \
  | sha256sum | cut -c1-12)
readonly folder

if [ -e "$folder/ready" ]; then
  echo "$folder/root"
  exit 0
fi
mkdir -p "$cache"
work=$(mktemp -d "$cache/bench-root-new.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
readonly log=$folder.log
echo "== making a bare Debian 12 with systemd (some minutes); log: $log" >&2

make_root() {
  debootstrap --variant=minbase bookworm "$work/root" "$mirror"
  cp /etc/resolv.conf "$work/root/etc/"
  # No service starts while packages are installed.
  printf '#!/bin/sh\nexit 101\n' >"$work/root/usr/sbin/policy-rc.d"
  chmod 755 "$work/root/usr/sbin/policy-rc.d"
  chroot "$work/root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive TOOLS="$tools" DEPENDS="$depends" sh -ec '
      apt-get update -qq
      apt-get install -y -qq --no-install-recommends $TOOLS
      apt-get satisfy -y -qq --no-install-recommends "$DEPENDS"
      apt-get clean'
  rm "$work/root/usr/sbin/policy-rc.d"
}
make_root </dev/null >"$log" 2>&1 || {
  tail -n 5 "$log" >&2
  echo "a bare Debian 12 could not be made; whole log: $log" >&2
  exit 69
}
touch "$work/ready"
chmod 755 "$work"
rm -rf "$folder"
mv "$work" "$folder"
echo "$folder/root"
