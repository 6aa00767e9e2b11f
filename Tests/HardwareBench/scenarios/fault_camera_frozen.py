#!/usr/bin/env python3
"""Nothing is written to a camera any more; a reader blocked in it would never wake."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import Pictures, Radio  # noqa: E402


def guest():
    pictures = [Pictures()]
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")

    def again():
        pictures[0] = Pictures()

    fault(post, "camera frozen", "cctv", ("silent", "device_absent"),
          lambda: pictures[0].kill(), again, others=("mast", "radio"), hold=3)
    post.end()


stages(guest=guest)
