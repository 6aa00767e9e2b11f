#!/usr/bin/env python3
"""GPIO, cameras and serial line at once. Somebody walks over the border, seen by a camera and two
motion sensors; then our patrol walks the same way, with its beacon on the radio. Each is one crossing,
fused of all that saw it; a client gets both, and the recorded run replays to them outside the bench."""
# bench: seconds=200

import json
import math
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import PROGRAMS, RUN, Post, check, site_without, stages, wait_until  # noqa: E402
from hardware import Radio, Walkers, set_line  # noqa: E402

CAPTURE = RUN / "run.mcap"
NORTH, SOUTH, POST_OF_PATROL = (1.0, 16.0), (1.0, -12.0), (26.0, 18.0)
METRES_A_SECOND = 1.4
# Where on the way from north to south each motion sensor feels somebody (site.yaml, profile
# motion/hc-sr501).
FELT = {0: (4.9, 9.9), 1: (-7.1, -2.1)}


def walk(walkers, begin, end, radio=None):
    """One walk, seen by the camera, and felt where it leads past a motion sensor; with `radio`, it is
    the patrol's."""
    began, active = time.monotonic(), set()
    seconds = math.dist(begin, end) / METRES_A_SECOND
    while (part := (time.monotonic() - began) / seconds) < 1:
        place = tuple(a + part * (b - a) for a, b in zip(begin, end))
        walkers.people[0] = place
        if radio:
            radio.patrol = place
            radio.patrol_velocity = tuple((b - a) / seconds for a, b in zip(begin, end))
        for line, (low, high) in FELT.items():
            if (abs(place[0] - 1) < 0.5 and low <= place[1] <= high) != (line in active):
                set_line(line, line not in active)
                active ^= {line}
        time.sleep(0.05)
    walkers.people[0] = None


def final(events):
    """The last version of each crossing."""
    newest = {}
    for event in events:
        if ".crossing." in event["type"]:
            newest[event["data"]["properties"]["event_id"]] = event["data"]["properties"]
    return list(newest.values())


def told(crossing):
    return {sensor["name"] for sensor in crossing["sensors"]}


def guest():
    walkers, radio = Walkers(), Radio(patrol=POST_OF_PATROL)
    # The pictures of the other camera are a test card.
    post = Post(arguments=("--record", CAPTURE), site=site_without("mast"))
    post.wait_delivering("pir-north", "pir-south", "cctv", "copter", "patrol")
    time.sleep(4)
    walk(walkers, NORTH, SOUTH)
    time.sleep(8)
    walk(walkers, POST_OF_PATROL, NORTH, radio)
    walk(walkers, NORTH, SOUTH, radio)
    wait_until(lambda: any("patrol" in told(crossing) for crossing in final(
        event for _, event in post.events("crossing"))), 10)
    time.sleep(3)
    lost = sum(post.metric(f"vedette_source_{name}_total") or 0
               for name in ("recorder_dropped", "observations_dropped"))
    check("nothing was dropped, by the rings or by the recorder", lost == 0, lost)
    post.end()


def judge():
    lines = (RUN / "events.jsonl").read_bytes().splitlines()
    live = [json.loads(line) for line in lines]
    crossings = final(live)
    found = [(c["class"], c["friendly"], c["direction"], sorted(told(c))) for c in crossings]
    print(f"crossings: {found}")
    strangers = [c for c in crossings if not c["friendly"] and {"cctv", "pir-north"} <= told(c)]
    check("the stranger is one crossing inwards, fused of camera and motion sensor, "
          "and a file on the host's side has it",
          len(strangers) == 1 and strangers[0]["direction"] == "in"
          and strangers[0]["line"]["name"] == "border", found)
    patrols = [c for c in crossings if c["friendly"]
               and {"cctv", "pir-north", "patrol"} <= told(c)]
    check("the patrol is one friendly crossing, fused of camera, motion sensor and beacon",
          len(patrols) == 1, found)
    if not CAPTURE.exists():
        check("the capture is there", False)
        return
    replay = subprocess.run(
        [PROGRAMS / "vedette", "replay", CAPTURE, "--json", "--events", RUN / "again.jsonl"],
        capture_output=True, text=True, check=False)
    report = json.loads(replay.stdout) if replay.returncode == 0 else {}
    check("replayed outside the bench, the run gives the same events",
          report.get("isIdentical") is True, replay.stdout[-600:] + replay.stderr[-600:])
    again = {json.loads(line)["properties"]["event_id"]
             for line in (RUN / "again.jsonl").read_bytes().splitlines()}
    check("... with the same ids as the client got",
          crossings and all(crossing["event_id"] in again for crossing in crossings))


stages(guest=guest, judge=judge)
