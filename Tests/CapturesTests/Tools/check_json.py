#!/usr/bin/env python3
"""Checks the JSON messages of a capture against the JSON Schemas that the capture holds."""

import json
import sys

from mcap.reader import make_reader

try:
    from jsonschema import validate
except ImportError:
    validate = None

with open(sys.argv[1], "rb") as stream:
    reader = make_reader(stream, validate_crcs=True)
    count = 0
    for schema, channel, message in reader.iter_messages():
        if channel.message_encoding != "json":
            continue
        value = json.loads(message.data, parse_constant=lambda word: sys.exit(f"{word} in JSON"))
        if schema is None:
            sys.exit(f"{channel.topic} has no schema")
        if validate is not None:
            validate(value, json.loads(schema.data))
        count += 1
    if count == 0:
        sys.exit("no JSON messages")
