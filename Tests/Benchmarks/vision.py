#!/usr/bin/python3
"""Vedette's detector against OpenCV's MOG2 on luma with the same post-process, one core, same run.

    vision.py VISIONBENCH [ROUNDS]

Makes 720p frames, then runs both over them in turn, ROUNDS times (5 unless told), and compares the
medians of the processor time of a frame. Exit code 1 when MOG2 takes less than 25 times as long.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy

WIDTH, HEIGHT, FRAMES, WARM_UP = 1280, 720, 100, 40


def mog2(frames):
    """Median time of a frame, microseconds: model, opening, closing, components with boxes."""
    model = cv2.createBackgroundSubtractorMOG2(500, 16, True)
    small, large = numpy.ones((3, 3), numpy.uint8), numpy.ones((5, 5), numpy.uint8)
    times = []
    for index, frame in enumerate(frames):
        before = time.thread_time_ns()
        mask = cv2.threshold(model.apply(frame), 200, 255, cv2.THRESH_BINARY)[1]
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, small)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, large)
        cv2.connectedComponentsWithStats(mask)
        if index >= WARM_UP:
            times.append((time.thread_time_ns() - before) / 1000)
    return statistics.median(times)


def main():
    bench = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "frames.raw")
        subprocess.run([bench, "--write", path, str(FRAMES)], check=True)
        frames = numpy.fromfile(path, numpy.uint8).reshape(-1, HEIGHT, WIDTH)
        ours, theirs = [], []
        for _ in range(rounds):
            out = subprocess.run([bench, path], check=True, capture_output=True, text=True).stdout
            ours.append(json.loads(out)["microseconds"])
            theirs.append(mog2(frames))
    ratios = [b / a for a, b in zip(ours, theirs)]
    print(json.dumps({
        "name": "vision-720p", "microseconds": round(statistics.median(ours), 1),
        "mog2_microseconds": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(ratios), 1),
        "ratio_min": round(min(ratios), 1), "ratio_max": round(max(ratios), 1)}))
    ratio, load = statistics.median(ratios), statistics.median(ours) * 100 / 1e6
    results = [
        (f"vision over MOG2, at least 25 times: {ratio:.1f}", ratio >= 25),
        (f"four 720p cameras at 25 frames/s, at most 10 % of a core: {load * 100:.1f} %",
         load <= 0.10)]
    for text, is_met in results:
        print("PASS " if is_met else "FAIL ", text)
    sys.exit(0 if all(is_met for _, is_met in results) else 1)


main()
