"""The daemon as systemd's service, installed from the Debian package into a bare Debian 12."""

import os
import pathlib
import shutil
import subprocess
import time

from bench import HERE, Stream, Watched, check, wait_until

PACKAGE = os.environ["BENCH_PACKAGE"]
SITE = pathlib.Path("/etc/vedette/site.yaml")
LEDGER = pathlib.Path("/var/lib/vedette/ledger")
SENSORS = ("pir-north", "pir-south", "mast", "copter", "patrol")


def run(*words, seconds=60):
    """Runs a program; its exit status and everything it printed."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=seconds,
                              env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    except subprocess.TimeoutExpired as late:
        return 124, f"{' '.join(words)} did not end within {late.timeout} s"
    return done.returncode, done.stdout


class Service(Watched):
    """vedetted.service on the bench's site."""

    def __init__(self):
        code, text = run("dpkg", "-i", PACKAGE, seconds=180)
        check("dpkg -i installs the package on a bare Debian 12", code == 0, text[-900:])
        check("... and starts the service", self.becomes_active(), self.said())

    @staticmethod
    def show(name, unit="vedetted"):
        return run("systemctl", "show", "-P", name, unit)[1].strip()

    def said(self):
        return run("journalctl", "-u", "vedetted", "-o", "cat", "--no-pager")[1]

    def becomes_active(self, seconds=25):
        return wait_until(
            lambda: self.show("ActiveState") == "active" and self.health(), seconds)

    def use_bench_site(self):
        """The bench's devices instead of the first post's."""
        own = pathlib.Path("/etc/vedette/DeviceProfiles")
        shutil.copytree(HERE / "DeviceProfiles", own, dirs_exist_ok=True)
        run("chmod", "-R", "u=rwX,g=rX,o=rX", str(own))
        SITE.write_text((HERE / "site.yaml").read_text())
        # The pictures of this camera come from a program that a bare system has not.
        run("systemctl", "stop", "vedetted")
        shutil.rmtree(LEDGER)
        code, text = run("systemctl", "start", "vedetted")
        check("the service starts with the bench's site", code == 0 and self.becomes_active(),
              text + self.said()[-900:])

    def follow(self):
        self.stream = Stream()

    def pid(self):
        return int(self.show("MainPID"))

    def stored(self):
        """Events of the ledger, by sequence; the service must be stopped."""
        import json
        code, text = run("vedette", "events", "list", "--json")
        if not check("the ledger can be listed", code == 0, text[-600:]):
            return {}
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return {line["sequence"]: line for line in lines}

    def keeps(self, stream, words):
        """Whether each event that a client had is in the ledger, once and the same."""
        kept = self.stored()
        seen = [event for _, event in stream.events]
        lost = [event["sequence"] for event in seen
                if kept.get(int(event["sequence"]), {}).get("data") != event["data"]]
        check(f"{words}: all {len(seen)} events that a client had are in the ledger, the same",
              seen and not lost, lost)
        check("... and no number is missing",
              sorted(kept) == list(range(1, len(kept) + 1)), sorted(kept)[-5:])


def hang(pid, name):
    """Stops one thread for good, as a deadlock would, and lets it go when the process dies."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            tracer = subprocess.Popen(["python3", "-c", TRACER, task.name],
                                      stdout=subprocess.PIPE, text=True)
            return tracer.stdout.readline().strip() == "stopped"
    return False


TRACER = """
import ctypes, sys
libc, thread = ctypes.CDLL(None, use_errno=True), int(sys.argv[1])
libc.ptrace.argtypes = [ctypes.c_long] * 4
status = ctypes.c_int()
libc.ptrace(0x4206, thread, 0, 0)  # PTRACE_SEIZE
libc.ptrace(0x4207, thread, 0, 0)  # PTRACE_INTERRUPT
taken = libc.waitpid(thread, ctypes.byref(status), 0x40000000)  # __WALL
print("stopped" if taken == thread and status.value & 0xff == 0x7f else "not stopped", flush=True)
while libc.waitpid(thread, ctypes.byref(status), 0x40000000) == thread:
    if status.value & 0xff != 0x7f:
        break
"""


def wait_seconds(condition, seconds):
    """Seconds until the condition holds, or nothing."""
    began = time.monotonic()
    return time.monotonic() - began if wait_until(condition, seconds) else None
