#!/usr/bin/python3
"""Vedette's detector against OpenCV's MOG2 on luma with the same post-process, one core, same run.

    vision.py VISIONBENCH [ROUNDS]

Makes 720p frames, then runs both over them in turn, ROUNDS times (5 unless told), and compares the
medians of the processor time of a frame; then four detectors side by side, and one camera that delivers
MJPEG. Exit code 1 when MOG2 takes less than 25 times as long, four cameras at 25 frames/s without MJPEG
take more than a tenth of a core, or a frame of luma allocates.
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


def ours(bench, *arguments):
    out = subprocess.run([bench, *arguments], check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def write_images(frames, path):
    """The frames as JPEG images, quality 85, chroma at half the size both ways."""
    with open(path, "wb") as file:
        for frame in frames:
            picture = cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)
            image = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
            file.write(len(image).to_bytes(4, "little") + image)


def main():
    bench = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path, images = os.path.join(folder, "frames.raw"), os.path.join(folder, "frames.mjpeg")
        subprocess.run([bench, "--write", path, str(FRAMES)], check=True)
        frames = numpy.fromfile(path, numpy.uint8).reshape(-1, HEIGHT, WIDTH)
        write_images(frames, images)
        one, four, mjpeg, theirs = [], [], [], []
        for _ in range(rounds):
            one.append(ours(bench, "--luma", path, "1"))
            theirs.append(mog2(frames))
            four.append(ours(bench, "--luma", path, "4"))
            mjpeg.append(ours(bench, "--mjpeg", images))

    def median(runs):
        return statistics.median(run["microseconds"] for run in runs)

    ratios = [b / a["microseconds"] for a, b in zip(one, theirs)]
    print(json.dumps({
        "name": "vision-720p", "microseconds": round(median(one), 1),
        "mog2_microseconds": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(ratios), 1),
        "ratio_min": round(min(ratios), 1), "ratio_max": round(max(ratios), 1),
        "microseconds_of_four": round(median(four), 1),
        "mjpeg_microseconds": round(median(mjpeg), 1)}))
    ratio, load = statistics.median(ratios), median(four) * 100 / 1e6
    allocations = sum(run["allocations"] for run in one + four)
    results = [
        (f"vision over MOG2, at least 25 times: {ratio:.1f}", ratio >= 25),
        (f"four 720p cameras at 25 frames/s, at most 10 % of a core: {load * 100:.1f} %",
         load <= 0.10),
        (f"allocations of a frame of luma, none: {allocations}", allocations == 0)]
    for text, is_met in results:
        print("PASS " if is_met else "FAIL ", text)
    print(f"INFO  the same camera delivering MJPEG: {median(mjpeg) - median(one):.0f} us more a frame")
    sys.exit(0 if all(is_met for _, is_met in results) else 1)


main()
