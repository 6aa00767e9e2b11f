"""Docs/Technician.md run as it stands: each command in order, its output as the page shows it.

In a block ```console a line "$ …" is a command for the shell, with continuations behind a backslash;
the lines up to the next command are its output, standard error too. There "…" stands for any text of
a line, and a line that is "…" alone for any number of lines. A command that the page lets fail says
so by its output "exit N" behind "; echo exit $?".
"""

import os
import re
import subprocess

from support import PROGRAMS, REPOSITORY, WORK, check, main

PAGE = REPOSITORY / "Docs/Technician.md"
SECONDS_MAX = 120


def commands(text):
    """The page's commands with the lines they are to print."""
    found = []
    for block in re.findall(r"(?ms)^```console\n(.*?)^```$", text):
        goes_on = False
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], []])
            elif goes_on:
                found[-1][0] += "\n" + line
            else:
                found[-1][1].append(line)
            goes_on = (line.startswith("$ ") or goes_on) and line.endswith("\\")
    return found


def pattern(lines):
    """What the shown lines allow."""
    parts = []
    for line in lines:
        if line == "…":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(r"[^\n]*?".join(re.escape(part) for part in line.split("…")) + "\n")
    return re.compile("".join(parts) + r"\Z")


def first_difference(shown, printed):
    """The first printed line that the page does not show, for people."""
    for count in range(len(shown) + 1):
        if not re.match(pattern(shown[:count]).pattern.removesuffix(r"\Z"), printed):
            return f"the page shows {shown[count - 1]!r}, printed was:\n{printed}"
    return f"more was printed than the page shows:\n{printed}"


def tutorial():
    (WORK / "examples").symlink_to(REPOSITORY / "Docs/examples")
    environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", LC_ALL="C.UTF-8")
    steps = commands(PAGE.read_text())
    check("the tutorial has commands", len(steps) >= 10, len(steps))
    for number, (command, shown) in enumerate(steps, 1):
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=WORK, env=environment, timeout=SECONDS_MAX, check=False)
        is_equal = pattern(shown).match(done.stdout) is not None
        found = "" if is_equal else first_difference(shown, done.stdout)
        if done.returncode != 0:
            found = f"exit {done.returncode}: {done.stdout}"
        name = command.splitlines()[0]
        if not check(f"tutorial {number}: {name}", is_equal and done.returncode == 0, found):
            # What follows stands on this.
            return
    for capture in WORK.glob("*.mcap"):
        capture.unlink()


main(tutorial)
