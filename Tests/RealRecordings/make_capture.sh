#!/bin/bash
# Makes the capture of real recordings:
#
#   make_capture.sh VEDETTE DATA OUT.mcap          the whole flight, 1,377 s
#   make_capture.sh VEDETTE DATA OUT.mcap short    142 s of it, in which everything happens
#
# DATA holds dronekit_flight.tlog, intel_car-detection.mp4, intel_one-by-one-person-detection.mp4.
# In both the clip of persons begins 540.48 s after the flight log does, that of cars
# 600.48 s.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  echo "usage: make_capture.sh VEDETTE DATA OUT.mcap [short]" >&2
  exit 64
fi
vedette=$1 data=$2 out=$3 form=${4:-whole}
flight=$data/dronekit_flight.tlog
people=540.48 cars=600.48
# The time of the log's first record, 2015-07-05 00:26:43 UTC.
utc=1436056003
if [ "$form" = short ]; then
  flight=$(mktemp --suffix .tlog)
  trap 'rm -f "$flight"' EXIT
  python3 "$here/trim_tlog.py" "$data/dronekit_flight.tlog" 540 682 "$flight"
  utc=1436056543 people=0.48 cars=60.48
fi
"$vedette" capture import --site "$here/site.yaml" --profiles "$here/DeviceProfiles" \
  --utc $utc \
  --tlog "drone-link=$flight@0" \
  --video "approach-people=$data/intel_one-by-one-person-detection.mp4@$people" \
  --video "approach-cars=$data/intel_car-detection.mp4@$cars" \
  --gpio "$here/gpio-people.csv@$people" \
  --gpio "$here/gpio-cars.csv@$cars" \
  -o "$out"
