"""What is made of captures for others: merged, made unrecognisable, filmed, taken from tables."""

import json
import subprocess

from support import REPOSITORY, WORK, check, run

SITE = REPOSITORY / "Docs/examples/site.yaml"


def read(path, topic=None):
    """Messages of a capture by the public reader: topic, log time, data."""
    from mcap.reader import make_reader
    with open(path, "rb") as stream:
        return [(channel.topic, message.log_time, message.data)
                for _, channel, message in make_reader(stream).iter_messages(
                    topics=[topic] if topic else None, log_time_order=False)]


def occupancy():
    """A table of presence as a capture of the example site."""
    sensors = [line.split("name:")[1].split(",")[0].strip(" }") for line in
               SITE.read_text().splitlines() if "name: pir" in line or "name: beam" in line]
    table = WORK / "presence.csv"
    table.write_text("Date,Time,Lux,A\n" + "".join(
        f"2026-03-01,{8 + minute // 60}:{minute % 60:02}:00,7,{minute // 2 % 2}\n"
        for minute in range(20)))
    wanted = ("capture", "import", "--site", SITE, "--profiles", REPOSITORY / "DeviceProfiles",
              "--occupancy", table)
    found = run("vedette", *wanted, "--columns", f"time=Date+Time,{sensors[0]}=A", "-o",
                "presence.mcap", "--utc", "1772352000")
    check("a table of presence becomes a capture", found.returncode == 0, found.stderr)
    found = run("vedette", *wanted, "-o", "none.mcap")
    check("... and one whose headings tell nothing is refused with its line, exit 65",
          found.returncode == 65 and "line 1: the headings (Date, Time, Lux, A)" in found.stderr
          and not (WORK / "none.mcap").exists(), found.stderr)
    table.write_text(table.read_text().replace("8:05:00,7,0", "8:05:00,7,maybe"))
    found = run("vedette", *wanted, "--columns", f"time=Date+Time,{sensors[0]}=A", "-o", "none.mcap")
    check("... and a wrong state with line and column",
          found.returncode == 65 and 'line 7: column "A": "maybe"' in found.stderr, found.stderr)


def merged(capture):
    """Two posts in one file; each replays under its own site as before."""
    out = WORK / "all.mcap"
    found = run("vedette", "capture", "merge", capture, "presence.mcap", "-o", out)
    check("captures of two posts are merged",
          found.returncode == 0 and "#demo-post" in found.stdout, found.stdout + found.stderr)
    info = run("vedette", "capture", "info", out, "--json")
    posts = [json.loads(line)["post"] for line in info.stdout.splitlines()]
    name = [post for post in posts if post != "demo-post"]
    check("... info tells of each", len(posts) == 2 and len(name) == 1, info.stdout + info.stderr)
    alone = run("vedette", "replay", capture).stdout.splitlines()[-2:]
    again = run("vedette", "replay", f"{out}#demo-post").stdout.splitlines()[-2:]
    check("... a post of it replays to the same events as alone",
          alone == again and again[0].startswith("IDENTICAL"), f"{alone} {again}")
    found = run("vedette", "capture", "cut", f"{out}#demo-post", "-o", WORK / "back.mcap")
    check("... and is cut out of it again",
          found.returncode == 0
          and run("vedette", "replay", WORK / "back.mcap").stdout.splitlines()[-2:] == alone,
          found.stderr)
    found = run("vedette", "replay", out)
    check("... which post is to be named, is said in one line with exit 65",
          found.returncode == 65 and "#demo-post" in found.stderr
          and len(found.stderr.strip().splitlines()) == 1, found.stderr)
    messages = read(out)
    topics = {topic for topic, _, _ in messages}
    check("... and the public reader finds each channel under its post's name",
          {"demo-post/gpio", "demo-post/camera/cam-west", f"{name[0]}/gpio"} <= topics
          and all(topic.split("/")[0] in posts for topic in topics), topics)


def anonymised(capture):
    """Pictures made unrecognisable: read back by the public reader."""
    # The region's rim lies between two blocks and touches both: the one beyond is covered, too.
    width, height, shown = 640, 360, 336
    found = run("vedette", "capture", "anonymise", capture, "-o", "dark.mcap", "--blacken",
                "--region", "cam-west=0,0 0.5,0 0.5,1 0,1", "--json")
    report = json.loads(found.stdout) if found.returncode == 0 else {}
    west = [data[-width * height:] for _, _, data in read(WORK / "dark.mcap", "camera/cam-west")]
    before = [data[-width * height:] for _, _, data in read(capture, "camera/cam-west")]
    check(f"a region of {len(west)} pictures is black, the rest as it was",
          west and len(west) == len(before) == report["changed"]["cam-west"]
          and all(not any(new[row * width:row * width + shown])
                  and new[row * width + shown:(row + 1) * width]
                  == old[row * width + shown:(row + 1) * width]
                  for new, old in zip(west[::9], before[::9]) for row in range(0, height, 7)),
          found.stderr)
    check("... the other camera is untouched, and so is told",
          read(WORK / "dark.mcap", "camera/cam-east") == read(capture, "camera/cam-east")
          and report.get("untouched", {}).get("cam-east"), report)
    found = run("vedette", "capture", "anonymise", capture, "-o", "veiled.mcap")
    pictures = [data[-width * height:] for _, _, data in read(WORK / "veiled.mcap", "camera/cam-east")]
    blocks = {picture[row * width + left:row * width + left + 16]
              for picture in pictures[::9] for row in range(0, height, 3)
              for left in range(0, width, 16)}
    check("pixelated pictures have blocks of 16 pixels of one grey each",
          found.returncode == 0 and blocks and all(len(set(block)) == 1 for block in blocks),
          found.stderr)
    found = run("vedette", "replay", WORK / "veiled.mcap")
    check("... and the capture replays as a part", found.returncode == 0, found.stderr)


def film(capture):
    """A film of a camera: as long as the capture, with something drawn in it."""
    out = WORK / "west.mp4"
    found = run("vedette", "capture", "export", capture, "--format", "mp4", "--camera", "cam-west",
                "--out", out)
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
         "stream=codec_name,width,height:format=duration", "-of", "csv=p=0", str(out)],
        capture_output=True, text=True, check=False).stdout.split()
    check("vedette capture export --format mp4 makes a film of a camera, as long as the capture",
          found.returncode == 0 and probe[:1] == ["h264,640,360"] and 9 < float(probe[1]) < 16,
          f"{probe} {found.stdout} {found.stderr}")
    pixels = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(out), "-f", "rawvideo", "-pix_fmt", "yuv444p", "-"],
        capture_output=True, check=False).stdout
    size = 640 * 360
    frames = [pixels[at:at + 3 * size] for at in range(0, len(pixels), 3 * size)]
    # Green has little Cb and Cr, yellow little Cb alone; a grey camera has neither.
    green = sum(any(cb < 80 and cr < 70 for cb, cr in zip(frame[size:2 * size:5], frame[2 * size::5]))
                for frame in frames[::8])
    yellow = sum(any(cb < 60 and cr > 120 for cb, cr in
                     zip(frame[size:2 * size:5], frame[2 * size::5])) for frame in frames[::8])
    check("... with boxes and tracks drawn on it", green > 0 and yellow > 0,
          f"{green} {yellow} of {len(frames[::8])}")
    found = run("vedette", "capture", "export", capture, "--format", "mp4", "--camera", "cam-west",
                "--out", out)
    check("... and no file is overwritten", found.returncode == 65, found.stderr)
    found = run("vedette", "capture", "export", capture, "--format", "mp4", "--out", WORK / "x.mp4")
    check("... and which camera is to be named, of those there are",
          found.returncode == 65 and "cam-east" in found.stderr
          and not (WORK / "x.mp4").exists(), found.stderr)


def sharing(capture):
    """All of it with one capture of the demo."""
    occupancy()
    try:
        import mcap  # noqa: F401
    except ImportError:
        print("skipped: python3 has no mcap package")
        return
    merged(capture)
    anonymised(capture)
    film(capture)
