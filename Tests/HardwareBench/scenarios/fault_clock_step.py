#!/usr/bin/env python3
"""The clock is stepped by an hour, and back: order and numbers stay, UTC follows."""

import datetime
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, stages, wait_until  # noqa: E402
from hardware import Pictures, Radio  # noqa: E402


def told(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    states = [post.sensor(name) for name in ("pir-north", "mast", "cctv", "copter")]
    for step in (3600, -3600):
        time.clock_settime(time.CLOCK_REALTIME, time.time() + step)
        stepped = time.monotonic()
        found = wait_until(
            lambda: next((came - stepped for came, event in post.events("post-status")
                          if came > stepped and abs(told(event) - time.time()) < 5), None), 6)
        check(f"step of {step} s: events tell the new time {found or 0:.1f} s later", found)
    check("no sensor's health changed over it",
          states == [post.sensor(name) for name in ("pir-north", "mast", "cctv", "copter")])
    crossings = post.events("crossing")
    check("no crossing was made up", not crossings, crossings[:1])
    post.end()


stages(guest=guest)
