#!/usr/bin/env python3
"""Reads event data as `vedette replay --events` writes it, one JSON object a line.

    crossings.py list EVENTS            what crossed, with seconds from UTC START (--start SECONDS)
    crossings.py schema EVENTS          every line against the schemas in Docs/schemas
    crossings.py demand EVENTS WORD...  at least one crossing for each WORD:
                                        SENSOR, SENSOR+SENSOR (both contributed), own:SENSOR
    crossings.py match A B SECONDS [SHARE]
                                        the same crossings in both, times no further apart; one shift
                                        of all times is removed, as B may have run at another hour.
                                        SHARE of the larger number must match, all without it

Only first reports that were not retracted later count, with the last word on each.
Exit codes: 0 yes, 1 no, 64 wrong use, 65 a line is no JSON.
"""

import argparse
import collections
import datetime
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def lines_of(path):
    """The events' data in the file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def crossings_of(path):
    """The last word on every crossing that stands, by time."""
    latest = {}
    for data in lines_of(path):
        properties = data["properties"]
        if "disposition" in properties:
            latest[properties["event_id"]] = properties
    standing = [one for one in latest.values() if one["disposition"] != "retracted"]
    return sorted(standing, key=seconds_of)


def seconds_of(properties):
    """UTC of an event, seconds since 1970."""
    return datetime.datetime.fromisoformat(properties["time"].replace("Z", "+00:00")).timestamp()


def combination_of(properties):
    """The names of what contributed."""
    return "+".join(sorted(sensor["name"] for sensor in properties["sensors"]))


def show(path, start):
    crossings = crossings_of(path)
    for one in crossings:
        print(f"{seconds_of(one) - start:9.2f} s  {one['line']['name']} {one['from']} -> {one['to']}"
              f"  {one['class']:8}{' own' if one['friendly'] else ''}"
              f"  {one['speed_mps']:.1f} m/s  confidence {one['confidence']:.2f}"
              f"  {combination_of(one)}")
    counts = collections.Counter(combination_of(one) for one in crossings)
    for combination, count in sorted(counts.items()):
        print(f"{count:5} by {combination}")
    kinds = collections.Counter(data["properties"].get("disposition", "health or status")
                                for data in lines_of(path))
    print("lines: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    return True


def is_valid(path):
    import jsonschema
    import referencing
    import referencing.jsonschema

    registry, schemas = referencing.Registry(), {}
    for file in sorted((ROOT / "Docs" / "schemas").glob("*.schema.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        schemas[file.name.removesuffix(".schema.json")] = schema
        registry = registry.with_resource(
            file.name, referencing.jsonschema.DRAFT202012.create_resource(schema))
    validators = [jsonschema.Draft202012Validator(schemas[name], registry=registry)
                  for name in ("crossing.v1", "sensor-health.v1", "post-status.v1", "air-crossing.v1")]
    bad = 0
    for number, data in enumerate(lines_of(path), 1):
        if any(validator.is_valid(data) for validator in validators):
            continue
        bad += 1
        is_crossing = "event_id" in data.get("properties", {})
        for error in validators[0 if is_crossing else 1].iter_errors(data):
            print(f"{path}:{number}: {error.json_path}: {error.message[:200]}")
    print(f"{len(lines_of(path))} events, {bad} not valid")
    return bad == 0


def has_all(path, words):
    crossings = crossings_of(path)
    missing = []
    for word in words:
        wants_own = word.startswith("own:")
        names = set(word.removeprefix("own:").split("+"))
        found = sum(1 for one in crossings
                    if one["friendly"] == wants_own
                    and names <= {sensor["name"] for sensor in one["sensors"]})
        print(f"{found} with {word}")
        if not found:
            missing.append(word)
    return not missing


def pairs_of(left, right, seconds, shift):
    """Pairs of places in the two lists, one line, direction and kind, nearest in time first."""
    kind = lambda one: (one["line"]["name"], one["direction"], one["friendly"])
    near = sorted((abs(seconds_of(a) + shift - seconds_of(b)), i, j)
                  for i, a in enumerate(left) for j, b in enumerate(right) if kind(a) == kind(b))
    pairs, taken_left, taken_right = [], set(), set()
    for apart, i, j in near:
        if apart <= seconds and i not in taken_left and j not in taken_right:
            taken_left.add(i)
            taken_right.add(j)
            pairs.append((i, j))
    return pairs


def is_match(first, second, seconds, share=1.0):
    left, right = crossings_of(first), crossings_of(second)
    best, best_shift = [], 0.0
    for a in left:
        for b in right:
            shift = seconds_of(b) - seconds_of(a)
            pairs = pairs_of(left, right, seconds, shift)
            if len(pairs) > len(best):
                best, best_shift = pairs, shift
    if best:
        # The pair that suggested the shift has its own error; the middle of all has less.
        shifts = sorted(seconds_of(right[j]) - seconds_of(left[i]) for i, j in best)
        middle = shifts[len(shifts) // 2]
        again = pairs_of(left, right, seconds, middle)
        if len(again) >= len(best):
            best, best_shift = again, middle
    widest = max((abs(seconds_of(left[i]) + best_shift - seconds_of(right[j])) for i, j in best),
                 default=0.0)
    for name, crossings, taken in ((first, left, {i for i, _ in best}),
                                   (second, right, {j for _, j in best})):
        for index, one in enumerate(crossings):
            if index not in taken:
                print(f"only in {pathlib.Path(name).name}: {one['time']} {one['from']} -> "
                      f"{one['to']} {combination_of(one)}")
    print(f"{len(best)} of {len(left)} and {len(right)} crossings match, times at most "
          f"{widest * 1000:.0f} ms apart")
    return bool(best) and len(best) >= share * max(len(left), len(right))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", choices=["list", "schema", "demand", "match"])
    parser.add_argument("events")
    parser.add_argument("more", nargs="*")
    parser.add_argument("--start", type=float, default=0.0)
    try:
        options = parser.parse_args()
    except SystemExit as stop:
        return 64 if stop.code else 0
    try:
        if options.what == "list":
            holds = show(options.events, options.start)
        elif options.what == "schema":
            holds = is_valid(options.events)
        elif options.what == "demand":
            holds = has_all(options.events, options.more)
        elif len(options.more) in (2, 3):
            holds = is_match(options.events, options.more[0], *map(float, options.more[1:]))
        else:
            return 64
    except json.JSONDecodeError as error:
        print(f"no JSON: {error}", file=sys.stderr)
        return 65
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
