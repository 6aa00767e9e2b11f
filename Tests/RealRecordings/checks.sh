# Sourced by the check scripts: runs steps, counts what passed.
#
# A step's output is shown indented; it passes if its command ends with 0.

passed=0 failed=0

# step NAME COMMAND...
step() {
  local name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    passed=$((passed + 1))
    echo "passed: $name"
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
  # Long outputs lose their middle, not their verdict at the end.
  if [ "$(wc -l <"$work/output")" -gt 90 ]; then
    head -n 60 "$work/output"
    echo "..."
    tail -n 25 "$work/output"
  else
    cat "$work/output"
  fi | sed 's/^/    /'
}

# three_times CAPTURE NAME: replays as fast as it goes, three times, into $work/NAME.1 ... NAME.3
three_times() {
  local round
  for round in 1 2 3; do
    "$vedette" replay "$1" --speed max --events "$work/$2.$round" | tail -n 2 || return 1
  done
  sha256sum "$work/$2".[123] | sed "s#$work/##"
  [ -s "$work/$2.1" ] && cmp "$work/$2.1" "$work/$2.2" && cmp "$work/$2.1" "$work/$2.3"
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
