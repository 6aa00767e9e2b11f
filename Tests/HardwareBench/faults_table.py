#!/usr/bin/env python3
"""Writes the measured faults into the section "Faults" of Docs/Operations.md:

    faults_table.py faults.jsonl Docs/Operations.md
"""

import json
import pathlib
import sys

HEAD = """## Faults

Measured by `make test-hardware` on real drivers (gpio-sim, vivid, v4l2loopback, USB CDC-ACM, ext4) \
under User-mode Linux; the longest times of all runs, in seconds. Reopening waits longer from one \
failed attempt to the next (0.25 s to 8 s), which is most of the time to recover.

| fault | what the post reports | seen | noticed within | recovered within |
|---|---|---|---|---|
"""


def seconds(value):
    return "not measured" if value is None else f"{value:.2f} s"


def main(measured, document):
    rows = [json.loads(line) for line in pathlib.Path(measured).read_text().splitlines()]
    section = HEAD + "".join(
        f"| {row['fault']} | {row['report']} | {row['seen']} of {row['of']} | "
        f"{seconds(row['notice_seconds_max'])} | {seconds(row['recover_seconds_max'])} |\n"
        for row in sorted(rows, key=lambda row: row["fault"]))
    path = pathlib.Path(document)
    text = path.read_text() if path.exists() else "# Operations\n"
    before, found, rest = text.partition("## Faults\n")
    _, next_head, after = rest.partition("\n## ") if found else ("", "", "")
    path.write_text(before.rstrip() + "\n\n" + section + (next_head + after if next_head else ""))


main(*sys.argv[1:])
