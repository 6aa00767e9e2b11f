"""The demo as a newcomer runs it, watched by clients of the stream."""

import importlib.util
import pathlib
import re
import subprocess
import sys

from sse_client import StreamClient, is_contiguous
from support import REPOSITORY, WORK, check, free_port, main, output, start, wait_for_health

VALIDATOR = REPOSITORY / "Tests/LedgerTests/Tools/validate_events.py"
COMBINATIONS = {"camera", "camera + motion", "drone", "motion", "own drone", "own patrol"}


def schemas_hold(events):
    if importlib.util.find_spec("jsonschema") is None:
        print("skipped: events against Docs/schemas (python has no jsonschema)")
        return
    lines = WORK / "events.jsonl"
    lines.write_bytes(b"".join(event.raw + b"\n" for event in events))
    found = subprocess.run(
        [sys.executable, VALIDATOR, "--canonical", pathlib.Path(lines)],
        capture_output=True, text=True, check=False)
    check(f"the demo's {len(events)} events are valid by Docs/schemas, data is canonical JSON",
          found.returncode == 0, found.stdout + found.stderr)


def demo():
    port = free_port()
    post = start("vedette", "demo", "--seconds", 20, "--port", port, "--state", WORK / "state")
    check("the demo answers within 10 s", wait_for_health(port), output(post))
    whole = StreamClient(port)
    first = StreamClient(port)
    came = first.wait_for(12, 15)
    first.close()
    check("a client of the stream gets 12 events within 15 s", came, len(first.events))
    again = StreamClient(port, first.events[-1].cursor)
    try:
        code = post.wait(40)
    except Exception:
        code = "still running"
    text = output(post)
    whole.join(5)
    again.join(5)
    check("the demo ends by itself with exit 0 and OK", code == 0 and "\nOK:" in text,
          f"exit {code}: ...{text[-500:]}")
    reported = re.findall(r"(?m)^  (.+): \d+ crossing reports?$", text)
    check(f"the demo reports crossings by all combinations ({', '.join(reported)})",
          COMBINATIONS <= set(reported), text[-500:])
    check("the stream's sequence has no gap and no duplicate", is_contiguous(whole.events),
          [event.sequence for event in whole.events])
    union = first.events + again.events
    check("a client that reconnects with Last-Event-ID misses nothing and gets nothing twice",
          again.events and [event.key for event in union] == [event.key for event in whole.events],
          f"{[e.sequence for e in union]} against {[e.sequence for e in whole.events]}")
    schemas_hold(whole.events)


main(demo)
