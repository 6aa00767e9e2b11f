#!/usr/bin/env python3
"""GPIO, cameras and serial line at once: a patrol on the radio walks over the border, and a motion
sensor sees it. The crossing reaches a client; the recorded run replays to it outside the bench."""

import json
import subprocess
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import PROGRAMS, RUN, Post, check, stages, wait_until  # noqa: E402
from hardware import Pictures, Radio, pulse  # noqa: E402

CAPTURE = RUN / "run.mcap"


def guest():
    Pictures()
    radio = Radio()
    post = Post(arguments=("--record", CAPTURE))
    post.wait_delivering("pir-north", "mast", "cctv", "copter", "patrol")
    time.sleep(2)
    for step in range(60):
        radio.patrol_north = -15 + step * 0.5
        if step in (24, 36):
            pulse(0)
        time.sleep(0.2)
    wait_until(lambda: post.events("crossing"), 10)
    time.sleep(3)
    check(f"{len(post.events('crossing'))} reports of a crossing reach the client",
          post.events("crossing"))
    post.end()


def judge():
    lines = (RUN / "events.jsonl").read_bytes().splitlines()
    live = [json.loads(line) for line in lines]
    crossings = [event for event in live if ".crossing." in event["type"]]
    check(f"the host's side of the file has them: {len(crossings)}", crossings)
    if not CAPTURE.exists():
        check("the capture is there", False)
        return
    found = subprocess.run(
        [PROGRAMS / "vedette", "replay", CAPTURE, "--json", "--events", RUN / "again.jsonl"],
        capture_output=True, text=True, check=False)
    report = json.loads(found.stdout) if found.returncode == 0 else {}
    check("replayed outside the bench, the run gives the same events",
          report.get("isIdentical") is True, found.stdout[-600:] + found.stderr[-600:])
    again = {json.loads(line)["properties"]["event_id"]
             for line in (RUN / "again.jsonl").read_bytes().splitlines()}
    check("... with the same ids as the client got",
          all(event["data"]["properties"]["event_id"] in again for event in crossings))


stages(guest=guest, judge=judge)
