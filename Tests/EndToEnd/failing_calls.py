"""Calls of a program on its ledger made to fail, while it runs."""

import mmap
import pathlib
import shutil
import struct
import subprocess

from support import WORK


class FailingCalls:
    """The other end of FailingCalls.c."""

    def __init__(self):
        source = pathlib.Path(__file__).with_name("faults") / "FailingCalls.c"
        clang = shutil.which("clang") or str(
            pathlib.Path(shutil.which("swift")).resolve().with_name("clang"))
        self.library = WORK / "failing.so"
        subprocess.run(
            [clang, "-shared", "-fPIC", "-O1", "-fuse-ld=lld", "-o", self.library, source], check=True)
        path = WORK / "failing"
        path.write_bytes(bytes(256))
        self.environment = {
            "LD_PRELOAD": str(self.library), "FAILING_CALLS": str(path), "PATH": "/usr/bin:/bin"}
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 256)

    def arm(self, one_of):
        """From now on one of so many calls fails; none for 0."""
        self.page[8:12] = struct.pack("I", one_of)

    def arm_next(self, number, code):
        """The call of this number from now on fails, once, with an errno."""
        self.page[16:20] = struct.pack("I", code)
        self.page[12:16] = struct.pack("I", number)

    @property
    def name(self):
        """Which call of that kind failed last, and on which file."""
        return self.page[64:256].split(b"\0")[0].decode()

    @property
    def failed(self):
        """How many have failed."""
        return struct.unpack("I", self.page[4:8])[0]
