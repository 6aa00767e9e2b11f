#!/usr/bin/env bash
# The Debian package on a bare Debian 12: run.sh PACKAGE.deb
#
# Makes a bare root with debootstrap (kept in the cache), a throw-away copy of it, and there installs
# the declared dependencies, then the package with dpkg -i; runs the daemon as its user; upgrades,
# removes and purges. Needs root and, for Debian's archive, the network. Prints a line for each check,
# then "N passed, N failed"; exit 1 when a check failed, 64 for wrong use, 69 when no root was made.
set -u

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vedette/debian-12-bare
readonly cache
passed=0 failed=0

check() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok $name"
    passed=$((passed + 1))
  else
    echo "FAILED $name"
    sed 's/^/  /' "$work/out" | tail -15
    failed=$((failed + 1))
  fi
}

inside() { "${enter[@]}" "$@"; }

clean_up() {
  umount -q "$root/proc" "$root/dev" 2>/dev/null
  rm -rf --one-file-system "$work"
}

# Runs the daemon as its user until it is ready, asks for its health, ends it.
answers() {
  local pid
  "${enter[@]}" setpriv --reuid=vedette --regid=vedette --init-groups \
    /usr/bin/vedetted --config /etc/vedette/site.yaml >"$work/daemon.log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do
    grep -q "listening on port 8420" "$work/daemon.log" && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  for _ in $(seq 50); do
    curl -s --max-time 5 -o "$work/health" http://127.0.0.1:8420/v1/health
    grep -q '"reason":"device_absent"' "$work/health" && break
    sleep 0.1
  done
  cat "$work/health"
  kill "$pid"
  wait "$pid" || { cat "$work/daemon.log"; return 1; }
  cat "$work/daemon.log"
  grep -q '"reason":"device_absent"' "$work/health"
}

# A package of the same content with a higher version.
next_version() {
  dpkg-deb -R "$package" "$work/next" &&
    sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control" &&
    dpkg-deb -Zgzip -z1 -b "$work/next" "$root/next.deb"
}

lists_no_more_than_it_has() { [ -z "$(inside sh -c 'ldd /usr/bin/vedetted /usr/bin/vedette |
  grep "not found"')" ]; }
ledger_is_kept() { [ -n "$(find "$root/var/lib/vedette/ledger" -type f -size +0)" ]; }
site_is_protected() { [ "$(inside stat -c '%U:%G %a' /etc/vedette/site.yaml)" = "root:vedette 640" ]; }
groups_are_there() { inside id -nG vedette | grep -w gpio | grep -w video | grep -w dialout; }
change_survives() { grep -q '^post: changed-post' "$root/etc/vedette/site.yaml"; }
nothing_is_left() { [ ! -e "$root/var/lib/vedette" ] && [ ! -e "$root/etc/vedette" ] &&
  ! inside dpkg -s vedette; }
unit_is_enabled() { [ -L "$root/etc/systemd/system/multi-user.target.wants/vedetted.service" ]; }
is_exposed_little() {
  local unit
  for unit in vedetted vedetted-clock; do
    inside systemd-analyze security --offline=true --no-pager --threshold=15 \
      "/lib/systemd/system/$unit.service" || return 1
  done
}
page_is_clean() { [ -z "$(man --warnings -l "$1" 2>&1 >/dev/null)" ]; }

[ $# = 1 ] && [ -f "$1" ] || { echo "use: run.sh PACKAGE.deb" >&2; exit 64; }
[ "$(id -u)" = 0 ] || { echo "root is needed" >&2; exit 64; }
package=$(readlink -f "$1")
if [ ! -e "$cache/ready" ]; then
  rm -rf "$cache"
  mkdir -p "$cache"
  debootstrap --variant=minbase bookworm "$cache/root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" \
    >"$cache/log" 2>&1 || { tail -5 "$cache/log" >&2; exit 69; }
  touch "$cache/ready"
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/vedette-package.XXXXXX")
root=$work/root
enter=(chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
  DEBIAN_FRONTEND=noninteractive)
trap clean_up EXIT
trap 'exit 130' INT TERM
cp -a "$cache/root" "$root"
mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" || exit 69
cp /etc/resolv.conf "$root/etc/" && cp "$package" "$root/vedette.deb"

check "the declared dependencies are to be had on a bare Debian 12" inside sh -c \
  'apt-get update -qq && apt-get satisfy -y -qq --no-install-recommends \
    "$(dpkg-deb -f /vedette.deb Depends)"'
check "dpkg -i installs the package" inside dpkg -i /vedette.deb
check "no library is missing" lists_no_more_than_it_has
check "the unit is enabled" unit_is_enabled
check "user and groups are there" groups_are_there
check "the site file is read by the daemon only" site_is_protected
check "both units are exposed 1.5 at most" is_exposed_little
check "the units are in order" inside systemd-analyze verify --man=no \
  /lib/systemd/system/vedetted.service
check "the default configuration is in order" inside vedette check /etc/vedette/site.yaml
for page in man1/vedette.1 man5/site.yaml.5 man8/vedetted.8; do
  gunzip -c "$root/usr/share/man/$page.gz" >"$work/${page#*/}"
  check "the page ${page#*/} is clean" page_is_clean "$work/${page#*/}"
done
check "the bash completions are valid" bash -n "$root/usr/share/bash-completion/completions/vedette"
check "the daemon runs as its user and reports the absent sensor" answers
sed -i 's/^post: .*/post: changed-post/' "$root/etc/vedette/site.yaml"
check "a next version can be made" next_version
check "dpkg -i upgrades" inside dpkg -i /next.deb
check "the upgrade leaves the administrator's site file alone" change_survives
check "the upgrade keeps the ledger" ledger_is_kept
check "removal works" inside dpkg -r vedette
check "removal keeps the ledger" ledger_is_kept
check "removal keeps the site file" change_survives
check "purge works" inside dpkg -P vedette
check "purge leaves nothing" nothing_is_left

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
