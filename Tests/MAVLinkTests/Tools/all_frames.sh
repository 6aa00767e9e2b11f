#!/bin/sh
# Compares decoder and encoder with pymavlink on 10,000 random frames of every message of the set.
# Needs python3 with pymavlink on the PATH. usage: all_frames.sh [FRAMES-A-MESSAGE]
set -eu
cd "$(dirname "$0")/../../.."
python3 Tests/MAVLinkTests/Tools/check_messages.py
python3 Tests/MAVLinkTests/Tools/generate_messages.py --check
VEDETTE_TARGETS=MAVLink VEDETTE_MAVLINK_FRAMES="${1:-10000}" \
  swift test --disable-xctest --scratch-path "${SCRATCH:-.build-mavlink}" --filter PymavlinkTests
