"""What all parts of the end-to-end tests share: checks, programs, ports, site files."""

import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.argv[1])
WORK = pathlib.Path(sys.argv[2])
PROCESSES = []
PORTS = set()


def check(name, is_true, found=""):
    """Prints one check; `found` is told when it failed."""
    if is_true:
        print(f"ok {name}")
    else:
        print(f"FAILED {name}" + (f": {str(found).strip()[:600]}" if found != "" else ""))
    return bool(is_true)


def free_port():
    """A TCP port of the loopback address that nobody uses now, and that no outgoing connection gets before
    its server listens, or while a killed one is down: those take theirs from the kernel's range for them."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(10_000, first if first > 20_000 else 60_000), 1000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in PORTS:
            PORTS.add(port)
            return port
    raise RuntimeError("no port is free")


def run(program, *arguments, seconds=60):
    """Runs a program to its end."""
    return subprocess.run(
        [PROGRAMS / program, *map(str, arguments)], capture_output=True, text=True, cwd=WORK,
        timeout=seconds, check=False)


def start(program, *arguments, environment=None):
    """Starts a program; its output goes into a file, see `output`."""
    log = open(WORK / f"output-{len(PROCESSES)}.txt", "wb")
    process = subprocess.Popen(
        [PROGRAMS / program, *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT,
        cwd=WORK, env=environment)
    process.output_path = pathlib.Path(log.name)
    PROCESSES.append(process)
    return process


def output(process):
    """What a started program has printed."""
    return process.output_path.read_text(errors="replace")


def end_all():
    """Ends what is still running, in order, so that its captures are whole; kills what does not end."""
    running = [process for process in PROCESSES if process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(*parts):
    """Runs the parts of a file of checks, and leaves no program behind."""
    try:
        for part in parts:
            part()
    finally:
        end_all()


def get(port, path, seconds=5):
    """Status and body of a GET request; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 0, str(error).encode()


def wait_until(condition, seconds):
    """Asks until the condition holds; the last answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def wait_for_health(port, seconds=10):
    """The health document as soon as the post answers, or nothing."""
    def ask():
        status, body = get(port, "/v1/health")
        return json.loads(body) if status == 200 else None
    return wait_until(ask, seconds)


def resident_kilobytes(process, kind="VmRSS"):
    """Memory of a process that is in use; RssAnon is its own, without pages of files that it maps."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{kind}:\s+(\d+)", status).group(1))


def processor_seconds(process):
    """User and system time of a process."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write_site(name, port, state, replace=()):
    """The example site with a port and a state folder of the test; `replace` edits its text."""
    text = (REPOSITORY / "Docs/examples/site.yaml").read_text()
    text = re.sub(r"(?m)^profiles:.*", f"profiles: {REPOSITORY / 'DeviceProfiles'}", text)
    text = text.replace("port: 8420", f"port: {port}")
    text = text.replace("/var/lib/vedette", str(state))
    for old, new in replace:
        assert old in text, f"the example site has no {old!r}"
        text = text.replace(old, new, 1)
    path = WORK / name
    path.write_text(text)
    return path
