#!/usr/bin/env python3
"""Compares our decoder with pymavlink on one log: counts per message and GLOBAL_POSITION_INT.

Needs pymavlink (pip install pymavlink). Our JSON lines come on standard input:

    vedette mavlink decode FILE.tlog | python3 compare_with_pymavlink.py FILE.tlog

Compared are the number of messages per type and per sender, and for GLOBAL_POSITION_INT every field
of every message in order, with its time. With --raw the file holds the bare bytes of a line, without
times. Exit code 0 if all agree, 1 if not (every difference is told), 66 if the log is missing.
"""

import argparse
import collections
import json
import os
import sys

from pymavlink import mavutil

FIELDS = ("time_boot_ms", "lat", "lon", "alt", "relative_alt", "vx", "vy", "vz", "hdg")


def theirs(path, raw):
    """Counts by type, counts by sender and positions, as pymavlink reads them."""
    types, senders, positions = collections.Counter(), collections.Counter(), []
    link = mavutil.mavlink_connection(path, notimestamps=raw)
    while (message := link.recv_match()) is not None:
        name = message.get_type()
        if name == "BAD_DATA" or name.startswith("UNKNOWN_"):
            continue
        types[name] += 1
        senders[(message.get_srcSystem(), message.get_srcComponent())] += 1
        if name == "GLOBAL_POSITION_INT":
            time = None if raw else round(message._timestamp * 1e6)
            positions.append((time, *(getattr(message, field) for field in FIELDS)))
    return types, senders, positions


def ours(lines):
    """The same from our JSON lines."""
    types, senders, positions = collections.Counter(), collections.Counter(), []
    for line in lines:
        frame = json.loads(line)
        types[frame["name"]] += 1
        senders[(frame["system"], frame["component"])] += 1
        if frame["name"] == "GLOBAL_POSITION_INT":
            fields = frame["fields"]
            positions.append((frame.get("time_us"), *(fields[field] for field in FIELDS)))
    return types, senders, positions


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("log")
    arguments.add_argument("--raw", action="store_true", help="bare bytes of a line, no times")
    options = arguments.parse_args()
    if not os.path.exists(options.log):
        print(f"no such file: {options.log}", file=sys.stderr)
        return 66
    their_types, their_senders, their_positions = theirs(options.log, options.raw)
    our_types, our_senders, our_positions = ours(sys.stdin)
    differences = []
    for what, left, right in (("type", our_types, their_types),
                              ("sender", our_senders, their_senders)):
        for key in sorted(set(left) | set(right), key=str):
            if left[key] != right[key]:
                differences.append(f"{what} {key}: ours {left[key]}, pymavlink {right[key]}")
    if len(our_positions) == len(their_positions):
        for index, (left, right) in enumerate(zip(our_positions, their_positions)):
            if left != right:
                differences.append(f"GLOBAL_POSITION_INT {index}: ours {left}, pymavlink {right}")
    for difference in differences:
        print(difference)
    print(json.dumps({"messages": sum(their_types.values()), "types": len(their_types),
                      "positions": len(their_positions), "differences": len(differences)}))
    return 1 if differences or not their_types else 0


if __name__ == "__main__":
    sys.exit(main())
