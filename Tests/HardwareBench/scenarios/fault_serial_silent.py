#!/usr/bin/env python3
"""Nobody speaks on the serial line."""

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

    def hush(is_silent):
        radio.is_silent = is_silent

    fault(post, "serial line silent", "copter", ("silent",), lambda: hush(True),
          lambda: hush(False), others=("mast", "cctv"))
    post.end()


stages(guest=guest)
