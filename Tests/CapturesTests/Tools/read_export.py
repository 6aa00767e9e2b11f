#!/usr/bin/env python3
"""Reads an export as other programs do: read_export.py FORMAT FILE

Prints one line for each thing that it found, in the order of the file, or ends with 1 and says what
the format's rules forbid: RFC 4180, RFC 7946, the orders of elements of KML 2.2 and GPX 1.1.
"""

import csv
import json
import sys
import xml.etree.ElementTree as ElementTree

KML = "{http://www.opengis.net/kml/2.2}"
GPX = "{http://www.topografix.com/GPX/1/1}"
# Children in the order that the schemas want.
ORDERS = {
    KML + "Document": ["name", "Style", "Folder"],
    KML + "Folder": ["name", "Placemark"],
    KML + "Placemark": ["name", "description", "TimeStamp", "TimeSpan", "styleUrl", "ExtendedData",
                        "Point", "LineString", "Polygon"],
    KML + "Point": ["altitudeMode", "coordinates"],
    KML + "LineString": ["altitudeMode", "coordinates"],
    KML + "TimeSpan": ["begin", "end"],
    GPX + "gpx": ["metadata", "wpt", "trk"],
    GPX + "metadata": ["name", "desc"],
    GPX + "wpt": ["ele", "time", "name", "desc", "type"],
    GPX + "trkpt": ["ele", "time"],
    GPX + "trk": ["name", "desc", "type", "trkseg"],
}


def need(is_true, what):
    if not is_true:
        sys.exit(what)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as stream:
        raw = stream.read()
        need(raw.endswith("\r\n"), "the last row has no end")
        need("\n" not in raw.replace("\r\n", ""), "an end of line is not CR LF")
        stream.seek(0)
        rows = list(csv.DictReader(stream, strict=True))
    for row in rows:
        need(None not in row and None not in row.values(), f"a row of another width: {row}")
        print("|".join(f"{key}={value}" for key, value in row.items() if value))


def position(point):
    need(2 <= len(point) <= 3, f"a position of {len(point)} numbers")
    need(-180 <= point[0] <= 180 and -90 <= point[1] <= 90, f"no longitude, latitude: {point}")
    return ",".join(map(str, point))


def read_geojson(path):
    def refuse(word):
        sys.exit(f"{word} in JSON")

    with open(path, encoding="utf-8") as stream:
        whole = json.load(stream, parse_constant=refuse)
    need(whole["type"] == "FeatureCollection", "no FeatureCollection")
    for feature in whole["features"]:
        need(feature["type"] == "Feature" and "properties" in feature and "geometry" in feature,
             f"no Feature: {feature}")
        geometry, said = feature["geometry"], feature["properties"]
        places = "null"
        if geometry:
            points = geometry["coordinates"]
            if geometry["type"] == "Point":
                places = "Point " + position(points)
            elif geometry["type"] == "LineString":
                need(len(points) >= 2, "a line of fewer than two positions")
                places = "LineString " + " ".join(map(position, points))
            else:
                need(geometry["type"] == "Polygon" and len(points) == 1, "another geometry")
                ring = points[0]
                need(len(ring) >= 4 and ring[0] == ring[-1], "a ring that is not closed")
                area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))
                need(area > 0, "a ring that is not counter-clockwise")
                places = f"Polygon {len(ring)}"
        for name in ("times", "seconds_from_crossing"):
            if name in said:
                count = len(points) if geometry["type"] == "LineString" else 1
                need(len(said[name]) == count, f"{name} do not fit the positions")
        kind = said.get("kind", "event")
        name = said.get("name") or said.get("sensor") or said.get("event_id")
        print(f"{kind} {name if isinstance(name, str) else said['event_id']} {places}")


def check_order(element):
    order = ORDERS.get(element.tag)
    if order is not None:
        space = element.tag[:element.tag.index("}") + 1]
        names = [child.tag.removeprefix(space) for child in element]
        need(all(name in order for name in names), f"{element.tag} has {names}")
        need(names == sorted(names, key=order.index), f"{element.tag} in another order: {names}")
    for child in element:
        check_order(child)


def text(element, name):
    found = element.find(name)
    return "" if found is None else found.text


def read_kml(path):
    root = ElementTree.parse(path).getroot()
    need(root.tag == KML + "kml", f"no KML 2.2: {root.tag}")
    check_order(root)
    document = root.find(KML + "Document")
    styles = {"#" + style.get("id") for style in document.iter(KML + "Style")}
    print("document", text(document, KML + "name"))
    for folder in document.iter(KML + "Folder"):
        for mark in folder.iter(KML + "Placemark"):
            style = text(mark, KML + "styleUrl")
            need(not style or style in styles, f"no style {style}")
            when = text(mark, f"{KML}TimeStamp/{KML}when") or text(mark, f"{KML}TimeSpan/{KML}begin")
            places = next(mark.iter(KML + "coordinates")).text
            mode = next((mode.text for mode in mark.iter(KML + "altitudeMode")), "")
            print("|".join([text(folder, KML + "name"), text(mark, KML + "name"), when, mode, places]))


def read_gpx(path):
    root = ElementTree.parse(path).getroot()
    need(root.tag == GPX + "gpx" and root.get("version") == "1.1" and root.get("creator"),
         "no GPX 1.1")
    check_order(root)
    print("gpx", text(root, f"{GPX}metadata/{GPX}name"))

    def place(point):
        found = [point.get("lon"), point.get("lat"), text(point, GPX + "ele")]
        return ",".join(value for value in found if value) + " " + text(point, GPX + "time")

    for point in root.iter(GPX + "wpt"):
        print(f"wpt|{text(point, GPX + 'name')}|{place(point).strip()}|{text(point, GPX + 'type')}")
    for track in root.iter(GPX + "trk"):
        for segment in track.iter(GPX + "trkseg"):
            points = [place(point).strip() for point in segment.iter(GPX + "trkpt")]
            need(points, "an empty segment")
            print(f"trk|{text(track, GPX + 'name')}|" + "|".join(points))


{"csv": read_csv, "geojson": read_geojson, "kml": read_kml, "gpx": read_gpx}[sys.argv[1]](sys.argv[2])
