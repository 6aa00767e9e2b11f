#!/usr/bin/env python3
"""The disk under the state directory is full: health tells it at once, events go into the segment
written ahead, and none is lost. Then it fails altogether and is replaced: events wait for that."""

import fcntl
import os
import shutil
import struct
import subprocess
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import STATE, Post, check, measure, stages, wait_until  # noqa: E402
from hardware import LIVE, Pictures, Radio  # noqa: E402

RUNS = 3
EXT4_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN: the file system refuses everything from now on


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


def told(post, name, is_wanted, seconds=6):
    """Waits until health has, or has not, a word of that name."""
    return wait_until(lambda: bool((post.health() or {}).get(name)) == is_wanted, seconds)


def fail_altogether(post):
    """The file system refuses everything, as after errors of the disk; then the disk is replaced."""
    noticed, recovered = [], []
    for number in range(RUNS):
        post.wait_delivering("pir-north", "pir-south")
        kept = post.metric("vedette_ledger_durable_sequence")
        samples = post.metric("vedette_source_samples_total", "mast")
        folder = os.open(STATE, os.O_RDONLY)
        fcntl.ioctl(folder, EXT4_SHUTDOWN, struct.pack("I", 0))
        os.close(folder)
        began = time.monotonic()
        LIVE.write_text("0")
        if told(post, "storageFault", True):
            noticed.append(time.monotonic() - began)
        time.sleep(2)
        check("the disk has failed: the sensors are read on",
              post.metric("vedette_source_samples_total", "mast") > samples)
        LIVE.write_text("1")
        subprocess.run(["umount", "-l", STATE], check=True)
        # Another disk with the same content: the first stays failed while a file of it is open.
        disk, spare = f"/tmp/disk{number or ''}", f"/tmp/disk{number + 1}"
        shutil.copyfile(disk, spare)
        subprocess.run(["mount", "-o", "loop", spare, STATE], check=True)
        began = time.monotonic()
        if told(post, "storageFault", False, 15):
            recovered.append(time.monotonic() - began)
        check("the events of that time are kept now",
              wait_until(lambda: post.metric("vedette_ledger_durable_sequence") >= kept + 4, 15),
              f"{post.health().get('storageFault')} {post.said()[-600:]}")
    check(f"health tells the failed disk within 3 s: {noticed}",
          len(noticed) == RUNS and max(noticed) <= 3, post.health())
    check(f"... and is well once the disk is back: {recovered}", len(recovered) == RUNS)
    said = post.said().count("events cannot be stored, trying again")
    check("it was logged once each time", said == RUNS, said)
    measure("disk fails, is replaced", "`storageFault`; events wait and are stored after it",
            len(noticed), RUNS, noticed, recovered)


def guest():
    make_disk()
    Pictures()
    Radio()
    post = Post()
    post.wait_delivering("pir-north", "mast", "cctv", "copter")
    noticed, recovered = [], []
    for _ in range(RUNS):
        began = time.monotonic()
        fill()
        free = shutil.disk_usage(STATE).free
        check(f"the disk is full ({free} bytes free)", free < 4096)
        if told(post, "storageWarning", True):
            noticed.append(time.monotonic() - began)
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
        began = time.monotonic()
        (STATE / "filler").unlink()
        if told(post, "storageWarning", False):
            recovered.append(time.monotonic() - began)
    check(f"health warns within 3 s: {noticed}", len(noticed) == RUNS and max(noticed) <= 3)
    check(f"... and is well by itself: {recovered}", len(recovered) == RUNS)
    measure("disk full", "`storageWarning`; events go on into the segment written ahead",
            len(noticed), RUNS, noticed, recovered)
    fail_altogether(post)
    post.end()


stages(guest=guest)
