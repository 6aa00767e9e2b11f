#!/usr/bin/env python3
"""Writes an MCAP file with the public `mcap` package.

Usage: write_messages.py FILE none|zstd|lz4 COUNT chunked|unchunked

Message n (from 0) is on channel n % 3 + 1, has sequence n, log time 1000 n, publish time 1000 n - 1
(0 for the first) and n * 37 % 1000 bytes of the value n % 251. An attachment stands in the middle.
"""

import sys

from mcap.writer import CompressionType, Writer

path, compression, count, chunked = sys.argv[1:5]
with open(path, "wb") as stream:
    writer = Writer(
        stream, chunk_size=4096, compression=CompressionType[compression.upper()],
        use_chunking=chunked == "chunked", enable_data_crcs=True)
    writer.start("someone", "else")
    schema = writer.register_schema("a.b", "jsonschema", b"{}")
    channels = [
        writer.register_channel(f"topic/{place}", "raw", schema if place == 1 else 0, {"k": "v"})
        for place in range(3)]
    writer.add_metadata("notes", {"one": "1"})
    for number in range(int(count)):
        if number == int(count) // 2:
            writer.add_attachment(1, 2, "picture", "image/png", b"x" * 5000)
        writer.add_message(
            channels[number % 3], 1000 * number, bytes([number % 251]) * (number * 37 % 1000),
            max(1000 * number - 1, 0), number)
    writer.finish()
