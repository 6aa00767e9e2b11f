#!/usr/bin/env python3
"""A camera is disconnected, its stream fails, its pictures are damaged."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, fault, stages  # noqa: E402
from hardware import VIVID, Pictures, Radio, control  # noqa: E402


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    fault(post, "camera stream fails", "mast", ("io_error",),
          lambda: control("inject_fatal_streaming_error"), lambda: None,
          others=("cctv", "radio"), mends_itself=True)
    fault(post, "camera disconnected", "mast", ("device_gone", "io_error"),
          lambda: control("disconnect"),
          lambda: ((VIVID / "unbind").write_text("vivid.0"),
                   (VIVID / "bind").write_text("vivid.0")), others=("cctv", "radio"))
    post.end()


stages(guest=guest)
