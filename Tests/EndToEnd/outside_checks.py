"""Libraries of others agree with the ledger's signatures, proofs and fields; changed bytes are refused.

Go's checksum database client (Debian's golang-golang-x-mod-dev), pymerkle, sd-jwt, rfc8785 and
sigstore check ledgers that LedgerSamples writes.
"""

import os
import pathlib
import subprocess
import sys

from support import REPOSITORY, WORK, check, main, run

TOOLS = REPOSITORY / "Tests/LedgerTests/Tools"
GO = pathlib.Path("/usr/lib/go-1.19/bin/go")
LARGE = 100_000


def samples(*arguments):
    """Runs LedgerSamples, which prints its own verdicts."""
    found = run("LedgerSamples", *arguments, seconds=170)
    print(found.stdout, end="")
    check(f"LedgerSamples {arguments[0]} ends well", found.returncode == 0, found.stderr)


def ask(name, program, folder, environment=None):
    """What a tool says of a folder of samples."""
    with open(WORK / folder / "tlog", "rb") as lines:
        found = subprocess.run(
            [*program, WORK / folder], stdin=lines, capture_output=True, text=True, timeout=170,
            cwd=WORK, env=os.environ | (environment or {}), check=False)
    words = found.stdout.split()
    check(f"{name} agrees with the {folder} ledger: {found.stdout.strip()}",
          found.returncode == 0 and words[:1] == ["ok"], found.stdout + found.stderr)
    return [int(word) for word in words[1:]] if words[:1] == ["ok"] else []


def outside():
    samples("changed", "changed")
    samples("growing", "growing")
    samples("whole", LARGE, "whole")
    offline = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOPROXY": "off",
               "GOCACHE": str(WORK / "go-cache")}
    tool = WORK / "tlogcheck"
    built = subprocess.run(
        [GO, "build", "-o", tool, "main.go"], cwd=TOOLS / "tlogcheck", capture_output=True,
        text=True, env=os.environ | offline, timeout=170, check=False)
    check("tlogcheck is built of Debian's x/mod, without a network", built.returncode == 0, built.stderr)
    everything = 300 * 301 // 2
    for folder, records, proofs in (
            ("growing", 300, [300, everything, everything]), ("whole", LARGE, [2, 200, 1])):
        found = ask("Go's x/mod", [tool], folder)
        check("it took in all records, checkpoints and proofs, and refused all that was changed",
              found[:4] == [records, *proofs] and found[4:] > [1_000], found)
        found = ask("pymerkle, sd-jwt, rfc8785, sigstore", [sys.executable, TOOLS / "outside.py"], folder)
        check("they took in all records", found[:1] == [records], found)


main(outside)
