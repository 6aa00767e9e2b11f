#!/bin/sh
# Simulates every scenario of Docs/examples/scenarios with ten seeds, runs fusion on each scene,
# scores it, and puts the table with 90 % bootstrap intervals into Docs/Fusion.md.
# usage: run.sh [SEEDS]; SCENES_WORK names another folder for the scenes, SCENES_PAGE another page.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

# What the products in Package.swift name.
VEDETTE_TARGETS="Model SiteConfiguration Simulation Fusion Scoring"
export VEDETTE_TARGETS
scratch=${SCENES_SCRATCH:-$root/.build-scenes}
work=${SCENES_WORK:-$root/.build-scenes/work}

swift build -c release --scratch-path "$scratch"
rm -rf "$work"
"$scratch/release/scenes" table "$root/Docs/examples/scenarios" "${1:-10}" "$work" \
  "${SCENES_PAGE:-$root/Docs/Fusion.md}"
