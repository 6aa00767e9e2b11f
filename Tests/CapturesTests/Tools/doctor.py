#!/usr/bin/env python3
"""Checks an MCAP file with the public `mcap` package, as `mcap doctor` does.

Usage: doctor.py FILE [--truncated]

Prints one line for each thing that is wrong and ends with 1, or prints a summary and ends with 0.
With --truncated the file may end without summary and footer; whole chunks must still be right.
"""

import struct
import sys
import zlib

from mcap.reader import make_reader
from mcap.records import (
    Channel, Chunk, ChunkIndex, DataEnd, Footer, Header, Message, MessageIndex, Metadata,
    MetadataIndex, Schema, Statistics, SummaryOffset)
from mcap.stream_reader import StreamReader, breakup_chunk

MAGIC = b"\x89MCAP0\r\n"
problems = []


def check(condition, text):
    if not condition:
        problems.append(text)


def frames(data):
    """Offset, opcode and length of every record between the magics."""
    position = 8
    while position + 9 <= len(data):
        opcode, length = struct.unpack_from("<BQ", data, position)
        if position + 9 + length > len(data):
            return
        yield position, opcode, 9 + length
        position += 9 + length
        if opcode == 2:
            return


def records(path):
    reader = StreamReader(open(path, "rb"), emit_chunks=True, validate_crcs=True)
    try:
        yield from reader.records
    except Exception as error:  # the end of a file that was cut off
        yield error


def main():
    path = sys.argv[1]
    is_truncated = "--truncated" in sys.argv[2:]
    data = open(path, "rb").read()
    check(data[:8] == MAGIC, "the file does not begin with the magic")
    places = list(frames(data))
    schemas, channels, counts = {}, {}, {}
    chunks, indexes, summary_chunks, metadata_places = {}, {}, [], {}
    repeated_schemas, repeated_channels, offsets = {}, {}, []
    statistics = footer = data_end = None
    metadata_indexes = []
    first, last, total, disorder, newest = None, None, 0, 0, 0
    open_chunk = None
    for number, record in enumerate(records(path)):
        if isinstance(record, Exception):
            check(is_truncated and footer is None, f"reading ended with {record!r}")
            break
        offset, opcode, size = places[number] if number < len(places) else (None, None, None)
        if isinstance(record, Header):
            check(number == 0, "the header is not the first record")
        elif isinstance(record, Schema):
            check(record.id != 0, "a schema has the number 0")
            (schemas if data_end is None else repeated_schemas)[record.id] = record
        elif isinstance(record, Channel):
            (channels if data_end is None else repeated_channels)[record.id] = record
            check(record.schema_id == 0 or record.schema_id in schemas,
                  f"channel {record.id} names schema {record.schema_id}, which is not there")
        elif isinstance(record, Chunk):
            messages = {}
            content = breakup_chunk(record, validate_crc=True)
            for inner in content:
                if isinstance(inner, Channel):
                    channels[inner.id] = inner
                elif isinstance(inner, Schema):
                    schemas[inner.id] = inner
                elif isinstance(inner, Message):
                    check(inner.channel_id in channels,
                          f"a message is on channel {inner.channel_id}, not described before it")
                    check(record.message_start_time <= inner.log_time <= record.message_end_time,
                          f"chunk at {offset}: a message's time is outside of the chunk's")
                    counts[inner.channel_id] = counts.get(inner.channel_id, 0) + 1
                    first = inner.log_time if first is None else min(first, inner.log_time)
                    last = inner.log_time if last is None else max(last, inner.log_time)
                    disorder += inner.log_time < newest
                    newest = max(newest, inner.log_time)
                    total += 1
            times = [inner.log_time for inner in content if isinstance(inner, Message)]
            if times:
                check((min(times), max(times))
                      == (record.message_start_time, record.message_end_time),
                      f"chunk at {offset}: its time range is not that of its messages")
            # Offsets of the messages in the content, for the message index.
            raw = record.data
            if record.compression == "zstd":
                import zstandard
                raw = zstandard.decompress(record.data, record.uncompressed_size)
            check(len(raw) == record.uncompressed_size, f"chunk at {offset}: wrong size")
            check(record.uncompressed_crc == zlib.crc32(raw), f"chunk at {offset}: wrong CRC")
            position = 0
            while position < len(raw):
                inner_opcode, length = struct.unpack_from("<BQ", raw, position)
                if inner_opcode == 5:
                    channel, _, log_time = struct.unpack_from("<HIQ", raw, position + 9)
                    messages.setdefault(channel, []).append((log_time, position))
                position += 9 + length
            chunks[offset] = (record, size, messages)
            open_chunk = offset
            indexes[offset] = {}
        elif isinstance(record, MessageIndex):
            check(open_chunk is not None, "a message index stands before any chunk")
            indexes[open_chunk][record.channel_id] = (offset, record.records, size)
        elif isinstance(record, Metadata):
            metadata_places[offset] = (record.name, size)
        elif isinstance(record, DataEnd):
            data_end = record
            check(record.data_section_crc == zlib.crc32(data[:offset]),
                  "the CRC of the data section is wrong or missing")
        elif isinstance(record, Statistics):
            statistics = record
        elif isinstance(record, ChunkIndex):
            summary_chunks.append(record)
        elif isinstance(record, MetadataIndex):
            metadata_indexes.append(record)
        elif isinstance(record, SummaryOffset):
            offsets.append(record)
        elif isinstance(record, Footer):
            footer = record
            check(record.summary_crc == zlib.crc32(data[record.summary_start:offset + 9 + 16]),
                  "the summary's CRC is wrong or missing")
            check(data[offset + size:] == MAGIC, "the closing magic is not right behind the footer")

    for offset, (record, size, messages) in chunks.items():
        found = {channel: entries for channel, (_, entries, _) in indexes[offset].items()}
        if is_truncated and offset == max(chunks) and found != messages:
            continue
        check(found == messages, f"chunk at {offset}: its message index is not right")

    if footer is None:
        check(is_truncated, "there is no footer")
    else:
        check(data_end is not None, "there is no data end record")
        check(repeated_schemas == schemas, "the summary does not repeat the schemas")
        check(repeated_channels == channels, "the summary does not repeat the channels")
        check(len(summary_chunks) == len(chunks), "chunks and chunk indexes differ in number")
        for index in summary_chunks:
            if index.chunk_start_offset not in chunks:
                problems.append(f"a chunk index points to {index.chunk_start_offset}: no chunk")
                continue
            record, size, messages = chunks[index.chunk_start_offset]
            here = indexes[index.chunk_start_offset]
            check(index.chunk_length == size, "a chunk index has a wrong length")
            check((index.message_start_time, index.message_end_time)
                  == (record.message_start_time, record.message_end_time),
                  "a chunk index has wrong times")
            check((index.compression, index.compressed_size, index.uncompressed_size)
                  == (record.compression, len(record.data), record.uncompressed_size),
                  "a chunk index has a wrong compression or size")
            check(index.message_index_offsets
                  == {channel: place for channel, (place, _, _) in here.items()},
                  "a chunk index has wrong message index offsets")
            check(index.message_index_length == sum(size for _, _, size in here.values()),
                  "a chunk index has a wrong message index length")
        check({(i.offset, i.length, i.name) for i in metadata_indexes}
              == {(o, s, n) for o, (n, s) in metadata_places.items()},
              "the metadata indexes are not right")
        if statistics is None:
            problems.append("there are no statistics")
        else:
            check(statistics.message_count == total, "statistics: wrong message count")
            check(dict(statistics.channel_message_counts) == counts,
                  "statistics: wrong message counts of channels")
            check((statistics.schema_count, statistics.channel_count, statistics.chunk_count,
                   statistics.metadata_count)
                  == (len(schemas), len(channels), len(chunks), len(metadata_places)),
                  "statistics: wrong counts of schemas, channels, chunks or metadata")
            check((statistics.message_start_time, statistics.message_end_time)
                  == (first or 0, last or 0), "statistics: wrong times")
        for group in offsets:
            inside = [(o, s) for o, opcode, s in places
                      if opcode == group.group_opcode and o >= footer.summary_start]
            check(inside and inside[0][0] == group.group_start
                  and sum(s for _, s in inside) == group.group_length,
                  f"the summary offset of group {group.group_opcode} is not right")
        with open(path, "rb") as stream:
            reader = make_reader(stream, validate_crcs=True)
            check(sum(1 for _ in reader.iter_messages()) == total,
                  "the indexed reader finds another number of messages")

    for problem in problems:
        print(problem)
    if problems:
        return 1
    print(f"ok: {total} messages, {len(chunks)} chunks, {len(channels)} channels, "
          f"{disorder} messages older than one before them")
    return 0


sys.exit(main())
