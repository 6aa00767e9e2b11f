#!/usr/bin/env python3
"""A MAVLink stream of an independent encoder over /dev/ttyACM0: every frame is read."""

import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, stages, wait_until  # noqa: E402
from hardware import Radio  # noqa: E402


def guest():
    post = Post()
    radio = Radio()
    post.wait_delivering("copter", "patrol")
    time.sleep(6)
    radio.end()
    names = {line.split("{")[0] for line in post.get("/metrics").splitlines()
             if line.startswith("vedette_source_") and '"radio"' in line}
    frames = wait_until(
        lambda: (post.metric("vedette_source_frames_total", "radio") or 0) >= radio.frames, 2)
    found = post.metric("vedette_source_frames_total", "radio")
    check(f"{radio.frames} frames were sent, {found} read", frames and found == radio.frames,
          sorted(names))
    post.end()


stages(guest=guest)
