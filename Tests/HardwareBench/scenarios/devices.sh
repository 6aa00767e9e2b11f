#!/bin/bash
# The bench itself: "vedette devices" finds every device under its name.
[ "$1" = guest ] || exit 0
found=$("$BENCH_PROGRAMS/vedette" devices)
for name in border-post pir-north spare platform:vivid-000 cctv /dev/ttyACM0 DRONE01; do
  case $found in
  *"$name"*) echo "ok vedette devices finds $name" ;;
  *) echo "FAILED vedette devices does not find $name: $found" ;;
  esac
done
