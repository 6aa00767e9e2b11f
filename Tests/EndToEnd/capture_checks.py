"""Recording and replay: the same capture gives the same events, and damage is told."""

import hashlib
import json
import os
import random
import subprocess
import sys

from capture_memory import memory
from capture_sharing import sharing
from replay_view import replay_view
from support import PROCESSES, PROGRAMS, REPOSITORY, WORK, check, free_port, main, run

CAPTURE = WORK / "run.mcap"


def record():
    found = run("vedette", "demo", "--seconds", 12, "--port", free_port(), "--state",
                WORK / "state", "--record", CAPTURE)
    check("the demo records a capture", found.returncode == 0 and CAPTURE.exists(),
          found.stdout[-300:] + found.stderr)


def replay():
    digests, reports = set(), []
    for number in range(3):
        events = WORK / f"events-{number}.jsonl"
        found = run("vedette", "replay", CAPTURE, "--json", "--events", events)
        reports.append(json.loads(found.stdout) if found.returncode == 0 else found.stderr)
        digests.add(hashlib.sha256(events.read_bytes()).hexdigest() if events.exists() else number)
    first = reports[0]
    check("a replay is identical to the recorded run",
          isinstance(first, dict) and first["isIdentical"] is True and first["events"] > 5, first)
    check("three replays give the same bytes", len(digests) == 1, digests)


def digests():
    """The digest line at every speed, on one core and on two: ten replays of each speed."""
    cores = sorted(os.sched_getaffinity(0))
    choices = [str(cores[0]), ",".join(map(str, cores[:2]))]
    found, total = set(), 0
    # Those that wait for their time run side by side.
    for speeds in (["1"] * 10 + ["10"] * 10, *[["max"]] * 10):
        processes = [
            subprocess.Popen(
                ["taskset", "-c", choices[(total + number) % 2], str(PROGRAMS / "vedette"),
                 "replay", str(CAPTURE), "--speed", speed],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for number, speed in enumerate(speeds)]
        PROCESSES.extend(processes)
        for process in processes:
            printed, _ = process.communicate(timeout=60)
            lines = [line for line in printed.splitlines() if line.startswith("digest ")]
            found.add((process.returncode, *lines))
            total += 1
    check("30 replays, ten at each of the speeds 1, 10 and max, on one core and on two, give one "
          "digest", total == 30 and len(found) == 1
          and all(len(entry) == 2 and entry[0] == 0 for entry in found), found)


def live():
    """The replay's events against those that the live run put into its ledger."""
    found = run("vedette", "events", "list", "--state", WORK / "state", "--json")
    ledger = [json.loads(line)["data"] for line in found.stdout.splitlines()]
    decided = [event for event in ledger if "status" not in event["properties"]]
    replayed = [json.loads(line) for line in (WORK / "events-0.jsonl").read_text().splitlines()]
    check(f"the replay gives the {len(replayed)} events of the live run's ledger, no more, no less",
          len(replayed) > 5 and sorted(map(json.dumps, decided)) == sorted(map(json.dumps, replayed)),
          f"{len(decided)} in the ledger {found.stderr}")


def builds():
    """The digest of the release build against that of the debug build, where it is named."""
    debug = os.environ.get("VEDETTE_DEBUG")
    if not debug:
        return
    found = [subprocess.run([program, "replay", CAPTURE], capture_output=True, text=True,
                            check=False, timeout=170).stdout.split("digest ")[-1]
             for program in (PROGRAMS / "vedette", debug)]
    check("the debug build's digest is that of the release build",
          found[0] == found[1] and len(found[0].split()[0]) == 64, found)


def exports():
    """Every format, read by Python's own readers."""
    events, tool = WORK / "events-0.jsonl", REPOSITORY / "Tests/CapturesTests/Tools/read_export.py"
    said = [json.loads(line)["properties"] for line in events.read_text().splitlines()]
    crossings = [event for event in said if "line" in event]
    for form in ("csv", "geojson", "kml", "gpx"):
        out = WORK / f"export.{form}"
        found = run("vedette", "capture", "export", CAPTURE, "--format", form, "--out", out,
                    "--json")
        report = json.loads(found.stdout) if found.returncode == 0 else {}
        read = subprocess.run([sys.executable, tool, form, out], capture_output=True, text=True,
                              check=False)
        lines = read.stdout.splitlines()
        told = sum(any(event["time"] in line or event["event_id"] in line for event in crossings)
                   for line in lines)
        check(f"vedette capture export --format {form} gives what Python reads, crossings too",
              report.get("events", 0) > 0 and report.get("positions", 0) > 0
              and read.returncode == 0 and told >= len({e["event_id"] for e in crossings}),
              f"{report} {found.stderr} {read.stderr} {told} of {len(crossings)}")
    found = run("vedette", "capture", "export", CAPTURE, "--format", "csv", "--out", out)
    check("an export does not overwrite a file, and says so in one line",
          found.returncode == 65 and len(found.stderr.strip().splitlines()) == 1, found.stderr)


def compare(*arguments):
    """Exit status and the comparison of the capture with something."""
    found = run("vedette", "replay", "--compare", CAPTURE, "--json", *arguments)
    return found.returncode, json.loads(found.stdout) if found.stdout else found.stderr


def without():
    """What cameras contribute: the capture against itself, without them."""
    page = WORK / "without.html"
    status, said = compare("--against", CAPTURE, "--without", "camera/", "--html", page)
    seen = [lost for lost in said["lost"] if any(name.startswith("cam-") for name in lost["sensors"])]
    check("without its cameras a capture has fewer crossings, and each says why",
          status == 1 and seen and all("said" in lost["reason"] or "nothing" in lost["reason"]
                                       or "no " in lost["reason"] for lost in seen), said)
    text = page.read_text()
    check("... on a page with the site and with pictures of what is lost, within itself",
          "<polyline" in text and "pir-west" in text and 'src="data:image/jpeg;base64,/9j/' in text
          and text.count("src=") == text.count('src="data:'), text[:300])
    found = run("vedette", "replay", CAPTURE, "--channel", "gpio", "--json")
    few, whole = json.loads(found.stdout), json.loads(run("vedette", "replay", CAPTURE, "--json").stdout)
    check("a replay of one channel takes its samples alone, and compares them with nothing",
          found.returncode == 0 and 0 < few["samples"] < whole["samples"] and "isIdentical" not in few,
          f"{found.stdout} {whole}")
    found = run("vedette", "replay", CAPTURE, "--without", "cam-north")
    check("a name that is none of the site's is refused with those that are, exit 66",
          found.returncode == 66 and "camera/cam-west" in found.stderr, f"{found.returncode} {found.stderr}")


def comparisons():
    """Two runs side by side: the same, one that lacks an event, one under another site file."""
    events, fewer = WORK / "events-0.jsonl", WORK / "fewer.jsonl"
    status, said = compare("--against", CAPTURE)
    check("a capture compared with itself is the same, with exit 0",
          status == 0 and said["same"] > 5 and "first_difference" not in said, said)
    status, said = compare("--against", events)
    check("... and with the events of another replay", status == 0 and said["same"] > 5, said)
    lines = events.read_text().splitlines(keepends=True)
    ids = [json.loads(line)["properties"]["event_id"] for line in lines
           if "line" in json.loads(line)["properties"]]
    fewer.write_text("".join(line for line in lines if ids[0] not in line))
    status, said = compare("--against", fewer)
    check("an event that the other run lacks is lost, with a reason and exit 1",
          status == 1 and len(said["lost"]) == 1 and not said["gained"]
          and " B " in f" {said['lost'][0]['reason']} ", said)
    without()
    try:
        from mcap.reader import make_reader
    except ImportError:
        return
    other = WORK / "other"
    with open(CAPTURE, "rb") as stream:
        for file in make_reader(stream).iter_attachments():
            path = other / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    site = other / "site.yaml"
    text = site.read_text()
    turned = text.replace("{left_to_right: in, right_to_left: out}",
                          "{left_to_right: out, right_to_left: in}")
    site.write_text(turned)
    status, said = compare("--against", site, "--html", WORK / "comparison.html")
    reason = said.get("first_difference", {}) if isinstance(said, dict) else {}
    check("under a site file with the line's directions turned every crossing is lost and gained",
          turned != text and status == 1 and len(said["lost"]) == len(said["gained"]) > 2
          and any("instead" in lost["reason"] for lost in said["lost"]), said)
    check("... and the reason is the configuration, by its path",
          reason.get("cause") == "configuration"
          and any("lines.border.leftToRight: in -> out" in line for line in said["settings"]), said)
    page = (WORK / "comparison.html").read_text()
    check("... and the page tells each of them", isinstance(said, dict)
          and page.count("<circle") >= len(said["lost"]) + len(said["gained"]), page[-300:])
    found = run("vedette", "replay", "--compare", CAPTURE, "--against", WORK / "none.yaml")
    check("what is not there is refused with exit 66 and one line",
          found.returncode == 66 and len(found.stderr.strip().splitlines()) == 1, found.stderr)


def parts():
    cut, short = WORK / "cut-off.mcap", WORK / "part.mcap"
    whole = CAPTURE.read_bytes()
    cut.write_bytes(whole[:len(whole) * 2 // 3])
    found = run("vedette", "capture", "repair", cut, "-o", WORK / "repaired.mcap")
    check("vedette capture repair makes a cut-off capture whole",
          found.returncode == 0
          and run("vedette", "capture", "info", WORK / "repaired.mcap").returncode == 0,
          found.stdout + found.stderr)
    found = run("vedette", "capture", "cut", CAPTURE, "--from", 2, "--to", 6, "--without-pictures",
                "-o", short)
    replays = {run("vedette", "replay", short).stdout.split("digest ")[-1] for _ in range(2)}
    check("a part without pictures is cut out, small, and replays alike twice",
          found.returncode == 0 and short.stat().st_size < len(whole) / 4 and len(replays) == 1,
          found.stderr + str(replays))
    found = run("vedette", "replay", CAPTURE, "--from", 2, "--to", 6, "--json")
    seconds = json.loads(found.stdout)["captureSeconds"] if found.returncode == 0 else None
    check("a replay from second 2 to 6 spans 4 s", seconds and 3 < seconds <= 4.0, found.stderr)


def inspection():
    found = run("vedette", "capture", "info", CAPTURE)
    report = run("vedette", "report", CAPTURE, "--out", WORK / "report.html")
    page = (WORK / "report.html").read_text() if report.returncode == 0 else report.stderr
    check("a report shows crossings on a map with its legend, and what cameras saw of them",
          "North is up" in page and 'src="data:image/jpeg;base64,/9j/' in page and page.count("<svg") == 2
          and page.count("src=") == page.count('src="data:'), page[:300])
    check("vedette capture info tells post, duration and channels",
          found.returncode == 0 and "demo-post" in found.stdout and "duration" in found.stdout
          and "events (json)" in found.stdout, found.stdout + found.stderr)


def damage():
    cut = WORK / "cut.mcap"
    whole = CAPTURE.read_bytes()
    cut.write_bytes(whole[:len(whole) // 2])
    found = run("vedette", "replay", cut)
    check("a capture cut in the middle replays up to the cut, with exit 1",
          found.returncode == 1 and "samples" in found.stdout, f"exit {found.returncode}")
    text = found.stdout + found.stderr
    check("... and says where it is cut, in words", "cut off" in text and "offset" in text
          or "cut off" in text and "byte" in text, text[-300:])
    check("... and not as a dump of a Swift value", "Truncation(" not in text, text[-120:])
    garbage = WORK / "garbage.mcap"
    garbage.write_bytes(random.Random(7).randbytes(5000))
    found = run("vedette", "replay", garbage, "--json")
    check("garbage is refused with exit 65 and one message",
          found.returncode == 65 and len(found.stderr.strip().splitlines()) == 1
          and "garbage.mcap" in found.stderr, f"exit {found.returncode}: {found.stderr}")
    found = run("vedette", "replay", WORK / "missing.mcap")
    check("a missing capture is refused with exit 66",
          found.returncode == 66, f"exit {found.returncode}: {found.stderr}")


def view():
    replay_view(CAPTURE)


def handed_on():
    sharing(CAPTURE)


main(record, replay, live, builds, digests, exports, comparisons, parts, inspection, damage, view, memory,
     handed_on)
