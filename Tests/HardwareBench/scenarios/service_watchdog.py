#!/usr/bin/env python3
"""The fusion thread hangs: systemd's watchdog ends the daemon and starts it again. Then the daemon is
killed. No event that a client had is lost."""
# bench: systemd seconds=400 memory=2G

import pathlib
import os
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import check, measure, stages, wait_until  # noqa: E402
from hardware import Radio  # noqa: E402
from service import SENSORS, Service, hang, run, wait_seconds  # noqa: E402

# Standstill 5 s, the rest of WatchdogSec, then the kill and RestartSec.
NOTICE_SECONDS_MAX, RETURN_SECONDS_MAX = 17, 10


def dies_and_returns(service, words, break_it, result):
    """Breaks the daemon; it must be noticed, come back by itself and have lost nothing."""
    service.follow()
    service.wait_delivering(*SENSORS)
    time.sleep(1)
    pid, before = service.pid(), service.show("NRestarts")
    check(f"{words}: done", break_it(pid))
    gone = wait_seconds(lambda: not pathlib.Path(f"/proc/{pid}/fd").exists(), 30)
    check(f"{words}: the daemon ends within {NOTICE_SECONDS_MAX} s: {gone or 0:.1f} s",
          gone is not None and gone <= NOTICE_SECONDS_MAX)
    back = wait_seconds(lambda: service.pid() not in (0, pid) and service.health(), 20)
    check(f"{words}: it is back within {RETURN_SECONDS_MAX} s: {back or 0:.1f} s",
          back is not None and back <= RETURN_SECONDS_MAX, service.said()[-900:])
    check(f"{words}: systemd restarted it once",
          int(service.show("NRestarts")) == int(before) + 1, service.show("NRestarts"))
    check(f"{words}: and told why: {result}", result in run(
        "journalctl", "-u", "vedetted", "--no-pager", "-o", "cat")[1], service.said()[-900:])
    service.wait_delivering(*SENSORS)
    measure(words, "systemd ends the daemon and starts it again", 1, 1,
            [gone] if gone else [], [back] if back else [])


def guest():
    Radio()
    service = Service()
    service.use_bench_site()
    streams = []
    for words, break_it, result in (
        ("fusion thread hangs", lambda pid: hang(pid, "fusion"), "watchdog"),
        ("daemon killed (SIGKILL)", lambda pid: os.kill(pid, signal.SIGKILL) is None, "signal"),
    ):
        dies_and_returns(service, words, break_it, result)
        streams.append((words, service.stream))
    run("systemctl", "stop", "vedetted")
    for words, stream in streams:
        service.keeps(stream, words)


stages(guest=guest)
