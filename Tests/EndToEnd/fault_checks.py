"""A ledger whose calls fail: detection goes on, nothing is lost, the post recovers by itself.

Every single call is made to fail in CrashTests and TreeKeeperTests; here it is the whole post.
"""

import json
import signal
import time

from failing_calls import FailingCalls
from sse_client import StreamClient, is_contiguous
from support import (
    WORK, check, free_port, get, main, output, run, start, wait_for_health, wait_until, write_site)

# A group with its tree and checkpoint is about a dozen calls.
ONE_OF = 7
FAILURES = 12
OUTAGE_SECONDS = 5
RECOVERY_SECONDS_MAX = 5


def health(port):
    status, body = get(port, "/v1/health")
    return json.loads(body) if body.startswith(b"{") else {"status": status}


def metrics(port, *names):
    """Values of a post's metrics, summed over their labels."""
    lines = get(port, "/metrics")[1].decode().splitlines()
    return [sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))
            for name in names]


def faults():
    failing = FailingCalls()
    port = free_port()
    post = start("vedette", "demo", "--seconds", 150, "--port", port, "--state", WORK / "state",
                 environment=failing.environment)
    check("the demo answers", wait_for_health(port), output(post))
    client = StreamClient(port)
    client.wait_for(3, 15)
    failing.arm(ONE_OF)
    before = len(client.events)

    def counts():
        return metrics(port, "vedette_ledger_failures_total", "vedette_ledger_tree_failures_total")

    # Which of the two a failing call belongs to looks like chance.
    wait_until(lambda: failing.failed >= FAILURES and min(counts()) > 0, 90)
    grown = len(client.events) - before
    failing.arm(0)
    counted = counts()
    check(f"{failing.failed} calls failed, one of {ONE_OF}, with EIO and ENOSPC; {grown} events were "
          "stored and served in spite of it", failing.failed >= FAILURES and grown > 0,
          get(port, "/metrics"))
    check("failures are counted, of the ledger and of its tree", min(counted) > 0, counted)
    check("no fault is left afterwards", wait_until(
        lambda: "storageFault" not in health(port) and "storageWarning" not in health(port), 15),
          health(port))
    outage(failing, port, client)

    def unsigned():
        durable, signed = metrics(
            port, "vedette_ledger_durable_sequence", "vedette_ledger_signed_size")
        return durable - signed

    check("the ledger is signed again", wait_until(lambda: unsigned() <= 1, 15), unsigned())
    check("all that by the same process", post.poll() is None, output(post))
    seen = list(client.events)
    post.send_signal(signal.SIGTERM)
    post.wait(10)
    after(seen)


def outage(failing, port, client):
    """Every call fails for a while, as on a disk that is full."""
    before = len(client.events)
    failing.arm(1)
    wait_until(lambda: "storageFault" in health(port), 20)
    found = health(port)
    check("health tells that events cannot be stored, and why",
          found.get("status") == "failed" and "space" in found.get("storageFault", ""), found)
    samples, decided = metrics(port, "vedette_source_samples_total", "vedette_fusion_events_total")

    def since():
        now = metrics(port, "vedette_source_samples_total", "vedette_fusion_events_total")
        return now[0] - samples, now[1] - decided

    time.sleep(OUTAGE_SECONDS)
    # The demo has pauses of several seconds in which nobody crosses.
    wait_until(lambda: since()[1] > 0, 30)
    read, events = since()
    check("sensors are read on while the disk is full, and events are decided",
          read > 0 and events > 0, (read, events))
    check("nothing is served that is not stored", len(client.events) <= before + 1)
    failing.arm(0)
    check("when there is room again the ledger goes on within 5 s, without a restart", wait_until(
        lambda: "storageFault" not in health(port), RECOVERY_SECONDS_MAX), health(port))
    check("and the events of the time without room are stored and served", wait_until(
        lambda: len(client.events) >= before + events, 20), (len(client.events) - before, events))


def after(seen):
    """What the ledger has when all is over."""
    found = run("vedette", "events", "list", "--state", "state", "--json")
    kept = {}
    for line in found.stdout.splitlines():
        event = json.loads(line)
        kept[int(event["sequence"])] = event["id"]
    check("all that was served is there, once and in order",
          is_contiguous(seen) and all(kept.get(event.sequence) == event.value["id"] for event in seen)
          and len(set(kept.values())) == len(kept), f"{len(seen)} {len(kept)}")
    found = run("vedette", "verify", "--state", "state")
    check("and verifies against its key", found.returncode == 0 and "sound" in found.stdout,
          found.stdout + found.stderr)


def reload_in_outage():
    """A reload that needs a new pipeline waits while events cannot be stored: none of them is lost."""
    failing = FailingCalls()
    port = free_port()
    site = write_site("outage.yaml", port, WORK / "outage")
    post = start("vedetted", "--config", site, environment=failing.environment)
    wait_until(lambda: all(sensor["state"] == "lost" for sensor in
                           health(port).get("sensors", [{"state": ""}])), 10)
    before = health(port).get("configuration")

    def reload(old, new):
        site.write_text(site.read_text().replace(old, new, 1))
        post.send_signal(signal.SIGHUP)

    failing.arm(1)
    reload("post:", "# A remark.\npost:")
    wait_until(lambda: "storageFault" in health(port)
               and health(port).get("configuration") != before, 10)
    reload("silence: 3 s", "silence: 4 s")
    check("a reload of sensors waits while nothing can be stored, and health tells it", wait_until(
        lambda: "until events can be stored" in health(port).get("configurationFault", ""), 5),
          health(port))
    waits = health(port).get("configuration")
    failing.arm(0)
    check("and comes in force by itself when there is room again", wait_until(
        lambda: health(port).get("configuration") not in (before, waits)
        and "storageFault" not in health(port) and "configurationFault" not in health(port), 10),
          health(port))
    post.send_signal(signal.SIGTERM)
    post.wait(10)
    found = run("vedette", "events", "list", "--state", "outage", "--json").stdout.splitlines()
    changes = [event for event in map(json.loads, found)
               if event["data"]["properties"].get("status") == "configuration_changed"]
    check("no event of the outage is lost: both changes of the configuration are in the ledger",
          len(changes) == 2 and "before the end" not in output(post), output(post))


main(faults, reload_in_outage)
