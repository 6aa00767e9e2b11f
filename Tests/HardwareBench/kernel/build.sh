#!/usr/bin/env bash
# The bench's kernel, built once: build.sh [--if-built]
#
# Makes User-mode Linux of Debian's linux-source-6.1 with options.config and bench.patch, and
# Debian's v4l2loopback for it; prints the folder that holds them:
#   FOLDER/linux         the kernel, an ordinary program
#   FOLDER/lib/modules   its modules
# The folder lies in ${XDG_CACHE_HOME:-~/.cache}/vedette and is named after everything that went
# into it. The first time takes 6 to 12 minutes of CPU time, 1.5 GB while building, 20 MB after.
# With --if-built nothing is built: exit 1 when the kernel is not there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/vedette
readonly source_archive=/usr/src/linux-source-6.1.tar.xz
readonly loopback_version=0.12.7-2

version_of() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; }

key=$({
  version_of linux-source-6.1
  echo " $loopback_version"
  cat "$here/options.config" "$here/bench.patch" "$here/build.sh"
} | sha256sum | cut -c1-12)
readonly folder=$cache/bench-kernel-$key

if [ -e "$folder/ready" ]; then
  echo "$folder"
  exit 0
fi
[ "${1:-}" != --if-built ] || exit 1
[ -f "$source_archive" ] || { echo "$source_archive is missing: apt-get install linux-source-6.1" >&2; exit 66; }

mkdir -p "$cache"
work=$(mktemp -d "$cache/bench-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$cache/bench-kernel-$key.log
jobs=${BENCH_JOBS:-$(nproc)}
echo "== building the bench's kernel with $jobs jobs (6 to 12 CPU minutes); log: $log" >&2

build_kernel() {
  tar -C "$work" -xJf "$source_archive"
  cd "$work/linux-source-6.1"
  patch -p1 <"$here/bench.patch"
  make ARCH=um defconfig
  scripts/kconfig/merge_config.sh -m -O . .config "$here/options.config"
  make ARCH=um olddefconfig
  make ARCH=um -j"$jobs" linux modules
  make ARCH=um modules_install INSTALL_MOD_PATH="$work/out" INSTALL_MOD_STRIP=1
  cp linux "$work/out/"
}

# v4l2loopback is not part of the kernel; Debian has its source.
build_loopback() {
  cd "$work"
  apt-get download "v4l2loopback-dkms=$loopback_version"
  dpkg-deb -x v4l2loopback-dkms_*.deb dkms
  mkdir loopback
  cp dkms/usr/src/v4l2loopback-*/*.[ch] loopback/
  echo 'obj-m := v4l2loopback.o' >loopback/Makefile
  make -C linux-source-6.1 ARCH=um M="$work/loopback" modules
  local modules
  modules=$(echo "$work"/out/lib/modules/*)
  install -D -m 644 loopback/v4l2loopback.ko "$modules/extra/v4l2loopback.ko"
  depmod -b "$work/out" "$(basename "$modules")"
}

{ build_kernel && build_loopback; } </dev/null >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  echo "the bench's kernel could not be built; whole log: $log" >&2
  exit 1
}
rm -f "$work"/out/lib/modules/*/{build,source}
touch "$work/out/ready"
rm -rf "$folder"
mv "$work/out" "$folder"
echo "$folder"
