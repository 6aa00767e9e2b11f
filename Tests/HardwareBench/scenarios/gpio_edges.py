#!/usr/bin/env python3
"""GPIO edges on named lines: 500 a second for 4 s, none lost or the loss told."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, stages, wait_until  # noqa: E402
from hardware import chatter  # noqa: E402

COUNT, RATE = 2000, 500


def guest():
    post = Post()
    post.wait_delivering("pir-north", "pir-south")
    before = post.metric("vedette_source_samples_total", "gpio")
    took = chatter(0, COUNT, RATE)
    wait_until(lambda: post.metric("vedette_source_samples_total", "gpio") - before >= COUNT, 2)
    came = post.metric("vedette_source_samples_total", "gpio") - before
    told = [event["data"]["properties"]["reason"] for _, event in post.events("sensor-health")]
    check(f"{COUNT} edges in {took:.2f} s: {came:.0f} came, or the loss is told",
          came == COUNT or (came < COUNT and "overrun" in told), told)
    check(f"the rate was {COUNT / took:.0f} a second", took <= COUNT / RATE * 1.1)
    check("beyond what the sensor can say: implausible", "implausible" in told
          or "overrun" in told, told)
    post.end()


stages(guest=guest)
