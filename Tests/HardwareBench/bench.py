"""What the scenarios share: the stages, the daemon under test, and what it says."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
RUN = pathlib.Path(os.environ["BENCH_RUN"])
PROGRAMS = pathlib.Path(os.environ["BENCH_PROGRAMS"])
REPOSITORY = pathlib.Path(os.environ["BENCH_REPOSITORY"])
PORT = 8420
STATE = pathlib.Path("/var/lib/vedette")
NOTICE_SECONDS_MAX = 3
RECOVER_SECONDS_MAX = 15
SECTIONS = ("links:", "sensors:", "cameras:", "drones:", "patrols:")
SENSORS = ("pir-north", "pir-south", "mast", "cctv", "copter", "patrol")


def check(name, is_true, found=""):
    """Prints one check; `found` is told when it failed."""
    told = "" if is_true or found == "" else f": {str(found).strip()[:900]}"
    print(("ok " if is_true else "FAILED ") + name + told)
    return bool(is_true)


def stages(**parts):
    """Runs the stage that run.sh asks for, if the scenario has it."""
    part = parts.get(sys.argv[1])
    if part:
        part()


def wait_until(condition, seconds):
    """Asks until the condition holds; the last answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def site_without(*names):
    """A site file like the bench's, without the devices of these names."""
    kept, section, is_kept = [], None, True
    for line in (HERE / "site.yaml").read_text().splitlines(True):
        if not line.startswith((" ", "#", "\n")):
            section, is_kept = line, line.strip() not in SECTIONS  # its head waits for an item
        elif section and section.strip() in SECTIONS:
            if found := re.match(r"  - (?:\{)?name: ([\w-]+)", line):
                is_kept = found[1] not in names
                if is_kept and section not in kept:
                    kept.append(section)
        if is_kept:
            kept.append(line)
    site = RUN / "site.yaml"
    site.write_text("".join(kept))
    return site


class Stream(threading.Thread):
    """Reads /v1/stream; keeps every event with the moment it came, and writes it to a file that
    the host sees."""

    def __init__(self):
        super().__init__(daemon=True)
        self.events = []
        self.fault = None
        self.start()

    def run(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            connection.request("GET", "/v1/stream")
            answer = connection.getresponse()
            with open(RUN / "events.jsonl", "ab", buffering=0) as file:
                kind = b""
                while line := answer.readline():
                    if line.startswith(b"event: "):
                        kind = line[7:].strip()
                    # Signed checkpoints go over the stream, too; they are no events.
                    elif line.startswith(b"data: ") and kind != b"checkpoint":
                        file.write(line[6:].strip() + b"\n")
                        self.events.append((time.monotonic(), json.loads(line[6:])))
        except (OSError, http.client.HTTPException) as fault:
            self.fault = fault


class Watched:
    """A daemon, as it tells of itself over its port."""

    stream = None

    def said(self):
        """What its log says."""
        return ""

    @staticmethod
    def get(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as told:  # 503 while health says "failed"
            return told.read().decode()
        except OSError:
            return ""

    def health(self):
        text = self.get("/v1/health")
        return json.loads(text) if text else None

    def sensor(self, name):
        """State and reason of a sensor as health tells them."""
        found = [s for s in (self.health() or {}).get("sensors", []) if s["name"] == name]
        return (found[0]["state"], found[0]["reason"]) if found else None

    def metric(self, name, label=""):
        """Sum of the samples of a metric whose labels contain a text."""
        values = [float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines()
                  if re.match(rf"{name}[ {{]", line) and label in line]
        return sum(values) if values else None

    def events(self, kind):
        return [(came, event) for came, event in list(self.stream.events)
                if f".{kind}." in event["type"]]

    def health_event(self, sensor, state, reasons, after, seconds):
        """Seconds from `after` to the health event that says so, or nothing."""
        def find():
            for came, event in self.events("sensor-health"):
                told = event["data"]["properties"]
                name = told["sensor"]["name"] if isinstance(told["sensor"], dict) \
                    else told["sensor"]
                if came >= after and name == sensor and told["state"] == state \
                        and (not reasons or told["reason"] in reasons):
                    return came - after
            return None
        wait_until(lambda: find() is not None, seconds)
        return find()

    def wait_delivering(self, *sensors, seconds=40):
        def missing():
            return [name for name in sensors if (self.sensor(name) or [""])[0] != "ok"]
        wait_until(lambda: not missing(), seconds)
        return check(f"{', '.join(sensors)} deliver", not missing(),
                     f"{[(n, self.sensor(n)) for n in sensors]} {self.said()[-600:]}")


class Post(Watched):
    """The daemon on the bench's site, followed by a client of its stream."""

    def __init__(self, state=STATE, arguments=(), site=HERE / "site.yaml"):
        state.mkdir(parents=True, exist_ok=True)
        self.log = RUN / "vedetted.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "vedetted", "--config", site, "--profiles", HERE / "DeviceProfiles",
                 "--profiles", REPOSITORY / "DeviceProfiles", "--state", state, *arguments],
                stdout=log, stderr=log)
        wait_until(lambda: self.health() or self.process.poll() is not None, 15)
        check("the daemon answers", self.health(), self.log.read_text())
        self.stream = Stream()

    def said(self):
        return self.log.read_text()

    def end(self):
        """Nothing was counted twice, and the daemon ends in order."""
        numbers = [int(event["sequence"]) for _, event in self.stream.events]
        ids = [event["id"] for _, event in self.stream.events]
        check(f"{len(ids)} events: no number is missing, no event comes twice",
              numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False,
              numbers)
        check("... and no id is given twice", len(ids) == len(set(ids)))
        check("the daemon was never restarted and still runs", self.process.poll() is None)
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "none within 15 s"
        check("SIGTERM ends it with exit 0", code == 0, f"{code} {self.log.read_text()[-600:]}")


def fault(post, words, sensor, reasons, make, mend, *, runs=3, state="lost", others=(),
          mends_itself=False, hold=1.0):
    """Makes a fault and mends it several times; checks and measures notice and recovery.

    `others` are sources whose samples must go on meanwhile; a fault that `mends_itself` may be over
    before it is mended."""
    noticed, recovered, told, stood = [], [], set(), []
    for _ in range(runs):
        before = {name: post.metric("vedette_source_samples_total", name) or 0 for name in others}
        began = time.monotonic()
        make()
        seconds = post.health_event(sensor, state, reasons, began, 6)
        if seconds is not None:
            noticed.append(seconds)
            told.add(state)
        time.sleep(hold)
        stood += [name for name in others
                  if (post.metric("vedette_source_samples_total", name) or 0) <= before[name]]
        mended = time.monotonic()
        mend()
        since = began + (seconds or 0) if mends_itself else mended
        back = post.health_event(sensor, "ok", (), since, RECOVER_SECONDS_MAX)
        if back is not None:
            recovered.append(back)
        time.sleep(1)
    check(f"{words}: health names {sensor} {state} ({' or '.join(reasons)}) "
          f"within {NOTICE_SECONDS_MAX} s, {len(noticed)} of {runs}",
          len(noticed) == runs and max(noticed) <= NOTICE_SECONDS_MAX,
          f"{noticed} {post.sensor(sensor)} "
          f"{[e['data']['properties'] for _, e in post.events('sensor-health')][-4:]}")
    check(f"{words}: the others go on ({', '.join(others)})", not stood, stood)
    check(f"{words}: recovers by itself, {len(recovered)} of {runs}", len(recovered) == runs,
          f"{recovered} {post.sensor(sensor)}")
    measure(words, f"`{sensor}`: {state}, {' or '.join(reasons)}", len(noticed), runs, noticed,
            recovered)


def measure(words, report, seen, runs, noticed, recovered):
    """Adds a row to the table of faults (faults_table.py)."""
    with open(RUN / "faults.jsonl", "a") as file:
        file.write(json.dumps({
            "fault": words, "report": report, "seen": seen, "of": runs,
            "notice_seconds_max": round(max(noticed), 2) if noticed else None,
            "recover_seconds_max": round(max(recovered), 2) if recovered else None}) + "\n")
