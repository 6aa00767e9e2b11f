#!/usr/bin/env python3
"""Takes the times out of a telemetry log, cuts the bytes at random places and puts noise in.

Needs pymavlink (pip install pymavlink).

    python3 salt_log.py LOG.tlog SEED OUTPUT [CUTS]

Writes the salted bytes to OUTPUT, and one line a frame to standard output: WHOSE HEX, where WHOSE is
"log" for the frames of the log in its order and "pymavlink" for those that pymavlink's parser finds in
the salted bytes, in theirs. pymavlink passes over all the bytes that a false beginning claims, and with
them over good frames: its list is shorter than what is there.
"""

import random
import sys

from pymavlink.dialects.v20 import ardupilotmega as dialect


def frames(data):
    """What pymavlink finds in the bytes of a line."""
    parser = dialect.MAVLink(None)
    parser.robust_parsing = True
    for start in range(0, len(data), 4096):
        for message in parser.parse_buffer(data[start:start + 4096]) or []:
            name = message.get_type()
            if name != "BAD_DATA" and not name.startswith("UNKNOWN_"):
                yield bytes(message.get_msgbuf())


def without_times(log):
    """The bytes of the records' frames, whether their CRC is right or not."""
    parts, at = [], 8
    while at + 1 < len(log):
        length = log[at + 1] + (8 if log[at] == 0xFE else 12 + 13 * (log[at + 2] & 1))
        parts.append(log[at:at + length])
        at += length + 8
    return b"".join(parts)


def main():
    path, seed, output = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    cuts = int(sys.argv[4]) if len(sys.argv) > 4 else 200
    rng = random.Random(seed)
    with open(path, "rb") as file:
        line = without_times(file.read())
    salted, last = [], 0
    for place in sorted(rng.sample(range(len(line)), cuts)):
        salted += [line[last:place], bytes(rng.getrandbits(8) for _ in range(rng.randint(1, 100)))]
        last = place
    salted = b"".join(salted + [line[last:]])
    with open(output, "wb") as file:
        file.write(salted)
    for whose, data in (("log", line), ("pymavlink", salted)):
        for frame in frames(data):
            print(whose, frame.hex())


if __name__ == "__main__":
    main()
