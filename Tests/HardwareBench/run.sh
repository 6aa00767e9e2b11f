#!/usr/bin/env bash
# Scenarios against real drivers: run.sh BINDIR [SCENARIO...]
#
# BINDIR is the folder of the release build. Each scenario is a script scenarios/NAME.py or .sh, and
# has a bench of its own: User-mode Linux boots on this machine's files, and the script runs in it.
# It is called three times, with the name of a stage as its argument:
#   prepare   on the host, before the bench starts
#   guest     in the bench, as root, with the devices of guest/devices.sh
#   judge     on the host, after the bench has ended
# and finds in its environment
#   BENCH_RUN        a folder that host and guest see at the same path and both may write
#   BENCH_PROGRAMS   BINDIR
#   BENCH_REPOSITORY the root of the repository
#   BENCH_KERNEL     the bench's kernel (kernel/build.sh)
#   BENCH_PACKAGE    the Debian package, .build/deb/vedette_*.deb if not given
# It prints a line "ok WHAT" or "FAILED WHAT" for each check, "skipped: WHY" when it cannot run
# here. A line "# bench: WORDS" in it changes its bench: seconds=N (how long it may take, default
# 150), memory=SIZE, systemd (Debian's root with systemd as its first program; root.sh).
#
# Prints one line for each scenario as it ends, the whole output of those that failed, and at the end
# "N passed, N failed". Exit 1 when one failed, 64 for wrong use. BENCH_KEEP=FOLDER keeps the run
# folders there; BENCH_FAULTS=FILE gets the measured faults (faults_table.py); BENCH_VERBOSE=1 prints
# all output.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

wrong_use() {
  echo "$1" >&2
  echo "use: run.sh BINDIR [SCENARIO...]" >&2
  exit 64
}

# The value of a word KEY=VALUE in the scenario's line "# bench:", or a default.
setting() {
  local found
  found=$(sed -n 's/^# bench: //p' "$1" | tr ' ' '\n' | sed -n "s/^$2=//p")
  echo "${found:-$3}"
}
has_word() { sed -n 's/^# bench: //p' "$1" | grep -qw "$2"; }

# Whether a program may trace its children here.
may_trace() {
  python3 - <<'END'
import ctypes, os, sys
child = os.fork()
if child == 0:
    os._exit(0 if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
}

# Boots the bench; its guest stage writes into output and leaves its exit status in the run folder.
boot() {
  local script=$1 run=$2 root=/ first=$here/guest/init.sh init="" shown="" name
  {
    echo "#!/bin/bash"
    for name in BENCH_RUN BENCH_PROGRAMS BENCH_REPOSITORY BENCH_KERNEL BENCH_PACKAGE PATH LANG PYTHONUNBUFFERED \
      PYTHONDONTWRITEBYTECODE; do
      printf 'export %s=%q\n' "$name" "${!name}"
    done
    printf 'script=%q\nhere=%q\n' "$script" "$here"
    cat "$here/guest/main.sh"
  } >"$run/start"
  if has_word "$script" systemd; then
    root=$("$here/root.sh" "$BENCH_PACKAGE") || {
      echo "skipped: a bare Debian 12 could not be made here"
      return 1
    }
    first=/sbin/bench-init
    install -m 755 "$here/guest/init.sh" "$root$first"
    init=/lib/systemd/systemd
    shown=$BENCH_REPOSITORY:$BENCH_PROGRAMS:$BENCH_KERNEL:$(python3 -c 'import sys; print(sys.prefix)')
    # A package from elsewhere (BENCH_PACKAGE) is to be seen there too.
    [[ $BENCH_PACKAGE == "$BENCH_REPOSITORY"/* ]] || shown+=:${BENCH_PACKAGE%/*}
  fi
  timeout --kill-after 5 "$(setting "$script" seconds 150)" \
    "$BENCH_KERNEL/linux" mem="$(setting "$script" memory 1536M)" \
    rootfstype=hostfs rootflags="$root" ro init="$first" umid="${run##*/}" \
    bench.run="$run" bench.shown="$shown" bench.init="$init" \
    con=null con0=null,fd:1 ssl=null loglevel=4 \
    >"$run/console" 2>&1 </dev/null
  [ -f "$run/status" ] || {
    end_leftovers "${run##*/}"
    echo "FAILED the bench ended without a verdict"
    tail -n 20 "$run/console"
  }
  return 0
}

# A bench that was killed leaves the kernel's helpers behind, spinning.
end_leftovers() {
  local folder
  for folder in /proc/[0-9]*; do
    if tr '\0' ' ' <"$folder/cmdline" 2>/dev/null | grep -q " umid=$1 "; then
      kill -KILL "${folder#/proc/}"
    fi
  done
}

run_scenario() {
  local script=$1 run=$2 status
  "$script" prepare </dev/null || echo "FAILED stage prepare: exit $?"
  if grep -q '^skipped: ' "$run/output"; then return; fi
  boot "$script" "$run" || return
  status=$(cat "$run/status" 2>/dev/null)
  [ "${status:-0}" = 0 ] || echo "FAILED stage guest: exit $status"
  "$script" judge </dev/null || echo "FAILED stage judge: exit $?"
}

[ $# -ge 1 ] || wrong_use "the folder of the release build is missing"
BENCH_PROGRAMS=$(cd "$1" 2>/dev/null && pwd -P) || wrong_use "there is no folder $1"
for program in vedette vedetted; do
  [ -x "$BENCH_PROGRAMS/$program" ] || wrong_use "there is no $program in $1"
done
shift
scripts=()
if [ $# = 0 ]; then
  scripts=("$here"/scenarios/*.*)
else
  for name in "$@"; do
    found=("$here/scenarios/$name".*)
    [ -x "${found[0]}" ] || wrong_use "there is no scenario $name"
    scripts+=("${found[0]}")
  done
fi
# User-mode Linux needs ptrace, which some containers forbid.
if [ "$(uname -m)" != x86_64 ] || ! may_trace; then
  echo "skipped: this machine cannot run User-mode Linux (it needs ptrace and x86_64)"
  exit 0
fi
BENCH_KERNEL=$("$here/kernel/build.sh") || exit 1
BENCH_REPOSITORY=$(cd "$here/../.." && pwd -P)
LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
packages=("$BENCH_REPOSITORY"/.build/deb/vedette_*.deb)
BENCH_PACKAGE=${BENCH_PACKAGE:-${packages[0]}}
export BENCH_PROGRAMS BENCH_KERNEL BENCH_REPOSITORY BENCH_PACKAGE LANG PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE

work=$(mktemp -d "${TMPDIR:-/tmp}/vedette-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Runs scenarios one after the other; each leaves its verdict in a line of verdicts.
run_lane() {
  local script name began took count verdict
  for script in "$@"; do
    name=$(basename "${script%.*}")
    export BENCH_RUN=$work/$name
    mkdir "$BENCH_RUN"
    : >"$BENCH_RUN/output"
    began=$(date +%s.%N)
    run_scenario "$script" "$BENCH_RUN" >>"$BENCH_RUN/output" 2>&1
    took=$(printf '%.0f s' "$(echo "$(date +%s.%N) - $began" | bc)")
    count=$(grep -c '^ok ' "$BENCH_RUN/output")
    if grep -q '^FAILED ' "$BENCH_RUN/output" || { [ "$count" = 0 ] && ! grep -q '^skipped: ' "$BENCH_RUN/output"; }; then
      verdict="FAILED $name ($took)"
    elif [ "$count" = 0 ]; then
      verdict="skipped $name: $(sed -n 's/^skipped: //p' "$BENCH_RUN/output" | head -n 1)"
    else
      verdict="passed $name: $count checks, $took"
    fi
    {
      flock 9
      echo "$verdict" | tee -a "$work/verdicts"
      if [[ $verdict == FAILED* ]] || [ -n "${BENCH_VERBOSE:-}" ]; then sed 's/^/    /' "$BENCH_RUN/output"; fi
      [ ! -f "$BENCH_RUN/faults.jsonl" ] || cat "$BENCH_RUN/faults.jsonl" >>"$work/faults.jsonl"
    } 9>"$work/lock"
    if [ -n "${BENCH_KEEP:-}" ]; then
      mkdir -p "$BENCH_KEEP" && rm -rf "${BENCH_KEEP:?}/$name" && cp -r "$BENCH_RUN" "$BENCH_KEEP/$name"
    fi
    rm -rf "$BENCH_RUN"
  done
}

# Two at a time where there are two cores: those with systemd, which share a root, and the others.
# Faults are measured one at a time.
services=() others=()
for script in "${scripts[@]}"; do
  if has_word "$script" systemd; then services+=("$script"); else others+=("$script"); fi
done
: >"$work/verdicts"
if [ "$(nproc)" -ge 2 ] && [ -z "${BENCH_FAULTS:-}" ]; then
  run_lane "${services[@]}" &
  run_lane "${others[@]}"
  wait
else
  run_lane "${others[@]}" "${services[@]}"
fi
if [ -f "$work/faults.jsonl" ] && [ -n "${BENCH_FAULTS:-}" ]; then cp "$work/faults.jsonl" "$BENCH_FAULTS"; fi
passed=$(grep -c '^passed ' "$work/verdicts")
failed=$(grep -c '^FAILED ' "$work/verdicts")
skipped=$(grep -c '^skipped ' "$work/verdicts")
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
