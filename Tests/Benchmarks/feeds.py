#!/usr/bin/env python3
"""What partners' feeds cost and how fast they are: feeds.py PROGRAMS WORKDIR, with the folder of a
release build and an empty one. Exit code 1 when a budget is missed.

Everything is the product: the daemon with mutual TLS and agreements, the release log on the disk, and
`vedette receive`. VEDETTE_BENCH_EVENTS tells how many events wait in the ledger (100,000),
VEDETTE_BENCH_PARTS which of catch_up, center, live, fan_out, latency are run.
"""

import http.client
import os
import pathlib
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))

from certificates import make_authority, make_certificate  # noqa: E402
from partners import PURPOSE, agree, identity, keep_key, rule, with_partners  # noqa: E402
from strangers import Strangers, latency as ledger_latency, percentile  # noqa: E402
from support import (  # noqa: E402
    WORK, free_port, get, main, output, processor_seconds, resident_kilobytes, run, start, wait_until, write_site)

EVENTS = int(os.environ.get("VEDETTE_BENCH_EVENTS", "100000"))
SUBSCRIBERS = 50
STREAMS_OF_ONE = 8
LIVE_SECONDS = 20
MISSED = []


def budget(name, holds, found):
    print(f"{'PASS' if holds else 'FAIL'} {name}: {found}")
    if not holds:
        MISSED.append(name)


def told(name, count, seconds, processor):
    print(f"{name}: {count} events in {seconds:.2f} s, {count / seconds:,.0f} a second; the post took "
          f"{processor:.2f} s of processor, {count / max(processor, 0.01):,.0f} events a second of it",
          flush=True)
    return count / seconds


class Post:
    """A daemon over a ledger that is there, with partners and their agreements."""

    def __init__(self, name, partners, delay=0, more=()):
        self.folder, self.more = WORK / name, more
        self.state = self.folder / "state"
        self.port, self.local = free_port(), free_port()
        for partner in partners:
            if not (WORK / f"{partner}.pem").exists():
                make_certificate(partner, "ca", (f"subjectAltName=URI:urn:partner:{partner}",
                                                 "extendedKeyUsage=clientAuth"))
            agree(partner, rule("crossing", "time, class, confidence, direction, lat_lon", delay),
                  rule("sensor-health", "time, state", delay), folder=self.folder)

    def fill(self, count, first, millis):
        """A ledger of `count` events, the first of them at the time `first`."""
        made = run("LedgerSamples", "paced", count, int(first), millis, self.state, seconds=900)
        if made.returncode:
            raise SystemExit(made.stdout + made.stderr)
        keep_key(self.state)

    def start(self):
        site = write_site(f"{self.folder.name}/site.yaml", self.port, self.state, [
            with_partners(self.local), ("post: north-ford", "post: samples"), ("age: 30 d", "age: 3660 d"),
            *self.more])
        self.process = start("vedetted", "--config", site)
        if not wait_until(lambda: get(self.local, "/v1/health")[0] in (200, 503), 60):
            raise SystemExit(output(self.process))
        time.sleep(2)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def metrics(self):
        return get(self.local, "/metrics")[1].decode()

    def metric(self, name):
        return int(re.search(rf"^{name} (\d+)", self.metrics(), re.MULTILINE)[1])


def pages(post, name, results=None):
    """Follows the pages to the end as fast as they come; events a second."""
    port = post.port if name else post.local
    client = (http.client.HTTPSConnection("127.0.0.1", port, context=identity(name), timeout=60)
              if name else http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    count, cursor, last = 0, "", 0
    begin, processor = time.monotonic(), processor_seconds(post.process)
    while True:
        client.request("GET", f"/v1/events?{PURPOSE}&limit=500{cursor}")
        body = client.getresponse().read()
        numbers = [int(number) for number in re.findall(rb'"sequence":"(\d+)"', body)]
        if numbers and (numbers != sorted(set(numbers)) or numbers[0] <= last):
            raise SystemExit(f"not in order: {numbers[:5]} after {last}")
        count += len(numbers)
        last = numbers[-1] if numbers else last
        if b'"next"' not in body:
            raise SystemExit(f"no page: {body[:500]}\n{output(post.process)[-2000:]}")
        cursor = "&after=" + re.search(rb'"next":"([^"]+)"\}$', body)[1].decode()
        if body.startswith(b'{"caught_up":true'):
            found = (count, time.monotonic() - begin, processor_seconds(post.process) - processor)
            if results is not None:
                results.append(found)
            return found


def stream(post, name, last):
    """Follows the stream to the last event of the ledger that was there."""
    client = http.client.HTTPSConnection("127.0.0.1", post.port, context=identity(name), timeout=60)
    begin, processor = time.monotonic(), processor_seconds(post.process)
    client.request("GET", f"/v1/stream?{PURPOSE}")
    answer, count, tail = client.getresponse(), 0, b""
    while True:
        data = tail + answer.read1(262_144)
        count += data.count(b'"specversion"') - tail.count(b'"specversion"')
        numbers = [int(number) for number in re.findall(rb"id: [0-9a-f]{16}\.(\d+)\n", data)]
        if numbers and numbers[-1] >= last:
            return count, time.monotonic() - begin, processor_seconds(post.process) - processor
        tail = data[-64:]


def catch_up():
    """A partner that was offline for a week, by itself and two at once."""
    post = Post("week", ["b", "c", "d", "e", "f"])
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    told("pages on loopback, everything", *pages(post, None))
    rate = told("pages over TLS under an agreement", *pages(post, "b"))
    budget("catching up by pages, at least 20,000 events/s", rate >= 20_000, f"{rate:,.0f}")
    rate = told("stream over TLS under an agreement", *stream(post, "c", EVENTS))
    budget("catching up by the stream, at least 20,000 events/s", rate >= 20_000, f"{rate:,.0f}")
    results, begin, processor = [], time.monotonic(), processor_seconds(post.process)
    both = [threading.Thread(target=pages, args=(post, name, results)) for name in ("d", "e")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    told("two partners' pages at once", sum(found[0] for found in results),
         time.monotonic() - begin, processor_seconds(post.process) - processor)
    post.stop()


def center():
    """A center that was offline for a week, from an empty store."""
    post = Post("center", ["f"])
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    receive(post)
    post.stop()


def live():
    """What becomes of live crossings while a center catches up, again and again."""
    strangers = Strangers(40)
    post = Post("live", ["g"], more=strangers.site())
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    strangers.start()
    wait_until(lambda: (ledger_latency(post.metrics()) or [(0, 0)])[-1][1] > 0, 30)
    began = ledger_latency(post.metrics())
    time.sleep(LIVE_SECONDS)
    begun = ledger_latency(post.metrics())
    calm, end, count = percentile(began, begun, 0.99), time.monotonic() + LIVE_SECONDS, 0
    while time.monotonic() < end:
        count += pages(post, "g")[0]
    busy = percentile(begun, ledger_latency(post.metrics()), 0.99)
    found = f"{busy[0] * 1000:.1f} ms of {busy[1]}, {calm[0] * 1000:.1f} ms of {calm[1]} before"
    print(f"live crossings from edge to ledger while {count} events are caught up, 99th percentile: {found}")
    budget("new events keep their latency, at most twice", busy[0] <= 2 * calm[0], found)
    strangers.stop()
    post.stop()


def receive(post):
    """`vedette receive` from an empty store until all is stored and proven."""
    store = WORK / "store.sqlite"
    (WORK / "receive.yaml").write_text(
        f"version: 1\nstore: {store}\nsources:\n  - {{name: post, url: 'https://127.0.0.1:{post.port}', "
        f"post: samples, key: {post.state / 'ledger.pub'}, certificate: f.pem, certificate_key: f.key, "
        "authorities: ca.pem, purpose: border-surveillance}\n")
    begin, processor = time.monotonic(), processor_seconds(post.process)
    center = start("vedette", "receive", "--config", "receive.yaml")

    def ask(sql):
        try:
            with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as opened:
                return opened.execute(sql).fetchone()[0] or 0
        except sqlite3.Error:
            return None
    wait_until(lambda: time.sleep(0.1) or (ask(
        "SELECT max(cast(substr(cursor, 18) AS INTEGER)) FROM feed") or 0) >= EVENTS, 600)
    wait_until(lambda: time.sleep(0.1) or ask("SELECT count(*) FROM event WHERE state = 'pending'") == 0, 600)
    seconds = time.monotonic() - begin
    count = ask("SELECT count(*) FROM event WHERE state = 'proven'")
    rate = told("vedette receive, all stored and proven", count, seconds,
                processor_seconds(post.process) - processor)
    budget("catching up by vedette receive, at least 20,000 events/s", rate >= 20_000, f"{rate:,.0f}")
    own = processor_seconds(center)
    print(f"  {own / max(count, 1) * 1e6:.1f} us of the receiver's processor an event")
    print(f"  {count} of {ask('SELECT count(*) FROM event')} proven, {ask('SELECT count(*) FROM notice')} "
          f"notices, {ask('SELECT max(settled) FROM event')} handed on; the receiver took "
          f"{processor_seconds(center):.1f} s of processor and {resident_kilobytes(center) // 1024} MiB")
    center.terminate()
    center.wait()


def subscribers(post, names, output_path="/dev/null", query=""):
    """curl as a subscriber, eight for each partner."""
    return [subprocess.Popen(
        ["curl", "-s", "-N", "--cacert", "ca.pem", "--cert", f"{names[number // STREAMS_OF_ONE]}.pem",
         "--key", f"{names[number // STREAMS_OF_ONE]}.key", "-o", output_path,
         f"https://127.0.0.1:{post.port}/v1/stream?{PURPOSE}{query}"], cwd=WORK)
        for number in range(SUBSCRIBERS)]


def end(clients):
    for client in clients:
        client.kill()
        client.wait()


def fan_out():
    """Many subscribers from the oldest event on; what they read goes nowhere."""
    names = [f"s{number}" for number in range(-(-SUBSCRIBERS // STREAMS_OF_ONE))]
    post = Post("fan", names)
    post.fill(EVENTS, time.time() - 7 * 86_400, 6_000)
    post.start()
    memory = resident_kilobytes(post.process)
    begin, processor, before = time.monotonic(), processor_seconds(post.process), 0
    clients = subscribers(post, names)
    peak = memory
    while time.monotonic() < begin + 120:
        time.sleep(0.5)
        now = post.metric("vedette_events_delivered_total")
        peak = max(peak, resident_kilobytes(post.process))
        if now == before and now > 0:
            break
        before = now
    used = processor_seconds(post.process) - processor
    told(f"{SUBSCRIBERS} subscribers over TLS", before, time.monotonic() - begin - 0.5, used)
    print(f"  memory of the post {memory // 1024} MiB before, at most {peak // 1024} MiB")
    budget(f"{SUBSCRIBERS} TLS subscribers, at least 500,000 deliveries a second of a core",
           before / used >= 500_000, f"{before / used:,.0f}")
    end(clients)
    post.stop()


class Listener(threading.Thread):
    """Connections of subscribers; how long after it was due each event came."""

    def __init__(self, post, names, delay):
        super().__init__(daemon=True)
        self.delay, self.late, self.buffers = delay, [], {}
        self.sockets = []
        for number in range(SUBSCRIBERS):
            tls = identity(names[number // STREAMS_OF_ONE])
            plain = socket.create_connection(("127.0.0.1", post.port))
            channel = tls.wrap_socket(plain, server_hostname="127.0.0.1")
            channel.sendall(f"GET /v1/stream?{PURPOSE} HTTP/1.1\r\nHost: post\r\n\r\n".encode())
            channel.setblocking(False)
            self.sockets.append(channel)
        # What was due before all were there is not looked at.
        self.since = time.time() + 1
        self.start()

    def run(self):
        import selectors
        selector = selectors.DefaultSelector()
        for channel in self.sockets:
            selector.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                try:
                    while data := key.fileobj.recv(65_536):
                        self.take(data)
                except ssl.SSLWantReadError:
                    continue
                except OSError:
                    return

    def take(self, data):
        now = time.time()
        for text in re.findall(rb'"time":"([0-9T:.-]+)Z","type"', data):
            due = moment(text.decode()) + self.delay
            if due > self.since:
                self.late.append(now - due)


def moment(text):
    """Seconds since 1970 of a time in UTC with six digits behind the second."""
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0" + text[19:])


def latency():
    """An event each 10 ms, due by the agreements' delay, to all subscribers."""
    delay, seconds = 60, 20  # all happened before it is published: of the future nothing is held back
    names = [f"s{number}" for number in range(-(-SUBSCRIBERS // STREAMS_OF_ONE))]
    post = Post("paced", names, delay)
    first = time.time() + 16 - delay
    post.fill(100 * seconds, first, 10)
    post.start()
    listener = Listener(post, names, delay)
    time.sleep(max(0, first + delay - time.time()))
    processor = processor_seconds(post.process)
    time.sleep(seconds + 2)
    late = sorted(listener.late)
    if not late:
        raise SystemExit(output(post.process)[-2000:])
    p50, p99 = late[len(late) // 2], late[len(late) * 99 // 100]
    print(f"100 events/s to {SUBSCRIBERS} subscribers over TLS: {len(late)} deliveries, median "
          f"{p50 * 1000:.1f} ms, 99th percentile {p99 * 1000:.1f} ms, at most {late[-1] * 1000:.1f} ms; "
          f"the post took {processor_seconds(post.process) - processor:.1f} s of processor for {seconds} s")
    budget("99th percentile at 100 events/s, under 50 ms", p99 < 0.05, f"{p99 * 1000:.1f} ms")
    post.stop()


def prepare():
    make_authority("ca")
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))


PARTS = os.environ.get("VEDETTE_BENCH_PARTS", "catch_up center live fan_out latency").split()
main(prepare, *(globals()[name] for name in PARTS))
sys.exit(1 if MISSED else 0)
