#!/usr/bin/env python3
"""systemctl reload: a mistake changes nothing, new words are put in force, changed sensors are opened
anew; always the same process, and no event is lost or numbered twice."""
# bench: systemd seconds=400 memory=2G

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import check, stages, wait_until  # noqa: E402
from hardware import Radio, pulse  # noqa: E402
from service import SENSORS, SITE, Service, run  # noqa: E402

ROUNDS = 4


def reload_with(service, text):
    """Puts a site file in force; what `systemctl reload` said if it failed."""
    SITE.write_text(text)
    code, said = run("systemctl", "reload", "vedetted")
    return "" if code == 0 else said


def named(service):
    return {sensor["name"] for sensor in (service.health() or {}).get("sensors", [])}


def refuses_a_mistake(service, good):
    before = service.health()["configuration"]
    failed = reload_with(service, good.replace("motion/hc-sr501", "motion/no-such-model", 1))
    refused = wait_until(lambda: (service.health() or {}).get("configurationFault"), 5)
    check("a site file with a mistake is refused, and health says why",
          not failed and refused and "no-such-model" in refused, f"{failed} {refused}")
    check("... and the log has file, line and field",
          wait_until(lambda: f"{SITE}:" in service.said() and "no-such-model" in service.said(), 5),
          service.said()[-600:])
    check("... and the old configuration stays in force",
          service.health()["configuration"] == before)


def takes_new_words(service, good):
    before = service.health()["configuration"]
    failed = reload_with(service, good.replace("Test of the bench", "Second test of the bench"))
    check("new words are in force", not failed and wait_until(
        lambda: (service.health() or {}).get("configuration", before) != before, 5),
        failed + json.dumps(service.health()))
    check("... and the fault of the refused reload is over",
          not service.health().get("configurationFault"))


def opens_sensors_anew(service, good):
    without = good.replace(
        good[good.index("  - name: pir-south"):good.index("cameras:")], "")
    for number in range(1, ROUNDS + 1):
        failed = reload_with(service, without)
        check(f"reload {number}: a sensor less", not failed and wait_until(
            lambda: "pir-north" in named(service) and "pir-south" not in named(service), 10),
            failed + str(named(service)))
        failed = reload_with(service, good)
        check(f"reload {number}: the sensor is back", not failed and wait_until(
            lambda: "pir-south" in named(service), 10), failed + str(named(service)))
        service.wait_delivering(*SENSORS)


def guest():
    Radio()
    service = Service()
    service.use_bench_site()
    service.follow()
    service.wait_delivering(*SENSORS)
    pid, restarts, good = service.pid(), service.show("NRestarts"), SITE.read_text()
    refuses_a_mistake(service, good)
    takes_new_words(service, good)
    opens_sensors_anew(service, good)
    before = service.metric("vedette_source_samples_total", "gpio")
    pulse(0)
    check("edges arrive after it", wait_until(
        lambda: service.metric("vedette_source_samples_total", "gpio") >= before + 2, 3))
    check("it was the same process all along", service.pid() == pid
          and service.show("NRestarts") == restarts)
    time.sleep(1)
    run("systemctl", "stop", "vedetted")
    service.keeps(service.stream, "reloads")


stages(guest=guest)
