#!/usr/bin/env python3
"""Compares messages.txt with the dialect of an installed pymavlink and with the message table.

Needs pymavlink (pip install pymavlink). Compared with the dialect's XML are numbers, names, types,
order, extensions and invalid values, and with pymavlink's own code CRC_EXTRA and length. Exit code 1
if anything differs; every difference is told.
"""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import message_table
import pymavlink
from pymavlink.dialects.v20 import common

FOLDER = os.path.join(os.path.dirname(pymavlink.__file__), "dialects", "v20")


def definitions():
    found = {}
    for name in ("minimal", "standard", "common"):
        for message in ElementTree.parse(os.path.join(FOLDER, name + ".xml")).iter("message"):
            found[message.get("name")] = message
    return found


def same_invalid(field, theirs):
    """Whether ours stands for the dialect's. Words, and what is only in the text, are ours."""
    if field.invalid_is_ours:
        return theirs is None or theirs == "[0]"
    if theirs is None or field.invalid is None:
        # An array that is invalid as a whole is given as it is.
        return field.invalid is None and (theirs is None or bool(field.count))
    theirs = theirs.strip("[]").rstrip(":").replace("NAN", "NaN").replace("0xFFFF", "65535")
    return theirs == field.invalid


def main():
    wrong = []
    dialect = definitions()
    for message in message_table.read():
        theirs = dialect.get(message.wire_name)
        if theirs is None or int(theirs.get("id")) != message.number:
            wrong.append(f"{message.wire_name}: number or name")
            continue
        is_extension, fields = False, []
        for child in theirs:
            if child.tag == "extensions":
                is_extension = True
            elif child.tag == "field":
                kind, count = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", child.get("type")).groups()
                fields.append((child.get("name"), kind, int(count) if count else None,
                               is_extension, child.get("invalid")))
        ours = [(field.wire_name, field.kind, field.count, field.is_extension)
                for field in message.fields]
        if ours != [field[:4] for field in fields]:
            wrong.append(f"{message.wire_name}: fields\n  {ours}\n  {fields}")
            continue
        for field, (name, _, _, _, invalid) in zip(message.fields, fields):
            if not same_invalid(field, invalid):
                wrong.append(f"{message.wire_name}.{name}: invalid {field.invalid}, not {invalid}")
        generated = common.mavlink_map[message.number]
        if message.crc_extra != generated.crc_extra:
            wrong.append(f"{message.wire_name}: CRC_EXTRA {message.crc_extra}")
        if sum(field.size for field in message.fields) != generated.unpacker.size:
            wrong.append(f"{message.wire_name}: length")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
