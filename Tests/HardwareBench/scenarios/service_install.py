#!/usr/bin/env python3
"""The package on a bare Debian 12 with systemd: it starts without network and center, reaches its
devices out of its sandbox, and stops, upgrades, goes and is purged as it should."""
# bench: systemd seconds=400 memory=2G

import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import RUN, check, stages, wait_until  # noqa: E402
from hardware import Radio, pulse  # noqa: E402
from service import LEDGER, PACKAGE, SENSORS, SITE, Service, run  # noqa: E402


def prepare():
    """The next version: the same content under a higher number."""
    tree = RUN / "next"
    subprocess.run(["dpkg-deb", "-R", PACKAGE, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text("".join(
        line.rstrip() + "+next\n" if line.startswith("Version:") else line
        for line in control.read_text().splitlines(True)))
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", tree, RUN / "next.deb"], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", tree], check=True)


def confined(service):
    status = pathlib.Path(f"/proc/{service.pid()}/status").read_text()
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    user = run("id", "-u", "vedette")[1].strip()
    check("it runs as the user vedette, without any right, under seccomp",
          told["Uid"].split()[0] == user and int(told["CapEff"], 16) == 0
          and told["NoNewPrivs"].strip() == "1" and told["Seccomp"].strip() == "2", status)
    for unit in ("vedetted", "vedetted-clock"):
        code, text = run("systemd-analyze", "security", "--no-pager", "--threshold=15", unit)
        check(f"systemd-analyze security {unit}: {text.strip().splitlines()[-1]}", code == 0)


def guest():
    Radio()
    service = Service()
    links = [line.split(":")[1].strip() for line in run("ip", "-o", "link", "show", "up")[1].splitlines()]
    check("it started before any network and without any center", links == ["lo"], links)
    check("it is enabled for the next start", run("systemctl", "is-enabled", "vedetted")[0] == 0)
    service.use_bench_site()
    service.follow()
    service.wait_delivering(*SENSORS)
    confined(service)
    before = service.metric("vedette_source_samples_total", "gpio")
    pulse(0)
    wait_until(lambda: service.metric("vedette_source_samples_total", "gpio") >= before + 2, 3)
    check("a pulse is two edges", service.metric("vedette_source_samples_total", "gpio") == before + 2)

    pid = service.pid()
    SITE.write_text(SITE.read_text().replace("Test of the bench", "Second test of the bench"))
    began = time.monotonic()
    code, text = run("systemctl", "stop", "vedetted")
    took = time.monotonic() - began
    check(f"it stops in {took:.1f} s, at most 5", code == 0 and took <= 5
          and service.show("Result") == "success", text + service.show("Result"))
    service.keeps(service.stream, "stopped")
    run("systemctl", "start", "vedetted")
    service.becomes_active()
    durable = service.metric("vedette_ledger_durable_sequence")
    code, text = run("dpkg", "-i", str(RUN / "next.deb"), seconds=180)
    check("dpkg -i upgrades", code == 0, text[-900:])
    check("... and the service runs again, as a new process",
          service.becomes_active() and service.pid() != pid, service.said()[-900:])
    check("the upgrade leaves the site file alone", "Second test" in SITE.read_text())
    check("numbering goes on after it",
          wait_until(lambda: (service.metric("vedette_ledger_durable_sequence") or 0) > durable, 20))
    service.wait_delivering(*SENSORS)
    code, text = run("dpkg", "-r", "vedette")
    check("removal stops the service", code == 0 and service.show("ActiveState") != "active", text)
    check("removal keeps site file and ledger", SITE.exists() and any(LEDGER.iterdir()))
    code, text = run("dpkg", "-P", "vedette")
    check("purge takes both", code == 0 and not SITE.exists() and not LEDGER.exists(), text)


stages(prepare=prepare, guest=guest)
