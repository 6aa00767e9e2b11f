#!/usr/bin/env python3
"""The disk under the state directory is full: events go into the segment written ahead, and none is lost."""

import shutil
import subprocess
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import STATE, Post, check, measure, stages, wait_until  # noqa: E402
from hardware import LIVE, Pictures, Radio  # noqa: E402

RUNS = 3


def make_disk():
    """An ext4 file system of 32 MB under the state directory."""
    with open("/tmp/disk", "wb") as file:
        file.truncate(32 << 20)
    STATE.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "/tmp/disk"], check=True)
    subprocess.run(["mount", "-o", "loop", "/tmp/disk", STATE], check=True)


def fill():
    """Fills the disk to its last byte."""
    try:
        with open(STATE / "filler", "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 512, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass
    except OSError:
        pass


def guest():
    make_disk()
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    for _ in range(RUNS):
        fill()
        free = shutil.disk_usage(STATE).free
        check(f"the disk is full ({free} bytes free)", free < 4096)
        samples = post.metric("vedette_source_samples_total", "mast")
        kept = post.metric("vedette_ledger_durable_sequence")
        LIVE.write_text("0")  # an event for each GPIO line, and another when it is back
        time.sleep(2)
        fill()
        LIVE.write_text("1")
        wait_until(lambda: post.metric("vedette_ledger_durable_sequence") >= kept + 4, 12)
        check("the sensors are read on",
              post.metric("vedette_source_samples_total", "mast") > samples)
        check("events are kept on, in the segment that was written ahead",
              post.metric("vedette_ledger_durable_sequence") >= kept + 2)
        (STATE / "filler").unlink()
    check("health tells no fault of the storage", not post.health().get("storageFault"))
    measure("disk full", "nothing: events go on into the segment written ahead", RUNS, RUNS, [], [])
    post.end()


stages(guest=guest)
