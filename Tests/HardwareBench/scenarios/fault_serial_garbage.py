#!/usr/bin/env python3
"""Garbage at the full rate of the serial line."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import Pictures, Radio  # noqa: E402


def guest():
    Pictures()
    radio = Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")

    def spoil(source):
        radio.garbage = source

    fault(post, "serial garbage", "copter", ("implausible", "damaged_data", "silent"),
          lambda: spoil(os.urandom), lambda: spoil(None), others=("mast", "cctv", "radio"), hold=4,
          state="degraded")
    post.end()


stages(guest=guest)
