#!/usr/bin/env python3
"""A camera at 640x360 and 25 pictures a second."""

import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import Post, check, stages  # noqa: E402


def sample(post):
    """The number of pictures, and the middle of the time it took to ask."""
    began = time.monotonic()
    count = post.metric("vedette_source_samples_total", "mast")
    return count, (began + time.monotonic()) / 2


def guest():
    post = Post()
    post.wait_delivering("mast")
    before, began = sample(post)
    time.sleep(8)
    after, ended = sample(post)
    rate = (after - before) / (ended - began)
    check(f"{rate:.2f} pictures a second (24 ... 26)", 24 <= rate <= 26)
    check("none was skipped", not post.metric("vedette_source_frames_skipped_total", "mast"))
    post.end()


stages(guest=guest)
