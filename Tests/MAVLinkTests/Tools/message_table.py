"""Reads messages.txt: the messages of the set with their fields, as both tools here use them."""

import dataclasses
import os
import re

SIZES = {"char": 1, "int8_t": 1, "uint8_t": 1, "uint8_t_mavlink_version": 1, "int16_t": 2,
         "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "float": 4, "int64_t": 8, "uint64_t": 8}
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "messages.txt")


@dataclasses.dataclass
class Field:
    """One field of a message."""
    wire_name: str
    kind: str
    count: int | None
    name: str
    doc: str
    is_extension: bool
    invalid: str | None = None
    invalid_is_ours: bool = False
    default: str | None = None
    is_text: bool = False
    offset: int = 0

    @property
    def size(self):
        return SIZES[self.kind] * (self.count or 1)


@dataclasses.dataclass
class Message:
    """One message."""
    number: int
    wire_name: str
    name: str
    doc: str
    notes: list
    fields: list

    @property
    def wire_order(self):
        """Fields as on the line: by falling size of the type, extensions behind as they come."""
        base = [field for field in self.fields if not field.is_extension]
        base.sort(key=lambda field: -SIZES[field.kind])
        return base + [field for field in self.fields if field.is_extension]

    @property
    def crc_extra(self):
        """MAVLink guide, "Packet Serialization", CRC_EXTRA: over names and types, no extensions."""
        text = self.wire_name + " "
        data = text.encode()
        for field in self.wire_order:
            if field.is_extension:
                continue
            kind = "uint8_t" if field.kind == "uint8_t_mavlink_version" else field.kind
            data += f"{kind} {field.wire_name} ".encode()
            if field.count:
                data += bytes([field.count])
        crc = 0xFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
        return (crc & 0xFF) ^ (crc >> 8)


def parse_field(line, is_extension):
    words, doc = line.split(" | ", 1)
    wire_name, wire_type, name, *options = words.split()
    kind, count = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", wire_type).groups()
    field = Field(wire_name, kind, int(count) if count else None, name, doc.strip(), is_extension)
    field.is_text = kind == "char"
    for option in options:
        if option == "text":
            field.is_text = True
        elif option.startswith("invalid="):
            value, _, ours = option[8:].partition(",")
            field.invalid, field.invalid_is_ours = value, ours == "ours"
        elif option.startswith("default="):
            field.default = option[8:]
        else:
            raise ValueError(f"{line}: {option} is no option")
    return field


def read():
    """The messages in the order of the table."""
    messages, is_extension = [], False
    with open(PATH, encoding="utf-8") as file:
        for line in file:
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("message "):
                words, doc = line.split(" | ", 1)
                _, number, wire_name, name = words.split()
                messages.append(Message(int(number), wire_name, name, doc.strip(), [], []))
                is_extension = False
            elif line.startswith("|"):
                messages[-1].notes.append(line[1:].strip())
            elif line.strip() == "extensions":
                is_extension = True
            else:
                messages[-1].fields.append(parse_field(line.strip(), is_extension))
    for message in messages:
        offset = 0
        for field in message.wire_order:
            field.offset = offset
            offset += field.size
    return messages
