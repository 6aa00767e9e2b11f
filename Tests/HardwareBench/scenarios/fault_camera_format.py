#!/usr/bin/env python3
"""The size of the pictures changes underneath the reader."""

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

    def change(size):
        pictures[0].kill()
        pictures[0] = Pictures(size)

    fault(post, "camera changes its format", "cctv", ("unsupported_mode", "silent"),
          lambda: change("320x180"), lambda: change("640x360"), others=("mast", "radio"), hold=3)
    post.end()


stages(guest=guest)
