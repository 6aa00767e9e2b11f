#!/usr/bin/env python3
"""Writing MCAP without compression: Vedette against the public Python package, same content, same run.

    captures.py CAPTUREBENCH [ROUNDS]

Both write the same small messages in chunks of 1 MiB with CRCs; compared are messages a second of
processor time, ours taken first and last in turn. Exit code 1 when the median of the ratios is below 2.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from mcap.writer import CompressionType, Writer


def theirs(path, count, size):
    payload = bytes(range(size))
    before = time.thread_time()
    with open(path, "wb") as stream:
        writer = Writer(stream, chunk_size=1 << 20, compression=CompressionType.NONE)
        writer.start(profile="", library="bench")
        channel = writer.register_channel(topic="small", message_encoding="raw", schema_id=0)
        for number in range(count):
            at = number * 1000
            writer.add_message(channel, log_time=at, publish_time=at, sequence=number, data=payload)
        writer.finish()
    return time.thread_time() - before


def ours(program, path):
    out = subprocess.run([program, "--write", path], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    ratios, told = [], {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "small.mcap")
        for number in range(rounds):
            first = ours(sys.argv[1], path)
            size = os.path.getsize(path)
            seconds = theirs(path, first["messages"], first["bytes"])
            assert abs(os.path.getsize(path) - size) < size / 50, "not the same content"
            last = ours(sys.argv[1], path)
            mine = (first["seconds"] + last["seconds"]) / 2
            ratios.append(seconds / mine)
            told = {"messages_per_second": round(first["messages"] / mine),
                    "python_messages_per_second": round(first["messages"] / seconds)}
    ratio = statistics.median(ratios)
    print(json.dumps({"name": "mcap-write", **told, "ratio": round(ratio, 2)}))
    print("PASS " if ratio >= 2 else "FAIL ",
          f"MCAP writing over the Python package, at least twice: {ratio:.1f}")
    sys.exit(0 if ratio >= 2 else 1)


main()
