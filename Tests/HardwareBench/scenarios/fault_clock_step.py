#!/usr/bin/env python3
"""The clock is stepped by an hour, and back: the post says so, order and numbers stay, UTC follows."""

import datetime
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import NOTICE_SECONDS_MAX, Post, check, measure, stages, wait_until  # noqa: E402
from hardware import Pictures, Radio, plug_radio  # noqa: E402


NAMES = ("pir-north", "mast", "cctv", "copter", "patrol")


def told(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


def noticed(post, step, stepped):
    """Seconds from the step to the post's own event about it, or nothing."""
    def find():
        return [came - stepped for came, event in post.events("post-status")
                if came >= stepped and event["data"]["properties"]["status"] == "clock_stepped"
                and abs(event["data"]["properties"]["clock_step_ms"] - step * 1000) < 500]
    found = wait_until(find, NOTICE_SECONDS_MAX + 3)
    check(f"step of {step} s: one event names it within {NOTICE_SECONDS_MAX} s",
          len(found) == 1 and found[0] <= NOTICE_SECONDS_MAX,
          f"{found} {[e['data']['properties'] for _, e in post.events('post-status')][-3:]}")
    return found[:1]


def guest():
    notices = []
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering(*NAMES)
    states = [post.sensor(name) for name in NAMES]
    for step in (3600, -3600):
        time.clock_settime(time.CLOCK_REALTIME, time.time() + step)
        stepped = time.monotonic()
        notices += noticed(post, step, stepped)
        for is_in in (False, True):
            time.sleep(1)
            plug_radio(is_in)
            post.wait_delivering(*(NAMES if is_in else NAMES[:3]))
        time.sleep(1)
        off = [abs(told(event) - (time.time() - (time.monotonic() - came)))
               for came, event in post.events("sensor-health") if came > stepped]
        check(f"step of {step} s: {len(off)} events tell the new time, at most "
              f"{max(off, default=0):.1f} s beside it", len(off) >= 4 and max(off) < 3, off)
    check("each step was counted once", post.metric("vedette_clock_steps_total") == 2,
          post.metric("vedette_clock_steps_total"))
    measure("clock stepped by 1 h and back",
            "status `clock_stepped`; nothing is lost, every later event tells the new UTC",
            len(notices), 2, notices, [])
    check("no sensor's health changed over it",
          states == [post.sensor(name) for name in NAMES])
    crossings = post.events("crossing")
    check("no crossing was made up", not crossings, crossings[:1])
    post.end()


stages(guest=guest)
