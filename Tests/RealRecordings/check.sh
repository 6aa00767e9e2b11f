#!/bin/bash
# Real recordings of outsiders, made one capture and replayed into crossing events.
#
#   check.sh [VEDETTE [DATA]]     release build and ../shared/data by default
#
# KEEP=FOLDER keeps captures and events there. Takes about five minutes, half of them live in real
# time. Needs ffmpeg and python3 with pymavlink, mcap and jsonschema. Ends with 0 if all passed (or
# there are no recordings), 1 if not.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
vedette=${1:-$root/.build/release/vedette}
data=${2:-$root/../shared/data}
flight=$data/dronekit_flight.tlog
start=1436056003

if [ ! -f "$flight" ]; then
  echo "skipped: no recordings in $data"
  exit 0
fi
if [ ! -x "$vedette" ]; then
  echo "$vedette is not there; build it: swift build -c release --product vedette" >&2
  exit 66
fi
if [ -n "${KEEP:-}" ]; then
  work=$KEEP
  mkdir -p "$work"
  rm -f "$work"/{whole,short,live}.mcap  # an import overwrites nothing
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
source "$here/checks.sh"

decoded() {
  "$vedette" mavlink decode "$flight" 2>/dev/null \
    | python3 "$root/Tests/MAVLinkTests/Tools/compare_with_pymavlink.py" "$flight"
}
live() {
  "$vedette" replay "$work/short.mcap" --live --speed 1 --record "$work/live.mcap" \
    --events "$work/live.jsonl" | tail -n 3
}
identical() {
  "$vedette" replay "$work/live.mcap" --speed max >"$work/again"
  local status=$?
  tail -n 4 "$work/again"
  [ $status = 0 ] && grep -q '^IDENTICAL' "$work/again"
}
step "the site is in order" "$vedette" check "$here/site.yaml"
step "the flight log's decoded counts equal pymavlink's" decoded
step "one capture is made of flight, clips and edges" \
  "$here/make_capture.sh" "$vedette" "$data" "$work/whole.mcap"
step "the capture is whole" "$vedette" capture info "$work/whole.mcap"
step "the public MCAP reader finds nothing wrong" \
  python3 "$root/Tests/CapturesTests/Tools/doctor.py" "$work/whole.mcap"
step "three replays give the same bytes of events" three_times "$work/whole.mcap" whole
step "crossings" python3 "$here/crossings.py" list "$work/whole.1" --start $start
step "the events fit their schemas" python3 "$here/crossings.py" schema "$work/whole.1"
step "cars, persons with a motion sensor, and the drone crossed" \
  python3 "$here/crossings.py" demand "$work/whole.1" \
  approach-cars approach-people+pir-exit own:copter
step "a shorter capture is made the same way" \
  "$here/make_capture.sh" "$vedette" "$data" "$work/short.mcap" short
step "three replays of it give the same bytes of events" three_times "$work/short.mcap" short
step "it replays live through a pseudo-terminal and files" live
step "the live run's own capture replays to its events" identical
step "crossings of the live run" python3 "$here/crossings.py" list "$work/live.jsonl"
# Not all of them: the sensors' samples arrive in another order, and a track of the indoor clip's
# ghosts may then be born from another detection.
step "the live run finds the crossings of the fast replay, 6 of 7 at least" \
  python3 "$here/crossings.py" match "$work/short.1" "$work/live.jsonl" 0.5 0.857
finish
