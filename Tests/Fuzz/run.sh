#!/bin/sh
# Runs every fuzzer for a while, under the address sanitizer. Exit code 1 when one found something;
# the input is then in Findings/<What>: make a test of it.
# usage: run.sh [SECONDS [WHAT...]]      60 seconds each, all fuzzers, unless told
# FUZZ_MERGE=1 adds what was new to the committed corpus, made small.
set -eu
cd "$(dirname "$0")"

seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- MAVLink Proofs Records Agreements

# What the products in Package.swift name.
VEDETTE_TARGETS="MAVLink Digests Ledger Model SiteConfiguration Sharing"
export VEDETTE_TARGETS
scratch=${FUZZ_SCRATCH:-.build}

swift build -c release --scratch-path "$scratch" -Xswiftc -sanitize=fuzzer,address \
  -Xswiftc -parse-as-library -Xswiftc -use-ld=lld
# An allocation of the Swift runtime's that lives for ever is no leak of ours.
ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
export ASAN_OPTIONS
status=0
for what in "$@"; do
  mkdir -p "$scratch/corpus/$what" "Findings/$what"
  echo "== fuzzing $what for $seconds s"
  "$scratch/release/Fuzz$what" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="Findings/$what/" "$scratch/corpus/$what" "Corpus/$what" || status=1
  if [ "${FUZZ_MERGE:-0}" = 1 ] && [ $status = 0 ]; then
    "$scratch/release/Fuzz$what" -merge=1 -max_len=512 "Corpus/$what" "$scratch/corpus/$what"
  fi
done
[ $status = 0 ] && echo "== fuzzing found nothing"
exit $status
