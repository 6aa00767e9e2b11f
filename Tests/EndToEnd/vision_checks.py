"""`vedette detect` on recorded clips, against targets marked by hand, and what a privacy mask leaves."""

import json
import pathlib
import subprocess
import sys

from support import REPOSITORY, WORK, check, main, run

TRUTH = REPOSITORY / "Tests/VisionTests/Truth"
# vtest.avi is Debian's opencv-doc; the others are not in the repository and may be absent.
CLIPS = [
    pathlib.Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi"),
    REPOSITORY.parent / "shared/data/intel_car-detection.mp4",
    REPOSITORY.parent / "shared/data/intel_one-by-one-person-detection.mp4",
]
POSE = """height: 5 m
tilt: -25 deg
field_of_view: 60 deg
privacy_masks: [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]
"""
WIDTH, HEIGHT = 768, 576


def marked_by_hand():
    for clip in CLIPS:
        if not clip.exists():
            continue
        boxes = WORK / f"{clip.stem}.jsonl"
        made = run("vedette", "detect", clip, "--out", boxes, seconds=80)
        if not check(f"vedette detect looks through {clip.name}", made.returncode == 0, made.stderr):
            continue
        scored = subprocess.run(
            [sys.executable, TRUTH / "score.py", TRUTH / f"{clip.stem}.json", boxes],
            capture_output=True, text=True, check=False)
        score = json.loads(scored.stdout)
        check(f"{clip.name}: each of {len(score['targets'])} targets is found in at least 90 % of its "
              f"frames in the middle (lowest {score['lowest']}), at most 0.2 boxes a frame are false "
              f"({score['false_per_frame']})",
              score["lowest"] >= 0.9 and score["false_per_frame"] <= 0.2, score)


def masked():
    clip = CLIPS[0]
    (WORK / "pose.yaml").write_text(POSE)
    made = run("vedette", "detect", clip, "--out", "masked.jsonl", "--pose", "pose.yaml",
               "--overlay", "masked.mp4", seconds=80)
    check("vedette detect draws an overlay of a masked camera", made.returncode == 0, made.stderr)
    luma = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", WORK / "masked.mp4", "-vf", "select=not(mod(n\\,20))",
         "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
        capture_output=True, check=True).stdout
    # Black is 16 in video; the codec smears what is near the border of a mask.
    frames = len(luma) // (WIDTH * HEIGHT)
    rows = [luma[at:at + WIDTH] for at in range(0, frames * WIDTH * HEIGHT, WIDTH)]
    brightest = max(max(row[:WIDTH // 2 - 16]) for row in rows)
    check("masked pixels are black in the overlay", frames >= 10 and brightest <= 20,
          f"{frames} frames, brightest {brightest}")
    check("the others are not", sum(max(row[WIDTH // 2 + 16:]) > 60 for row in rows) > len(rows) / 2)
    boxes = [box for line in open(WORK / "masked.jsonl") for box in json.loads(line)["boxes"]]
    check("targets are told, and none within the mask",
          boxes and min(box[0] for box in boxes) >= WIDTH // 2, len(boxes))


main(marked_by_hand, masked)
