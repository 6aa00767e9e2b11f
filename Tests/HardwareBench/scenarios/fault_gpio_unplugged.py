#!/usr/bin/env python3
"""A GPIO chip is removed and comes back under another number."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, fault, stages, wait_until  # noqa: E402
from hardware import LIVE, Pictures, Radio, pulse  # noqa: E402


def guest():
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "pir-south", "mast", "cctv", "copter")
    fault(post, "GPIO chip unplugged", "pir-north", ("device_gone",),
          lambda: LIVE.write_text("0"), lambda: LIVE.write_text("1"),
          others=("mast", "cctv", "radio"))
    before = post.metric("vedette_source_samples_total", "gpio")
    pulse(0)
    wait_until(lambda: post.metric("vedette_source_samples_total", "gpio") >= before + 2, 3)
    check("a pulse after it is two edges, once each",
          post.metric("vedette_source_samples_total", "gpio") == before + 2)
    post.end()


stages(guest=guest)
