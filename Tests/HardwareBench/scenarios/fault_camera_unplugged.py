#!/usr/bin/env python3
"""A camera is unbound from its driver while streaming, and bound again."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import VIVID, Pictures, Radio  # noqa: E402


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    fault(post, "camera unplugged", "mast", ("device_gone",),
          lambda: (VIVID / "unbind").write_text("vivid.0"),
          lambda: (VIVID / "bind").write_text("vivid.0"), others=("cctv", "radio"))
    post.end()


stages(guest=guest)
