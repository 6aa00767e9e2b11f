#!/usr/bin/env python3
"""Tries what a sandbox should refuse, and what it must not; prints JSON, or writes it to a file.

Each thing that was tried is "works", or what the kernel said."""

import json
import mmap
import os
import pathlib
import socket
import subprocess
import sys
import time


def written(path):
    place = pathlib.Path(path)
    place.write_text("x")
    place.unlink()


def seen(path):
    if not os.path.exists(path):
        raise FileNotFoundError(2, "unseen")


def opened(path, flags=os.O_RDWR | os.O_NONBLOCK):
    os.close(os.open(path, flags))


def made(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.returncode, (done.stderr.strip().splitlines() or ["refused"])[-1])


def sent():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.sendto(b"x", ("192.0.2.2", 9))


def special():
    place = pathlib.Path("/var/lib/vedette/special")
    place.write_text("")
    try:
        place.chmod(0o4755)
    finally:
        place.unlink()


def given():
    place = pathlib.Path("/var/lib/vedette/given")
    place.write_text("")
    try:
        os.chown(place, 1, 1)
    finally:
        place.unlink()


def served():
    with socket.socket() as server:
        # As servers do: connections to the daemon that just ended keep its port for a minute.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 8420))
        server.listen()


TRIALS = {
    "open a GPIO chip": lambda: opened("/dev/gpiochip0"),
    "open a camera": lambda: opened("/dev/video0"),
    "open a serial port": lambda: opened("/dev/ttyACM0", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY),
    "write the state folder": lambda: written("/var/lib/vedette/probe"),
    "serve on loopback": served,
    "run in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)),
    "write below /usr": lambda: written("/usr/probe"),
    "write its configuration": lambda: opened("/etc/vedette/site.yaml"),
    "see homes": lambda: seen(os.path.join("/home", "somebody")),
    "see the files of others in /tmp": lambda: seen("/tmp/of-others"),
    "see other processes": lambda: seen("/proc/1/status"),
    "read the machine's state": lambda: opened("/proc/meminfo", os.O_RDONLY),
    "change a kernel setting": lambda: pathlib.Path("/proc/sys/kernel/panic").write_text("0"),
    "write into control groups": lambda: written_group(),
    "read the kernel's log": lambda: opened("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK),
    "open another device": lambda: opened("/dev/loop-control"),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "set the host's name": lambda: socket.sethostname(socket.gethostname()),
    "send to an address outside": sent,
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "map memory for writing and running": lambda: mmap.mmap(
        -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close(),
    "make a namespace": lambda: made("unshare", "-U", "true"),
    "mount": lambda: made("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"),
    "load a module": lambda: made("modprobe", "usb_f_serial"),
    "give a file away": given,
    "make a file set-user-ID": special,
    "bind itself to a processor": lambda: os.sched_setaffinity(0, {0}),
}


def written_group():
    place = "/sys/fs/cgroup/probe"
    os.mkdir(place)
    os.rmdir(place)


def tried(trial):
    try:
        trial()
        return "works"
    except (OSError, ValueError) as refused:
        return getattr(refused, "strerror", None) or str(refused)


answers = json.dumps({name: tried(trial) for name, trial in TRIALS.items()})
if len(sys.argv) > 1:
    pathlib.Path(sys.argv[1]).write_text(answers)
else:
    print(answers)
