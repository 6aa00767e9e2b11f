"""A walk test from the scenario to the changed site file: simulated, fitted, judged, applied, loaded."""

import datetime
import json
import math
import random
import subprocess

from support import REPOSITORY, WORK, check, main, run

EXAMPLE = REPOSITORY / "Docs/examples/walk-test"
# What half an hour a sensor recovers: area of both covers over that of either; probability; seconds.
AGREEMENT_MIN, PROBABILITY_OFF_MAX, LATENCY_OFF_MAX = 0.9, 0.05, 0.1
# A receiver: metres that stay for some seconds, and metres of noise of each fix.
DRIFT, DRIFT_SECONDS, NOISE = 0.5, 600, 0.2
SEED = 23


def contains(corners, x, y):
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def agreement(a, b):
    """The area of both polygons over that of either, from 150 x 150 places."""
    xs, ys = zip(*a, *b)
    both = either = 0
    for row in range(150):
        y = min(ys) + (max(ys) - min(ys)) * (row + 0.5) / 150
        for column in range(150):
            x = min(xs) + (max(xs) - min(xs)) * (column + 0.5) / 150
            in_a, in_b = contains(a, x, y), contains(b, x, y)
            both += in_a and in_b
            either += in_a or in_b
    return both / either


def track(truth, origin):
    """A GPX track of the only walker of `truth`, as a receiver that drifts would write it."""
    noise = random.Random(SEED)
    keep = math.exp(-1 / DRIFT_SECONDS)
    drift = [noise.gauss(0, DRIFT), noise.gauss(0, DRIFT)]
    latitude, longitude, height = origin
    # Radii of curvature of the WGS 84 ellipsoid.
    a, e2 = 6378137.0, 6.69437999014e-3
    sine = math.sin(math.radians(latitude))
    north = a * (1 - e2) / (1 - e2 * sine * sine) ** 1.5 + height
    east = (a / math.sqrt(1 - e2 * sine * sine) + height) * math.cos(math.radians(latitude))
    points = []
    for row in map(json.loads, truth.read_text().splitlines()):
        if row["t"] % 1_000_000_000:
            continue
        drift = [keep * value + DRIFT * math.sqrt(1 - keep * keep) * noise.gauss(0, 1)
                 for value in drift]
        for walker in row["g"][:1]:
            x = walker["x"] + drift[0] + noise.gauss(0, NOISE)
            y = walker["y"] + drift[1] + noise.gauss(0, NOISE)
            time = datetime.datetime.fromtimestamp(row["t"] // 1_000_000_000, datetime.timezone.utc)
            points.append(
                f'<trkpt lat="{latitude + math.degrees(y / north):.8f}" '
                f'lon="{longitude + math.degrees(x / east):.8f}">'
                f"<time>{time:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>")
    return "<gpx><trk><trkseg>\n" + "\n".join(points) + "\n</trkseg></trk></gpx>\n"


def judge(name, fitted, truth):
    cover = [tuple(corner) for corner in truth["cover"]]
    found = [tuple(corner) for corner in fitted["coverage"]]
    area = agreement(cover, found)
    chance = fitted["detection_probability"] - truth["detection_probability"]
    late = fitted["latency_s"] - truth["latency_s"]
    check(f"{name}: {truth['sensor']}: cover to {area:.2f}, probability to {chance:+.3f}, latency "
          f"to {late * 1000:+.0f} ms, hold",
          area >= AGREEMENT_MIN and abs(chance) <= PROBABILITY_OFF_MAX
          and abs(late) <= LATENCY_OFF_MAX and abs(fitted["hold_s"] - truth["hold_s"]) <= 0.1,
          fitted)


def walked(name, site, seed=None, walk=None):
    """Simulates the example's walk, fits the covers from `site` and judges them; the diff is kept."""
    made = run("vedette", "simulate", "walk.yaml", "--output", f"{name}.mcap", "--case", name,
               *(["--seed", seed] if seed else []), seconds=120)
    if not check(f"{name}: the walk is simulated, with what the sensors are", made.returncode == 0
                 and (WORK / name / "truth_sensors.jsonl").exists(), made.stdout + made.stderr):
        return
    if walk is None:
        walk = f"{name}.gpx"
        (WORK / walk).write_text(track(WORK / name / "truth.jsonl", (47.6521, 9.1713, 402)))
    found = run("vedette", "calibrate", "coverage", walk, f"{name}.mcap", "--site", site,
                "--map", f"{name}.svg", "--diff", f"{name}.diff", "--json", seconds=120)
    if not check(f"{name}: vedette calibrate coverage fits both sensors", found.returncode == 0,
                 found.stdout + found.stderr):
        return
    fits = {fit["sensor"]: fit for fit in json.loads(found.stdout)["sensors"]}
    for line in (WORK / name / "truth_sensors.jsonl").read_text().splitlines():
        truth = json.loads(line)
        judge(name, fits[truth["sensor"]], truth)
    check(f"{name}: the map is drawn", (WORK / f"{name}.svg").read_text().startswith("<svg"))


def walk_test():
    sites = REPOSITORY / "Docs/examples/scenarios/sites/DeviceProfiles"
    text = (EXAMPLE / "site.yaml").read_text().replace(
        "../scenarios/sites/DeviceProfiles", str(sites))
    (WORK / "site.yaml").write_text(text)
    (WORK / "walk.yaml").write_text((EXAMPLE / "walk.yaml").read_text())
    walked("example", "site.yaml", walk=EXAMPLE / "walk.gpx")
    # Another scene, another receiver's error, and a site file that is wrong by 9 degrees and 20 %.
    wrong = text.replace("azimuth: 10 deg", "azimuth: 19 deg").replace(
        "azimuth: 350 deg",
        'override: {source: "a guess", range: 12 m, half_angle: 54 deg}, azimuth: 341 deg')
    (WORK / "believed.yaml").write_text(wrong)
    walked("another", "believed.yaml", seed=SEED)
    before = run("vedette", "check", "believed.yaml")
    patched = subprocess.run(["patch", "-p0", "-i", "another.diff"], cwd=WORK, capture_output=True,
                             text=True, timeout=20, check=False)
    after = run("vedette", "check", "believed.yaml")
    changed = (WORK / "believed.yaml").read_text()
    check("the proposed changes apply with patch, and the site file loads as before",
          before.returncode == 0 and patched.returncode == 0 and after.returncode == 0
          and changed.count("walk test, another.gpx") == 2 and changed != wrong,
          before.stderr + patched.stdout + patched.stderr + after.stdout + after.stderr)
    (WORK / "empty.gpx").write_text("<gpx/>")
    refused = run("vedette", "calibrate", "coverage", "empty.gpx", "example.mcap")
    check("a track without points is refused with exit 65", refused.returncode == 65
          and "empty.gpx" in refused.stderr and "no track points" in refused.stderr, refused.stderr)


main(walk_test)
