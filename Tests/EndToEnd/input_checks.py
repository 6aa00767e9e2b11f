"""Wrong site files, and a machine without devices."""

import json
import socket

from support import REPOSITORY, WORK, check, free_port, main, run, write_site


def position(path, text):
    """`line:column` of a text in a file, as the messages count."""
    before = path.read_text().split(text, 1)[0]
    return f"{before.count(chr(10)) + 1}:{len(before.rsplit(chr(10), 1)[-1]) + 1}"


def refused(name, path, place, code):
    found = run("vedette", "check", path)
    text = found.stdout + found.stderr
    check(f"vedette check: {name} is refused with exit {code}, at {place}",
          found.returncode == code and place in text and "error:" in text,
          f"exit {found.returncode}: {text}")


def check_command():
    state = WORK / "state"
    good = write_site("good.yaml", free_port(), state)
    found = run("vedette", "check", good)
    check("vedette check: the example site is in order", found.returncode == 0,
          found.stdout + found.stderr)
    path = write_site("key.yaml", free_port(), state, [("post: north-ford", "pots: north-ford")])
    refused("an unknown key", path, f"key.yaml:{position(path, 'pots')}:", 65)
    path = write_site("unit.yaml", free_port(), state, [("height: 402 m", "height: 402 s")])
    refused("a wrong unit", path, f"unit.yaml:{position(path, '402 s')}:", 65)
    refused("a missing file", WORK / "nothing.yaml", "nothing.yaml", 66)


def daemon():
    port, state = free_port(), WORK / "never"
    path = write_site("bad.yaml", port, state, [("silence: 3 s", "silence: 3 m")])
    found = run("vedetted", "--config", path)
    check("vedetted with a wrong configuration exits 65 and says where",
          found.returncode == 65 and position(path, "3 m}") in found.stderr, found.stderr)
    with socket.socket() as probe:
        listens = probe.connect_ex(("127.0.0.1", port)) == 0
    check("... and starts nothing: no ledger, no port", not state.exists() and not listens)
    found = run("vedetted", "--config", WORK / "nothing.yaml")
    check("vedetted without a configuration exits 66", found.returncode == 66, found.stderr)


def devices():
    found = run("vedette", "devices")
    lacks = [kind for kind in ("GPIO", "Cameras", "Serial ports")
             if f"{kind}: none found" in found.stdout]
    expected = 69 if len(lacks) == 3 else 0
    check(f"vedette devices exits {expected} and names what is not there ({', '.join(lacks)})",
          found.returncode == expected and found.stdout.strip(),
          f"exit {found.returncode}: {found.stdout}{found.stderr}")


def calibration():
    points = REPOSITORY / "Docs" / "examples" / "mast-west-points.yaml"
    (WORK / "points.yaml").write_text(points.read_text())
    found = run("vedette", "calibrate", "camera", "points.yaml", "--camera", "mast-west",
                "--picture", "seen.png", "--json")
    told = json.loads(found.stdout) if found.returncode == 0 else {}
    check("vedette calibrate camera fits the example's points and draws them",
          told and (WORK / "calibration" / "mast-west.yaml").exists()
          and (WORK / "seen.png").read_bytes().startswith(b"\x89PNG"), found.stdout + found.stderr)
    lines = points.read_text().splitlines()
    (WORK / "few.yaml").write_text("\n".join(lines[:-8]) + "\n")
    found = run("vedette", "calibrate", "camera", "few.yaml", "--camera", "few")
    check("... and refuses two points with exit 65, writing nothing",
          found.returncode == 65 and "points" in found.stderr
          and not (WORK / "calibration" / "few.yaml").exists(), found.stdout + found.stderr)


main(check_command, daemon, devices, calibration)
