#!/usr/bin/env python3
"""A line chatters as fast as it can."""

import threading
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import Pictures, Radio, chatter  # noqa: E402


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "pir-south", "mast", "cctv", "copter")
    fault(post, "GPIO line chatters", "pir-north", ("implausible", "overrun"),
          lambda: threading.Thread(target=chatter, args=(0, 4000, 1500), daemon=True).start(),
          lambda: None, state="degraded", others=("mast", "cctv", "radio"), hold=4,
          mends_itself=True)
    post.end()


stages(guest=guest)
