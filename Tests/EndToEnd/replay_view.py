"""A replay on a terminal, as a person has it: a shell on a pseudo-terminal of 80 by 24 characters."""

import fcntl
import os
import pathlib
import pty
import re
import select
import shlex
import signal
import struct
import termios
import time

from support import PROGRAMS, WORK, check, run

ENTER, LEAVE, PICTURE = "\x1b[?1049h", "\x1b[?1049l", "\x1b[1;1H"
# dash leaves the terminal's settings alone: what a program does not give back, nobody does.
SHELL = ["/bin/dash", "-i"]


class Console:
    """A shell on a terminal of its own."""

    def __init__(self):
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(WORK)
            environment = dict(os.environ, TERM="xterm", PS1="READY> ", ENV="")
            os.execve(SHELL[0], SHELL, environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.text = ""
        self.until("READY> ")

    def read(self, seconds):
        """Takes what comes within some seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.descriptor], [], [], left)[0]:
                try:
                    self.text += os.read(self.descriptor, 65536).decode(errors="replace")
                except OSError:
                    return

    def until(self, wanted, seconds=20):
        """Takes what comes up to a text; what came since the last call."""
        end = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < end:
            self.read(0.02)
        before, found, self.text = self.text.partition(wanted)
        return before + found

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def ask(self, command, seconds=20):
        """What a command prints."""
        self.send(f"echo BE''GUN; {command}; echo EN''DED\n")
        self.until("BEGUN\r\n")
        printed = self.until("ENDED\r\n", seconds).removesuffix("ENDED\r\n")
        self.until("READY> ")
        return printed.strip()

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.process, 0)


def children(process):
    """Processes that a process has started."""
    return map(int, pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split())


def pictures(text):
    return text.count(PICTURE)


def replay_view(capture):
    """The view, its keys, and the terminal as it was after each way of ending."""
    def command(*arguments):
        return shlex.join([str(PROGRAMS / "vedette"), "replay", str(capture), *arguments])

    plain = run("vedette", "replay", capture).stdout.splitlines()[-1]
    console = Console()
    usual = console.ask("stty -g")

    shown = console.ask(command())
    check("on a terminal a replay is shown, and ends with its events and the digest of any other",
          ENTER in shown and LEAVE in shown and shown.splitlines()[-1] == plain
          and "CROSSING" in shown.split(LEAVE)[1], shown[-600:])

    console.send(command("--speed", "1") + "\n")
    console.until("RUNNING")
    begin = time.monotonic()
    console.read(2)
    drawn, seconds = pictures(console.text), time.monotonic() - begin
    rows = re.split(r"\x1b\[\d+;1H", console.text)
    check(f"it is drawn at most ten times a second ({drawn} in {seconds:.1f} s), in 80 by 24",
          5 <= drawn <= 10 * seconds + 1
          and max(map(int, re.findall(r"\x1b\[(\d+);1H", console.text))) <= 24
          and all(len(row.split("\x1b")[0]) <= 80 for row in rows[1:-1]), rows[:3])
    check("... with the site's sensors and covers on a map, and how far it is",
          any(row.count(".") > 5 for row in rows[3:15]) and re.search(r"\bo\b|\*", console.text)
          and re.search(r"\[#*\.*\] \d+\.\d of \d+\.\d s", console.text), rows[:20])
    console.send(" ")
    console.until("PAUSED")
    console.read(0.3)
    place = re.compile(r"\] (\d+\.\d) of")
    console.text = ""
    console.read(0.6)
    still = set(place.findall(console.text))
    console.send("s")
    console.until("PAUSED")
    console.read(0.3)
    console.send("e")
    stepped = console.until("PAUSED") + (console.read(0.4) or "") + console.text
    check("space pauses, s and e step and pause again",
          len(still) <= 1 and place.search(stepped), stepped[-300:])
    console.send("q")
    ended = console.until("READY> ")
    check("q ends it: the digest is of the part before, and it says so",
          "ended at second" in ended and "digest " in ended and plain not in ended, ended[-300:])
    settings = [console.ask("stty -g")]

    console.send(command("--speed", "1") + "\n")
    console.until("RUNNING")
    console.send("\x1a")
    stopped = console.until("READY> ")
    settings.append(console.ask("stty -g"))
    console.send("fg\n")
    resumed = console.until("RUNNING")
    console.send("\x03")
    interrupted = console.until("READY> ")
    settings.append(console.ask("stty -g"))
    check("control-Z gives the terminal back, fg takes it again, control-C ends it",
          LEAVE in stopped and ENTER in resumed and LEAVE in interrupted,
          stopped[-200:] + interrupted[-200:])
    console.send(command("--speed", "1") + "\n")
    console.until("RUNNING")
    for child in children(console.process):
        os.kill(child, signal.SIGTERM)
    terminated = console.until("READY> ")
    settings.append(console.ask("stty -g"))
    check("SIGTERM ends it, too, and after each end the terminal is as it was",
          LEAVE in terminated and set(settings) == {usual}, settings + [usual])

    lines = console.ask(command("--plain"))
    check("--plain gives lines and no view",
          ENTER not in lines and "CROSSING" in lines and lines.splitlines()[-1] == plain, lines[-300:])
    console.close()
