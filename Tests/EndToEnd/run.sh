#!/usr/bin/env bash
# End-to-end tests of the release build: run.sh BINDIR
#
# Runs the programs as a newcomer, an administrator and a coordination center would, each part in a
# temporary folder of its own. Prints a line for each check, then "N passed, N failed"; exit 1 when
# a check failed, 64 for wrong use.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly PARTS=(
  demo_checks crash_checks kill_checks fault_checks sweep_checks outside_checks capture_checks recorder_checks
  input_checks simulate_checks walk_checks daemon_checks tls_checks connection_checks sharing_checks access_checks
  fanout_checks webhook_checks receive_checks epoch_checks nats_checks centers_checks http_fuzz_checks link_checks
  vision_checks tutorial_checks doctor_checks)
readonly PART_SECONDS_MAX=300

wrong_use() {
  echo "$1" >&2
  echo "use: run.sh BINDIR, the folder with vedette and vedetted" >&2
  exit 64
}

# Runs one part; one that ends without its own verdict counts as a failed check.
run_part() {
  local part=$1 folder=$2
  mkdir "$folder"
  echo "== $part"
  timeout --kill-after 5 "$PART_SECONDS_MAX" \
    python3 "$here/$part.py" "$programs" "$folder" || echo "FAILED $part did not end well"
}

[ $# = 1 ] || wrong_use "one argument is needed"
programs=$(cd "$1" 2>/dev/null && pwd) || wrong_use "there is no folder $1"
for program in vedette vedetted; do
  [ -x "$programs/$program" ] || wrong_use "there is no $program in $1"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/vedette-e2e.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

for part in "${PARTS[@]}"; do
  run_part "$part" "$work/$part" 2>&1 | tee -a "$work/log"
done

passed=$(grep -c '^ok ' "$work/log")
failed=$(grep -c '^FAILED ' "$work/log")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
