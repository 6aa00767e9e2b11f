#!/bin/sh
# Instructions per push and pop of the ring, across targets, counted by callgrind at two run lengths.
# Exit code 1 when one is above the budget, 69 when valgrind is missing.
# usage: instructions.sh [PATH-OF-RingInstructions]
set -eu
cd "$(dirname "$0")"

budget=30
short=100000
long=300000
program=${1:-.build/release/RingInstructions}

if ! command -v valgrind > /dev/null; then
  echo "instructions.sh: valgrind is missing; install it: apt-get install valgrind" >&2
  exit 69
fi
if [ ! -x "$program" ]; then
  echo "instructions.sh: $program is missing; build it: swift build -c release" >&2
  exit 66
fi

count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 > /dev/null \
    | sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
}

status=0
for size in 8 64; do
  few=$(count "$size" "$short")
  many=$(count "$size" "$long")
  if [ -z "$few" ] || [ -z "$many" ]; then
    echo "instructions.sh: callgrind counted nothing for $size-byte elements" >&2
    exit 70
  fi
  awk -v size="$size" -v few="$few" -v many="$many" -v pairs="$((long - short))" \
    -v budget="$budget" 'BEGIN {
      each = (many - few) / pairs
      printf "{\"bench\":\"ring-instructions\",\"name\":\"push-pop-%s\",\"instructions\":%.2f}\n", size, each
      printf "%s  %s-byte elements, instructions per push and pop <= %d: %.2f\n", \
        (each <= budget ? "PASS" : "FAIL"), size, budget, each
      exit each > budget
    }' || status=1
done
exit $status
