"""An evaluator of agreements of its own, after Docs/SharingAgreements.md: evaluate.py < cases > decisions

Reads JSON lines: {"site": …, "pool": [events]} first, then {"agreement": …, "asks": [[event, purpose,
exercise, had earlier version, moment, nanoseconds waited], …]}; prints a line for each ask: outcome, rule, reason,
fields, distance, moment of a delay, Adler-32 of the released Feature.
"""

import json
import math
import sys
import zlib
from datetime import datetime, timezone
from decimal import Decimal

COARSE = {"lat_lon": 1, "lat_lon_1km": 2, "lat_lon_10km": 3}
IDENTIFYING = {
    "time", "time_uncertainty_ms", "lat_lon", "position_covariance_m2", "height_m", "path", "track",
    "sensors", "sensor", "heading_deg", "speed_mps", "classes", "friendly", "friendly_nearby",
    "decided_latency_ms"}
FIXED = {"disposition", "event_id", "exercise", "post", "version"}
FACTORS = ((25.8, 1), (63.2, 2), (76.9, 4), (83.5, 8), (86.7, 16))

def canonical(value):
    """Canonical JSON of what an event holds: numbers are decimals written as they came."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{canonical(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal):
        text = format(value, "f")
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(type(value))


def cell(lon, lat, row):
    """Centre of the cell of rows `row` degrees high that holds the place."""
    down = min((lat / row).to_integral_value("ROUND_FLOOR") * row, 90 - row)
    edge = max(abs(down), abs(down + row))
    for bound, factor in FACTORS:
        if edge <= Decimal(str(bound)):
            width = row * factor
            lon = Decimal(-180) if lon == 180 else lon
            return [(lon / width).to_integral_value("ROUND_FLOOR") * width + width / 2, down + row / 2]
    return [Decimal(0), down + row / 2]


def fields_of(kind, feature):
    properties = feature["properties"]
    fields = {k: v for k, v in properties.items() if k not in FIXED}
    fields["geometry"] = feature["geometry"]
    place = None
    geometry = feature["geometry"]
    if kind != "post-status" and geometry is not None:
        lon, lat = (Decimal(x) for x in geometry["coordinates"][:2])
        place = (lon, lat)
        fields["lat_lon"] = [lon, lat]
        fields["lat_lon_1km"] = cell(lon, lat, Decimal("0.01"))
        fields["lat_lon_10km"] = cell(lon, lat, Decimal("0.1"))
    if "time" in properties:
        fields["time_hour"] = properties["time"][:13] + ":00:00Z"
        fields["time_min"] = properties["time"][:16] + ":00Z"
    if "confidence" in properties:
        value = properties["confidence"]
        fields["confidence_band"] = (
            "low" if value < Decimal("0.5") else "medium" if value < Decimal("0.8") else "high")
    if "speed_mps" in properties:
        value = properties["speed_mps"]
        fields["speed_band"] = "slow" if value < 2 else "medium" if value < 10 else "fast"
    if "heading_deg" in properties:
        points = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]
        fields["heading_sector"] = points[int((properties["heading_deg"] + Decimal("22.5")) // 45) % 8]
    if "sensors" in properties:
        fields["sensor_kinds"] = sorted({s["kind"] for s in properties["sensors"]})
    return fields, place


def local(site, lon, lat):
    """Metres east and north of the origin (WGS84 radii of curvature, Torge 4.1)."""
    f = 1 / 298.257223563
    e2 = f * (2 - f)
    phi = math.radians(site["latitude"])
    w2 = 1 - e2 * math.sin(phi) ** 2
    a = 6378137.0
    north = (a * (1 - e2) / (w2 * math.sqrt(w2)) + site["height"]) * math.pi / 180
    east = (a / math.sqrt(w2) + site["height"]) * math.cos(phi) * math.pi / 180
    turn = float(lon) - site["longitude"]
    turn = (turn + 180) % 360 - 180
    return turn * east, (float(lat) - site["latitude"]) * north


def signed_distance(line, x, y):
    """Distance from an open line of two points, positive on its left."""
    (ax, ay), (bx, by) = line["points"]
    dx, dy = bx - ax, by - ay
    t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
    t = min(1.0, max(0.0, t))
    distance = math.hypot(x - ax - t * dx, y - ay - t * dy)
    return distance if dx * (y - ay) - dy * (x - ax) >= 0 else -distance


def moment(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=timezone.utc).timestamp()) * 10**9


class Undecidable(Exception):
    """The event lacks what the rule asks for."""


def matches(when, site, event, fields, place, purpose):
    """None, or the signed distance in millimetres (False when no zone is asked for)."""
    if when.get("event", "crossing") != event["kind"]:
        return None
    if "purposes" in when and purpose not in when["purposes"]:
        return None
    for key, name in (("classes", "class"), ("directions", "direction")):
        if key in when:
            if name not in fields:
                raise Undecidable(f"missing-{name}")
            if fields[name] not in when[key]:
                return None
    if "min_confidence" in when:
        if "confidence" not in fields:
            raise Undecidable("missing-confidence")
        if fields["confidence"] * 100 < when["min_confidence"]:
            return None
    if "zone" not in when:
        return False
    zone = when["zone"]
    if place is None:
        raise Undecidable("missing-place")
    line = next((line for line in site["lines"] if line["name"] == zone["border_line"]), None)
    if line is None:
        raise Undecidable("unknown-line")
    millimetres = round(signed_distance(line, *local(site, *place)) * 1000)
    if abs(millimetres) > zone["within_m"] * 1000:
        return None
    side = line["left"] if millimetres >= 0 else line["right"]
    if zone["side"] not in ("either", side):
        return None
    return millimetres


def release_feature(event, post, fields, names, recall):
    header = event["header"]
    members = {"event_id": header["id"], "exercise": header["exercise"], "post": post,
               "version": header["version"]}
    if recall:
        members["disposition"] = "recalled"
    elif "disposition" in event["feature"]["properties"]:
        members["disposition"] = event["feature"]["properties"]["disposition"]
    members.update({name: fields[name] for name in names})
    places = sorted((name for name in names if name in COARSE), key=COARSE.get)
    geometry = {"coordinates": fields[places[0]], "type": "Point"} if places else None
    return canonical({"geometry": geometry, "properties": members, "type": "Feature"})


def decide(agreement, site, event, ask):
    """Outcome, rule, reason, fields, distance, moment of a delay."""
    _, purpose, exercise, had, now, waited = ask
    header = event["header"]

    def refuse(reason, rule=None, distance=None):
        if had and header["version"] > 1 and event["is_shared"]:
            return "recalled", rule, reason, [], distance, None
        return "refused", rule, reason, [], distance, None

    event["is_shared"] = False
    if not moment(agreement["valid"]["from"]) <= now < moment(agreement["valid"]["until"]):
        return refuse("not-in-force")
    if purpose not in agreement["purposes"]:
        return refuse("purpose-not-agreed")
    if agreement["exercise"] not in ("both", "exercise" if exercise else "live"):
        return refuse("exercises-not-covered" if exercise else "live-not-covered")
    if header["exercise"] != exercise:
        return refuse("other-feed")
    if header["time"] < moment(agreement["valid"]["from"]):
        return refuse("before-agreement")
    event["is_shared"] = True
    fields, place = event["fields"]
    doubt = None
    for rule in agreement["rules"]:
        try:
            distance = matches(rule["when"], site, event, fields, place, purpose)
        except Undecidable as missing:
            if "refuse" in rule:
                return refuse(str(missing), rule["name"])
            doubt = doubt or (str(missing), rule["name"])
            continue
        if distance is None:
            continue
        distance = None if distance is False else distance
        if "refuse" in rule:
            return refuse(rule["refuse"], rule["name"], distance)
        grant = rule["release"]
        delay = grant.get("delay_s", 0) * 10**9
        due = min(header["time"] + delay, now + max(0, delay - waited))
        if due > now:
            return "delayed", rule["name"], "delayed", [], distance, due
        names = sorted(name for name in grant["fields"] if name in fields)
        if agreement.get("profile") == "third-country":
            names = [name for name in names if name not in IDENTIFYING]
        return "released", rule["name"], "released", names, distance, None
    return refuse(*doubt) if doubt else refuse("no-rule")


def main():
    lines = (json.loads(line, parse_float=Decimal) for line in sys.stdin)
    head = next(lines)
    site = head["site"]
    site.update({key: float(site[key]) for key in ("latitude", "longitude", "height")})
    for line in site["lines"]:
        line["points"] = [[float(x) for x in point] for point in line["points"]]
    for event in head["pool"]:
        event["fields"] = fields_of(event["kind"], event["feature"])
    for case in lines:
        for ask in case["asks"]:
            event = head["pool"][ask[0]]
            found = decide(case["agreement"], site, event, ask)
            outcome, rule, reason, names, distance, due = found
            check = 0
            if outcome in ("released", "recalled"):
                text = release_feature(
                    event, site["post"], event["fields"][0], names, outcome == "recalled")
                check = zlib.adler32(text.encode())
            print(outcome, rule or "-", reason, ",".join(names) or "-",
                  "-" if distance is None else distance, due or 0, check)


main()
