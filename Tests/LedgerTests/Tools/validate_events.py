#!/usr/bin/env python3
"""Checks events against Docs/schemas.

Reads CloudEvents from files or standard input, one a line. A line may also be a page of
GET /v1/events or a `data:` line of GET /v1/stream; other lines of a stream are passed over:

    curl -sN http://127.0.0.1:8420/v1/stream | validate_events.py
    curl -s http://127.0.0.1:8420/v1/events | validate_events.py

Exit codes: 0 all events are valid, 1 some are not, 64 wrong use, 65 a line is no JSON,
66 a file is missing. --canonical also asks that `data` is canonical JSON (RFC 8785).
"""

import argparse
import json
import os
import pathlib
import sys

import jsonschema
import referencing
import referencing.jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[3] / "Docs" / "schemas"
STREAM_FIELDS = ("id:", "event:", "retry:", ":")


def load_validator():
    """A validator of the envelope that finds the other schemas beside it."""
    registry = referencing.Registry()
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        resource = referencing.jsonschema.DRAFT202012.create_resource(schema)
        registry = registry.with_resource(path.name, resource)
    envelope = registry.contents("cloudevent.schema.json")
    return jsonschema.Draft202012Validator(
        envelope, registry=registry,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def number_text(value):
    """A number as ECMAScript writes it (RFC 8785, 3.2.2.3), by way of the shortest digits."""
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = int(exponent or 0) + len(whole) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power >= 0 else '-'}{abs(power)}"


def canonical(value):
    """`value` in the form of RFC 8785."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"


def events_of(line):
    """The events in one line."""
    text = line.strip()
    if text.startswith("data:"):
        text = text[5:].strip()
    elif not text or text.startswith(STREAM_FIELDS):
        return []
    document = json.loads(text)
    if isinstance(document, dict) and "events" in document and "specversion" not in document:
        return document["events"]
    return [document]


def faults(event, line, validator, wants_canonical):
    """What is wrong with one event, as sentences."""
    errors = sorted(validator.iter_errors(event), key=lambda error: error.json_path)
    for error in errors:
        yield f"{error.json_path}: {error.message[:300]}"
    if errors:
        return
    properties = event["data"]["properties"]
    if event["id"] != f"{properties['event_id']}/{properties['version']}":
        yield "id is not <event_id>/<version> of the data"
    for name in ("time", "exercise"):
        if event[name] != properties[name]:
            yield f"{name} of the envelope differs from that of the data"
    if event["source"] != f"/posts/{properties['post']}":
        yield "source is not /posts/<post> of the data"
    if properties["exercise"] != ("exercise_name" in properties):
        yield "exercise_name is there without an exercise, or the other way round"
    if wants_canonical and '"data":' + canonical(event["data"]) not in line:
        yield "data is not canonical JSON (RFC 8785)"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", help="files of events; standard input without any")
    parser.add_argument("--canonical", action="store_true", help="data must be canonical JSON")
    try:
        arguments = parser.parse_args()
    except SystemExit as stop:
        return 64 if stop.code else 0
    validator = load_validator()
    count = bad = 0
    for name in arguments.files or ["-"]:
        try:
            source = sys.stdin if name == "-" else open(name, encoding="utf-8")
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            return 66
        with source:
            for number, line in enumerate(source, 1):
                try:
                    events = events_of(line)
                except json.JSONDecodeError as error:
                    print(f"{name}:{number}: no JSON: {error}", file=sys.stderr)
                    return 65
                for event in events:
                    count += 1
                    found = list(faults(event, line, validator, arguments.canonical))
                    bad += bool(found)
                    for fault in found:
                        print(f"{name}:{number}: {fault}", file=sys.stderr)
    print(f"{count} events, {bad} not valid")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 74
    sys.exit(code)
