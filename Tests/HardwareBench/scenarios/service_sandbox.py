#!/usr/bin/env python3
"""What the unit forbids is refused, and what the daemon needs is not. A probe does each thing twice:
as root outside, where it must work, and under the very settings of vedetted.service."""
# bench: systemd seconds=200 memory=2G

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import HERE, check, stages  # noqa: E402
from service import Service, run  # noqa: E402

STATE = pathlib.Path("/var/lib/vedette")
NEEDED = ("open a GPIO chip", "open a camera", "open a serial port", "write the state folder",
          "serve on loopback", "run in real time")


def probe_unit():
    """The shipped unit with the probe in the daemon's place."""
    text = pathlib.Path("/lib/systemd/system/vedetted.service").read_text()
    text = re.sub(r"(?m)^(ExecStart|ExecReload|WatchdogSec|NotifyAccess|Restart|RestartSec)=.*\n", "",
                  text)
    text = text.replace("Type=notify", "Type=oneshot\n"
                        "ExecStart=/usr/bin/python3 /usr/local/bin/probe /var/lib/vedette/inside.json")
    pathlib.Path("/etc/systemd/system/probe.service").write_text(text)
    program = pathlib.Path("/usr/local/bin/probe")
    program.write_text((HERE / "guest" / "probe.py").read_text())
    program.chmod(0o755)


def guest():
    Service()
    run("systemctl", "stop", "vedetted")
    # A network that leads nowhere, which the bench's kernel has from the start.
    for words in (("ip", "address", "add", "192.0.2.1/24", "dev", "dummy0"),
                  ("ip", "link", "set", "dummy0", "up")):
        code, text = run(*words)
        check(" ".join(words), code == 0, text)
    probe_unit()
    (pathlib.Path("/home") / "somebody").mkdir()
    pathlib.Path("/tmp/of-others").write_text("")
    outside = json.loads(run("/usr/bin/python3", "/usr/local/bin/probe")[1].splitlines()[-1])
    run("systemctl", "daemon-reload")
    code, text = run("systemctl", "start", "probe")
    result = STATE / "inside.json"
    if not check("the probe runs under the unit's settings", code == 0 and result.exists(),
                 text + run("journalctl", "-u", "probe", "-o", "cat", "--no-pager")[1][-700:]):
        return
    inside = json.loads(result.read_text())
    for name, answer in inside.items():
        if name in NEEDED:
            check(f"the service may {name}", answer == "works", answer)
        else:
            check(f"the service may not {name}: {answer}",
                  answer != "works" and outside[name] == "works", f"outside: {outside[name]}")


stages(guest=guest)
