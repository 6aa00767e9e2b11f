#!/usr/bin/env python3
"""Cuts a piece out of a MAVLink telemetry log, byte for byte.

Usage: trim_tlog.py LOG FIRST LAST OUTPUT (seconds after the log's first message)

pymavlink finds the records; the bytes of those from FIRST on and before LAST are copied as they are,
noise between them included. Exit codes: 0, 64 wrong use, 65 nothing lies between the two times.
"""

import sys

from pymavlink import mavutil


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 64
    path, first, last, output = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    log = mavutil.mavlink_connection(path)
    start = begin = end = None
    was_whole = True
    while True:
        offset = log.f.tell()
        message = log.recv_msg()
        if message is None:
            break
        is_whole = message.get_type() != "BAD_DATA"
        if start is None:
            start = message._timestamp
        seconds = message._timestamp - start
        # Behind noise the parser may hold bytes back, and its place in the file is none of a record.
        if is_whole and was_whole:
            if begin is None and seconds >= first:
                begin = offset
            if begin is not None and seconds >= last:
                end = offset
                break
        was_whole = is_whole
    if begin is None:
        print(f"{path}: nothing from {first} s on", file=sys.stderr)
        return 65
    with open(path, "rb") as source:
        source.seek(begin)
        piece = source.read() if end is None else source.read(end - begin)
    with open(output, "wb") as target:
        target.write(piece)
    return 0


if __name__ == "__main__":
    sys.exit(main())
