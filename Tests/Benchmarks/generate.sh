#!/bin/sh
# Writes the C headers of the reference MAVLink parser with pymavlink's own generator.
# Exit code 69 when pymavlink is missing.
set -eu
cd "$(dirname "$0")"

target=.build-reference
if ! dialects=$(python3 -c 'import os, pymavlink; print(os.path.dirname(pymavlink.__file__))' 2>/dev/null)
then
  echo "generate.sh: pymavlink is missing; run \"make bench\", or: pip install pymavlink" >&2
  exit 69
fi
rm -rf "$target"
python3 -m pymavlink.tools.mavgen --lang=C --wire-protocol=2.0 --no-validate --output="$target" \
  "$dialects/dialects/v20/ardupilotmega.xml" >/dev/null
