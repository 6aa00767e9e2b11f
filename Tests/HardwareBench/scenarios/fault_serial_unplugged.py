#!/usr/bin/env python3
"""The serial adapter is pulled and plugged in again."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import Pictures, Radio, plug_radio  # noqa: E402


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    fault(post, "serial adapter unplugged", "copter", ("device_gone",),
          lambda: plug_radio(False), lambda: plug_radio(True), others=("mast", "cctv"))
    post.end()


stages(guest=guest)
