#!/usr/bin/env python3
"""A real clip through the loopback camera: every picture arrives as it is, and the detections are those
of the same pictures from a file: all of them at the driver's times, most at the clip's own, which the
driver's jitter differs from."""
# bench: seconds=180

import hashlib
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import HERE, PROGRAMS, REPOSITORY, RUN, Post, check, site_without, stages  # noqa: E402
from hardware import Pictures  # noqa: E402

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 10, 45
PICTURE = WIDTH * HEIGHT
# The square with people of Debian's package opencv-doc.
SOURCE = pathlib.Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
CLIP, LIVE = RUN / "clip.y4m", RUN / "live.mcap"
# Only this camera: the others' pictures would fill the capture.
OTHERS = ("pir-north", "pir-south", "mast", "radio", "copter", "patrol")


def prepare():
    if not SOURCE.exists():
        print(f"skipped: {SOURCE} is missing (apt-get install opencv-doc)")
        return
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-nostdin", "-t", str(SECONDS), "-i", SOURCE, "-an",
         "-vf", f"scale={WIDTH}:{HEIGHT}", "-pix_fmt", "gray", "-r", str(RATE),
         "-strict", "-1", CLIP], check=True)


def guest():
    pictures = Pictures(source=["-i", CLIP])
    post = Post(arguments=("--record", LIVE), site=site_without(*OTHERS))
    post.wait_delivering("cctv")
    time.sleep(25)
    check("no picture was skipped, none dropped by the recorder", not any(
        post.metric(f"vedette_source_{name}_total", "cctv")
        for name in ("frames_skipped", "observations_dropped", "recorder_dropped")))
    post.end()
    pictures.kill()


def clip_pictures():
    """The clip's pictures; each stands behind a line FRAME."""
    data = CLIP.read_bytes()
    begin = data.index(b"\n") + 1
    step = len(b"FRAME\n") + PICTURE
    return [data[at + step - PICTURE:at + step] for at in range(begin, len(data) - step + 1, step)]


def read(capture):
    """Pictures, and for each the boxes of its scan; None where there was none (warm-up)."""
    from mcap.reader import make_reader
    pictures, times, scans = [], [], {}
    with open(capture, "rb") as file:
        for _, channel, message in make_reader(file).iter_messages():
            if channel.topic == "camera/cctv":
                # The picture's bytes are the last field of the message.
                pictures.append(bytes(message.data[-PICTURE:]))
                times.append(message.log_time)
            elif channel.topic == "observations":
                told = json.loads(message.data)
                if told["sensor"] == "cctv" and told["kind"] in ("detection", "scan_end"):
                    boxes = scans.setdefault(told["time_ns"], [])
                    if told["kind"] == "detection":
                        boxes.append(told["box"])
    return pictures, [scans.get(time) for time in times]


def overlap(one, other):
    """Intersection over union of two boxes."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0, across) * max(0, down)
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def judge():
    if not SOURCE.exists():
        return
    clip = clip_pictures()
    place = {hashlib.sha256(picture).digest(): number for number, picture in enumerate(clip)}
    pictures, live = read(LIVE)
    numbers = [place.get(hashlib.sha256(picture).digest()) for picture in pictures]
    if not check(f"{len(numbers)} pictures came through the driver, each as it is in the clip",
                 len(numbers) >= 200 and None not in numbers, numbers[:20]):
        return
    check("none is missing, none came twice",
          numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers)

    again = detections_of(LIVE, RUN / "again.mcap")
    check(f"from the file, at the driver's times: the very same {sum(map(len, filter(None, live)))} "
          "detections", again == live and sum(map(len, filter(None, live))) >= 200)

    cut, imported = RUN / "cut.y4m", RUN / "imported.mcap"
    with open(cut, "wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 Cmono\n".encode())
        for number in numbers:
            file.write(b"FRAME\n" + clip[number])
    vedette("capture", "import", "--site", RUN / "site.yaml", "--profiles", HERE / "DeviceProfiles",
            "--profiles", REPOSITORY / "DeviceProfiles", "--video", f"cctv={cut}", "-o", imported)
    filed = detections_of(imported, RUN / "file.mcap")
    both = [(one, other) for one, other in zip(live, filed) if None not in (one, other)]
    boxes = sum(len(other) for _, other in both)
    matched = sum(any(overlap(box, twin) >= 0.5 for twin in one)
                  for one, other in both for box in other)
    check(f"at the clip's own times: {matched} of {boxes} are the same, at least three of four",
          len(both) >= len(pictures) - 15 and matched >= 0.75 * boxes)


def vedette(*words):
    done = subprocess.run([PROGRAMS / "vedette", *words], capture_output=True, text=True,
                          check=False)
    check(f"vedette {words[0]}", done.returncode == 0, done.stdout[-600:] + done.stderr[-600:])


def detections_of(capture, record):
    """Boxes of each scan when the capture's pictures go through the whole daemon on the host."""
    vedette("replay", capture, "--live", "--record", record)
    return read(record)[1] if record.exists() else []


stages(prepare=prepare, guest=guest, judge=judge)
