#!/usr/bin/env python3
"""Boxes of `vedette detect` against boxes marked by hand.

    score.py TRUTH.jsonl DETECTED.jsonl

For each marked frame, marked and detected boxes are paired by their overlap (IoU at least 0.3, best
first). Told is one line of JSON: precision, recall and F1 over all boxes, the share of the marked boxes
whose centre lies in the middle of the picture that were found, and false boxes a frame. A marked box
also counts as found there when a detected box covers it by half (two persons drawn as one group), and a
detected box is false only when less than a third of it lies on marked boxes.
"""
import json
import sys

SIZE = {"vtest": (768, 576)}


def iou(a, b):
    i = common(a, b)
    return i / (a[2] * a[3] + b[2] * b[3] - i)


def common(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(w, 0) * max(h, 0)


def pairs(truth, found):
    ranked = sorted(
        ((iou(t, f), i, j) for i, t in enumerate(truth) for j, f in enumerate(found)), reverse=True)
    hits = {}
    for overlap, i, j in ranked:
        if overlap >= 0.3 and i not in hits and j not in hits.values():
            hits[i] = j
    return hits


def main():
    truth = [json.loads(line) for line in open(sys.argv[1])]
    found = {}
    for line in open(sys.argv[2]):
        row = json.loads(line)
        found[row["frame"]] = row["boxes"]
    name = sys.argv[1].rsplit("/", 1)[-1].split(".")[0]
    width, height = SIZE.get(name, (768, 432))
    hit = marked = told = middle = middle_hit = false = 0
    for row in truth:
        boxes, seen = row["boxes"], found.get(row["frame"], [])
        matched = pairs(boxes, seen)
        hit, marked, told = hit + len(matched), marked + len(boxes), told + len(seen)
        for i, box in enumerate(boxes):
            x, y = (box[0] + box[2] / 2) / width, (box[1] + box[3] / 2) / height
            if not (0.2 <= x <= 0.8 and 0.2 <= y <= 0.8):
                continue
            middle += 1
            middle_hit += i in matched or any(common(box, f) * 2 >= box[2] * box[3] for f in seen)
        for box in seen:
            false += sum(common(box, b) for b in boxes) * 3 < box[2] * box[3]
    print(json.dumps({
        "clip": name, "frames": len(truth), "precision": round(hit / max(told, 1), 3),
        "recall": round(hit / max(marked, 1), 3),
        "f1": round(2 * hit / max(told + marked, 1), 3),
        "middle": middle, "middle_found": round(middle_hit / max(middle, 1), 3),
        "false_per_frame": round(false / len(truth), 3)}))


main()
