"""A scenario made into raw samples and into an observation case, both judged against their truth."""

import hashlib
import json

from support import REPOSITORY, WORK, check, main, run

SCENARIO = """version: 1
scenario: short
summary: "A walker crosses"
site: {site}
duration: 40 s
seed: 3
targets:
  - {{name: walker, kind: person, way: cross, line: border, direction: in, start: 2 s, speed: 2.5 m/s}}
"""
SITE = REPOSITORY / "Docs/examples/scenarios/sites/pass.yaml"


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())}


def simulate(name):
    return run("vedette", "simulate", "short.yaml", "--case", f"cases/{name}", "--output",
               f"{name}.mcap", seconds=80)


def simulation():
    (WORK / "short.yaml").write_text(SCENARIO.format(site=SITE))
    made = simulate("short-s3")
    check("vedette simulate writes a capture and a case with one crossing",
          made.returncode == 0 and made.stdout.count("1 crossings") == 2,
          made.stdout + made.stderr)
    again = simulate("again-s3")
    one, two = WORK / "short-s3.mcap", WORK / "again-s3.mcap"
    check("the same seed gives the same bytes", again.returncode == 0
          and digests(WORK / "cases/short-s3") == digests(WORK / "cases/again-s3")
          and one.read_bytes() == two.read_bytes())
    two.unlink()
    found = run("vedette", "replay", "short-s3.mcap", "--speed", "max", "--events",
                "events.jsonl", seconds=80)
    lines = (WORK / "events.jsonl").read_text().splitlines() if found.returncode == 0 else []
    events = [json.loads(line) for line in lines]
    crossings = [event["properties"] for event in events if "direction" in event["properties"]]
    check("its replay finds the crossing, in the right direction",
          len(crossings) == 1 and crossings[0]["direction"] == "in", found.stdout + found.stderr)
    check("and marks every event as one of an exercise",
          events and all(event["properties"]["exercise"] for event in events))
    fused = run("vedette", "fuse", "--case", "cases/short-s3", "--out", "out/short-s3")
    score = run("vedette", "score", "--cases", "cases", "--out", "out", "--only", "short", "--json")
    pooled = json.loads(score.stdout)["ALL"] if score.returncode == 0 else {}
    check("fusion of the case has its truth: found, nothing else",
          pooled.get("tp") == 1 and pooled.get("fp") == 0,
          fused.stderr + score.stdout + score.stderr)
    (WORK / "short.yaml").write_text(SCENARIO.format(site=SITE).replace("2.5 m/s", "2.5 m"))
    wrong = run("vedette", "simulate", "short.yaml", "--case", "cases/wrong")
    check("a wrong unit in a scenario is refused with exit 65, at short.yaml:8:",
          wrong.returncode == 65 and "short.yaml:8:" in wrong.stderr
          and not (WORK / "cases/wrong").exists(), wrong.stderr)


main(simulation)
