#!/usr/bin/env python3
"""Writes random frames of every message of the set, made by pymavlink, with the values in them.

Needs pymavlink (pip install pymavlink). One line a frame: VERSION SEQUENCE SIGNED HEX NAME=VALUE...
Numbers are decimal, single-precision numbers the eight hexadecimal digits of their bits, lists are
joined by commas, texts are hexadecimal; "-" is a value that the sender does not know.

    python3 random_frames.py COUNT SEED > frames.txt

COUNT is the number of frames a message. They go by turns through version 2, version 1 (messages with
ids up to 255, written by the version 1 dialect), version 2 signed, and version 2 with zeros at the
end, which the encoder leaves out. Fields are random over all bits, or extremes, or not known.
"""

import random
import struct
import sys

import message_table
from pymavlink.dialects.v10 import common as v10
from pymavlink.dialects.v20 import common as v20

KEY = bytes(range(32))
LIMITS = {"int8_t": (-2**7, 2**7 - 1), "uint8_t": (0, 2**8 - 1), "int16_t": (-2**15, 2**15 - 1),
          "uint16_t": (0, 2**16 - 1), "int32_t": (-2**31, 2**31 - 1), "uint32_t": (0, 2**32 - 1),
          "int64_t": (-2**63, 2**63 - 1), "uint64_t": (0, 2**64 - 1)}
NAMED = {"UINT8_MAX": 2**8 - 1, "INT16_MAX": 2**15 - 1, "UINT16_MAX": 2**16 - 1,
         "INT32_MAX": 2**31 - 1}
FLOATS = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 3.4028234663852886e38,
          1.401298464324817e-45, -1.1754943508222875e-38]


def invalid(field):
    """The value on the line that stands for not known, or None."""
    if field.invalid is None:
        return None
    if field.kind == "float":
        return float(field.invalid)
    return NAMED.get(field.invalid) if field.invalid in NAMED else int(field.invalid)


def number(field, rng):
    """One random value of a field's kind."""
    choice = rng.random()
    if field.invalid is not None and choice < 0.15:
        return invalid(field)
    if field.kind == "float":
        if choice < 0.4:
            return rng.choice(FLOATS)
        value = struct.unpack("<f", struct.pack("<I", rng.getrandbits(32)))[0]
        return float("nan") if value != value else value
    low, high = LIMITS[field.kind]
    if choice < 0.4:
        return rng.choice([low, high, 0, 1, low + 1, high - 1])
    return rng.randint(low, high)


def value(field, rng):
    """A random value of a field, as pymavlink takes it."""
    if field.is_text:
        length = rng.choice([0, 1, field.count, rng.randint(0, field.count)])
        text = bytes(rng.randint(0x20, 0x7E) for _ in range(length))
        return text if field.kind == "char" else list(text.ljust(field.count, b"\0"))
    if field.count:
        return [number(field, rng) for _ in range(field.count)]
    return number(field, rng)


def shown_number(field, given):
    unknown = invalid(field)
    if unknown is not None and (given == unknown or (given != given and unknown != unknown)):
        return "-"
    return struct.pack(">f", given).hex() if field.kind == "float" else str(given)


def shown(field, given):
    """A value as it is compared."""
    if field.is_text:
        return bytes(given).rstrip(b"\0").hex()
    if field.count:
        return ",".join(shown_number(field, each) for each in given)
    return shown_number(field, given)


def zero(field):
    if field.is_text:
        return b"" if field.kind == "char" else [0] * field.count
    nothing = 0.0 if field.kind == "float" else 0
    return [nothing] * field.count if field.count else nothing


def main():
    count, rng = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    version2 = v20.MAVLink(None, srcSystem=42, srcComponent=7)
    version1 = v10.MAVLink(None, srcSystem=42, srcComponent=7)
    signed = v20.MAVLink(None, srcSystem=42, srcComponent=7)
    signed.signing.secret_key, signed.signing.link_id = KEY, 9
    signed.signing.timestamp, signed.signing.sign_outgoing = 1000, True
    for message in message_table.read():
        for turn in range(count):
            way = turn % 4
            if way == 1 and message.number > 255:
                way = 0
            fields = [field for field in message.fields if not (way == 1 and field.is_extension)]
            for field in fields:
                if field.kind == "uint8_t_mavlink_version":
                    field.kind = "uint8_t"
            values = {field.wire_name: value(field, rng) for field in fields}
            if way == 3:
                order = message.wire_order
                for field in order[rng.randint(0, len(order)):]:
                    values[field.wire_name] = zero(field)
            link = [version2, version1, signed, version2][way]
            dialect = v10 if way == 1 else v20
            kind = dialect.mavlink_map[message.number]
            given = [values[name] for name in kind.fieldnames]
            sequence = link.seq = rng.randint(0, 255)
            data = kind(*given).pack(link)
            for field in message.fields:
                values.setdefault(field.wire_name, zero(field))
            texts = [f"{field.wire_name}={shown(field, values[field.wire_name])}"
                     for field in message.fields]
            print(1 if way == 1 else 2, sequence, 1 if way == 2 else 0, data.hex(), *texts)


if __name__ == "__main__":
    main()
