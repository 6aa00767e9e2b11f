#!/usr/bin/env python3
"""The driver flags pictures as damaged, and drops some: they are counted, the camera goes on."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, stages  # noqa: E402
from hardware import control  # noqa: E402


def guest():
    post = Post()
    post.wait_delivering("mast")
    before = post.metric("vedette_source_frames_damaged_total", "mast")
    began = time.monotonic()
    for _ in range(5):
        control("inject_v4l2_buf_flag_error")
        time.sleep(0.5)
    damaged = (post.metric("vedette_source_frames_damaged_total", "mast") or 0) - (before or 0)
    names = [line for line in post.get("/metrics").splitlines() if '"mast"' in line]
    check(f"5 pictures flagged as damaged, {damaged:.0f} counted", damaged == 5, names)
    seconds = post.health_event("mast", "degraded", ("damaged_data",), began, 3)
    check("health names mast degraded (damaged_data) within 3 s",
          seconds is not None and seconds <= 3, post.sensor("mast"))
    samples = post.metric("vedette_source_samples_total", "mast")
    control("percentage_of_dropped_buffers", 30)
    time.sleep(3)
    check("with a third of the pictures dropped the camera goes on",
          post.metric("vedette_source_samples_total", "mast") > samples + 20)
    control("percentage_of_dropped_buffers", 0)
    post.wait_delivering("mast")
    post.end()


stages(guest=guest)
