"""Captures larger than memory: what works on them takes no more of it for a large one than for a small one."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

from support import PROGRAMS, REPOSITORY, WORK, check, run

SCENARIO = REPOSITORY / "Docs/examples/scenarios/animals.yaml"
# Eight cameras, 25 MB a second: the large one holds 60 MB more than the small one.
SECONDS = {"small": 0.8, "large": 3.2}
# More than buffers of the allocator differ, far less than the captures do.
SPREAD_KIB = 16 * 1024


# The kernel's account of a program begins with the memory of the one that starts it: a small one does.
STARTER = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
_, status, used = os.wait4(process, 0)
os.write(1, f"{os.waitstatus_to_exitcode(status)} {used.ru_maxrss}".encode())
"""


def peak(*arguments):
    """Runs vedette; its exit code and the most memory that it had, KiB."""
    command = [PROGRAMS / "vedette", *map(str, arguments)]
    if "mp4" not in arguments:
        done = subprocess.run([sys.executable, "-S", "-c", STARTER, *command], cwd=WORK,
                              stdout=subprocess.PIPE, text=True, check=True)
        return tuple(map(int, done.stdout.split()))
    # The kernel's account would be that of ffmpeg, which it waits for.
    process = subprocess.Popen(command, cwd=WORK, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own, most = pathlib.Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        for line in own.read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, int(line.split()[1]))
        time.sleep(0.005)
    return process.returncode, most


def works(capture):
    """What is done with a capture, and what it writes."""
    halves = [f"{capture}-{half}.mcap" for half in "ab"]
    middle = SECONDS[capture] / 2
    source = f"{capture}.mcap"
    for half, span in zip(halves, (("--to", middle), ("--from", middle))):
        run("vedette", "capture", "cut", source, *span, "-o", half)
    cut = WORK / f"{capture}-cut.mcap"
    shutil.copyfile(WORK / source, cut)
    os.truncate(cut, cut.stat().st_size - 999_999)
    out = f"{capture}-out"
    return {
        "info": ("capture", "info", source),
        "info of one that is cut off": ("capture", "info", cut),
        "cut": ("capture", "cut", source, "-o", f"{out}.mcap"),
        "repair": ("capture", "repair", cut, "-o", f"{out}.mcap"),
        "merge": ("capture", "merge", *halves, "-o", f"{out}.mcap"),
        "anonymise": ("capture", "anonymise", source, "-o", f"{out}.mcap"),
        "export --format geojson": ("capture", "export", source, "--format", "geojson", "--out", out),
        "export --format mp4": ("capture", "export", source, "--format", "mp4", "--camera", "cam-1",
                                "--out", f"{out}.mp4"),
    }


def memory():
    """Each work with a capture and with one four times as large."""
    scenario, most = WORK / "large.yaml", {}
    scenario.write_text(SCENARIO.read_text().replace("duration: 220 s", "duration: 10 s")
                        .replace("sites/", f"{SCENARIO.parent}/sites/"))
    made = run("vedette", "simulate", scenario, "-o", "scene.mcap")
    if not check("a scene with eight cameras is made", made.returncode == 0, made.stderr):
        return
    for capture, seconds in SECONDS.items():
        run("vedette", "capture", "cut", "scene.mcap", "--to", seconds, "-o", f"{capture}.mcap")
        for name, arguments in works(capture).items():
            most.setdefault(name, []).append(peak(*arguments))
            for left in WORK.glob(f"{capture}-out*"):
                left.unlink()
    more = (WORK / "large.mcap").stat().st_size - (WORK / "small.mcap").stat().st_size
    for pattern in ("scene.mcap", "small*.mcap", "large*.mcap"):
        for path in WORK.glob(pattern):
            path.unlink()
    for name, ((first, small), (second, large)) in most.items():
        check(f"vedette capture {name}: {large >> 10} MiB of memory for {more >> 20} MiB more ({small >> 10})",
              more > 3 * 1024 * SPREAD_KIB and 0 < large < small + SPREAD_KIB
              and (first, second) == ((1, 1) if "cut off" in name else (0, 0)), most[name])
