"""Kill -9 at random moments loses nothing that anybody saw; one fdatasync acknowledges a group."""

import re
import shutil
import subprocess

from support import PROGRAMS, WORK, check, main

ROUNDS = 12


def kill_rounds():
    """LedgerCrash prints its own verdicts."""
    found = subprocess.run(
        [PROGRAMS / "LedgerCrash", str(ROUNDS)], capture_output=True, text=True, timeout=80,
        check=False)
    print(found.stdout, end="")
    check(f"{ROUNDS} rounds of kill -9 end well", found.returncode == 0, found.stderr)


def syncs(groups, size):
    """Calls of fdatasync while so many groups of so many events are acknowledged."""
    folder = WORK / f"groups-{groups}-{size}"
    found = subprocess.run(
        ["strace", "-f", "-c", "-U", "name,calls", "-e", "trace=fdatasync", "-o", f"{folder}.txt",
         PROGRAMS / "LedgerCrash", "--groups", str(groups), str(size), folder],
        capture_output=True, text=True, timeout=60, check=False)
    if found.returncode != 0:
        return None, found.stderr
    table = (WORK / f"{folder.name}.txt").read_text()
    count = re.search(r"fdatasync\s+(\d+)", table)
    return int(count.group(1)) if count else 0, table


def group_syncs():
    """As many calls for a group of 64 as for one of 1, and one for each group."""
    if not shutil.which("strace"):
        print("no strace here: syncs are not counted")
        return
    few, said = syncs(10, 64)
    if few is None and "ptrace" in said:
        print(f"tracing is not permitted here: syncs are not counted: {said.strip()}")
        return
    for size in (1, 64):
        more, said = syncs(110, size)
        check(f"100 more groups of {size} events are acknowledged by 100 more calls of fdatasync",
              few is not None and more is not None and more - few == 100, f"{few}, {more}: {said}")


main(kill_rounds, group_syncs)
