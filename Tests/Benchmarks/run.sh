#!/bin/sh
# Builds all benches in release mode and runs them. Exit code 1 when a budget is missed.
# Needs libboost-dev, libsqlite3-dev, valgrind, python3-opencv and a python3 with pymavlink. usage: run.sh [ROUNDS]
# BENCH_SCRATCH names another folder for what is built.
set -eu
cd "$(dirname "$0")"

# What the products in Package.swift name.
VEDETTE_TARGETS="Rings Model MAVLink Vision Simulation Perception Fusion Ledger SiteConfiguration Captures"
export VEDETTE_TARGETS
scratch=${BENCH_SCRATCH:-.build}

if [ ! -e /usr/include/boost/lockfree/spsc_queue.hpp ]; then
  echo "run.sh: boost is missing; install it: apt-get install libboost-dev" >&2
  exit 69
fi

./generate.sh
swift build -c release --scratch-path "$scratch"
status=0
"$scratch/release/RingBench" "$@" || status=1
./instructions.sh "$(realpath "$scratch")/release/RingInstructions" || status=1
"$scratch/release/MAVLinkBench" || status=1
"$scratch/release/HotPathAllocations" || status=1
"$scratch/release/FusionBench" || status=1
${BENCH_PYTHON:-python3} ./fusion.py "$(realpath "$scratch")/release/FusionBench" || status=1
"$scratch/release/LedgerBench" "$scratch/ledger-bench" || status=1
"$scratch/release/CaptureBench" "$scratch/capture-bench" || status=1
./captures.py "$(realpath "$scratch")/release/CaptureBench" || status=1
./vision.py "$(realpath "$scratch")/release/VisionBench" || status=1
exit $status
