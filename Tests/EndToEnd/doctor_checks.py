"""The public `mcap` package over every capture that the parts before this one made."""

import subprocess
import sys

from support import REPOSITORY, WORK, check

DOCTOR = REPOSITORY / "Tests/CapturesTests/Tools/doctor.py"
# Damaged on purpose, and told as damaged by their own checks.
BROKEN = {"cut.mcap", "cut-off.mcap", "garbage.mcap"}

try:
    import mcap  # noqa: F401
except ImportError:
    print("skipped: python3 has no mcap package")
    sys.exit(0)
captures = [path for path in sorted(WORK.parent.rglob("*.mcap")) if path.name not in BROKEN]
refused = []
for path in captures:
    found = subprocess.run([sys.executable, DOCTOR, path], capture_output=True, text=True,
                           check=False)
    if found.returncode != 0:
        refused.append(f"{path.relative_to(WORK.parent)}: {found.stdout[:300]}{found.stderr[-200:]}")
check(f"the doctor accepts each of the {len(captures)} captures that these tests made",
      len(captures) >= 8 and not refused, "\n".join(refused))
