#!/bin/bash
# The square of vtest.avi (Debian package opencv-doc) as a capture, replayed into crossing events.
#
#   check_vtest.sh [VEDETTE]      release build by default
#
# KEEP=FOLDER keeps capture and events there. Ends with 0 if all passed or the clip or ffmpeg is not
# installed, 1 if something failed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
vedette=${1:-$root/.build/release/vedette}
clip=/usr/share/doc/opencv-doc/examples/data/vtest.avi

if [ ! -f "$clip" ]; then
  echo "skipped: no $clip; apt-get install opencv-doc"
  exit 0
fi
if ! command -v ffmpeg >/dev/null; then
  echo "skipped: no ffmpeg; apt-get install ffmpeg"
  exit 0
fi
if [ ! -x "$vedette" ]; then
  echo "$vedette is not there; build it: swift build -c release --product vedette" >&2
  exit 66
fi
if [ -n "${KEEP:-}" ]; then
  work=$KEEP
  mkdir -p "$work"
  rm -f "$work/vtest.mcap"  # an import overwrites nothing
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
source "$here/checks.sh"

step "the site is in order" "$vedette" check "$here/vtest-site.yaml"
step "a capture is made of the clip" "$vedette" capture import --site "$here/vtest-site.yaml" \
  --profiles "$here/DeviceProfiles" --video "square-camera=$clip" -o "$work/vtest.mcap"
step "the capture is whole" "$vedette" capture info "$work/vtest.mcap"
step "three replays give the same bytes of events" three_times "$work/vtest.mcap" vtest
step "crossings" python3 "$here/crossings.py" list "$work/vtest.1"
step "the events fit their schemas" python3 "$here/crossings.py" schema "$work/vtest.1"
step "somebody crossed" python3 "$here/crossings.py" demand "$work/vtest.1" square-camera
finish
