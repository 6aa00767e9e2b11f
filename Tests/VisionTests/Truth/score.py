#!/usr/bin/env python3
"""Boxes of `vedette detect` against targets marked by hand.

    score.py TRUTH.json DETECTED.jsonl

A truth file has `size` of the picture, `frames` that are judged (first and last), `targets` (for each its
boxes `[x, y, w, h]` by frame; between two marks, which are near each other where it moves, the box is
interpolated; it was looked at on the way) and `hidden`: frames in which more than half of a target is
behind something, so that it need not be found and is not false either. A target is one way through the
picture; who comes again is another.

For each target one share is told: of the frames in which its centre lies in the middle of the picture
(0.2 to 0.8 of both sides), in how many was it found. Found is a detected box with an IoU of at least 0.3,
or one that covers it by half (two persons drawn as one group). A detected box is false when less than a
third of it lies on marked boxes. Printed is a line of JSON: the targets and their shares, the lowest of
them, how many marks they have, and the false boxes a frame.
"""
import json
import sys


def common(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(w, 0) * max(h, 0)


def found(box, seen):
    def one(other):
        overlap = common(box, other)
        area = box[2] * box[3]
        return overlap * 2 >= area or overlap >= 0.3 * (area + other[2] * other[3] - overlap)
    return any(one(other) for other in seen)


def at(marks, frame):
    before = max((f for f in marks if f <= frame), default=None)
    after = min((f for f in marks if f >= frame), default=None)
    if before is None or after is None:
        return None
    share = (frame - before) / max(after - before, 1)
    return [a + (b - a) * share for a, b in zip(marks[before], marks[after])]


def main():
    truth = json.load(open(sys.argv[1]))
    detected = {row["frame"]: row["boxes"] for row in map(json.loads, open(sys.argv[2]))}
    targets = {name: {int(f): box for f, box in marks.items()}
               for name, marks in truth["targets"].items()}
    first, last = truth["frames"]
    width, height = truth["size"]
    counts, false, frames = {}, 0, range(first, last + 1)
    for frame in frames:
        boxes = {n: box for n, marks in targets.items() if (box := at(marks, frame)) is not None}
        seen = detected.get(frame, [])
        for name, box in boxes.items():
            x, y = (box[0] + box[2] / 2) / width, (box[1] + box[3] / 2) / height
            hidden = any(a <= frame <= b for a, b in truth["hidden"].get(name, []))
            if hidden or not (0.2 <= x <= 0.8 and 0.2 <= y <= 0.8):
                continue
            hits, all_of = counts.get(name, (0, 0))
            counts[name] = (hits + found(box, seen), all_of + 1)
        false += sum(sum(common(box, b) for b in boxes.values()) * 3 < box[2] * box[3] for box in seen)
    shares = {name: round(hits / all_of, 3) for name, (hits, all_of) in sorted(counts.items())}
    print(json.dumps({
        "frames": len(frames), "marked_frames": len({f for marks in targets.values() for f in marks}),
        "marks": sum(len(marks) for marks in targets.values()),
        "lowest": min(shares.values()), "false_per_frame": round(false / len(frames), 3),
        "targets": {name: [*counts[name], share] for name, share in shares.items()}}))


main()
