#!/usr/bin/env python3
"""The clock is stepped by an hour, and back: order and numbers stay, UTC follows."""

import datetime
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, measure, stages  # noqa: E402
from hardware import Pictures, Radio, plug_radio  # noqa: E402


NAMES = ("pir-north", "mast", "cctv", "copter", "patrol")


def told(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering(*NAMES)
    states = [post.sensor(name) for name in NAMES]
    for step in (3600, -3600):
        time.clock_settime(time.CLOCK_REALTIME, time.time() + step)
        stepped = time.monotonic()
        for is_in in (False, True):
            time.sleep(1)
            plug_radio(is_in)
            post.wait_delivering(*(NAMES if is_in else NAMES[:3]))
        time.sleep(1)
        off = [abs(told(event) - (time.time() - (time.monotonic() - came)))
               for came, event in post.events("sensor-health") if came > stepped]
        check(f"step of {step} s: {len(off)} events tell the new time, at most "
              f"{max(off, default=0):.1f} s beside it", len(off) >= 4 and max(off) < 3, off)
    measure("clock stepped by 1 h and back", "nothing is lost; the next event tells the new UTC",
            2, 2, [], [])
    check("no sensor's health changed over it",
          states == [post.sensor(name) for name in NAMES])
    crossings = post.events("crossing")
    check("no crossing was made up", not crossings, crossings[:1])
    post.end()


stages(guest=guest)
