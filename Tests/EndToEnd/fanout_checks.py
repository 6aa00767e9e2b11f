"""Many connections at once: a partner's streams share what was decided; one that reads a byte a second
and one that reads nothing cost neither memory nor the others their events."""

import json
import re
import signal
import socket
import threading
import time

from certificates import ask, make_authority, make_certificate
from partners import CROSSINGS, PURPOSE, STATE, agree, identity, keep_key, rule, with_partners
from support import (
    WORK, check, free_port, get, main, output, resident_kilobytes, run, start, wait_until, write_site)

EVENTS = 20_000
STREAMS = 6
GROWTH_KILOBYTES_MAX = 65_536
# The events are of the last 24 hours, one a second.
HELD_SECONDS = 22 * 3_600
STREAM = f"/v1/stream?{PURPOSE}"


def connect(port, name, receive_buffer=None, request=STREAM):
    """A partner's connection that has asked for a stream."""
    plain = socket.socket()
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.connect(("127.0.0.1", port))
    plain.settimeout(60)
    channel = identity(name).wrap_socket(plain, server_hostname="127.0.0.1")
    channel.sendall(f"GET {request} HTTP/1.1\r\nHost: post\r\n\r\n".encode())
    return channel


class Stream(threading.Thread):
    """Reads a stream and keeps the sequences of its events."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        self.channel, self.sequences, self.checkpoints, self.news = connect(port, name), [], 0, []
        self.start()

    def run(self):
        rest = b""
        try:
            while data := self.channel.recv(262_144):
                head, mark, rest = (rest + data).rpartition(b"\n\n")
                self.take(head + mark)
        except OSError:
            pass

    def take(self, text):
        self.checkpoints += text.count(b"event: checkpoint\n")
        numbers = [int(number) for number in re.findall(rb'"sequence":"(\d+)"', text)]
        if numbers and numbers[-1] > EVENTS:
            self.news.append((numbers[-1], time.monotonic()))
        self.sequences += numbers


class Slow(threading.Thread):
    """Reads a byte a second."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        self.channel, self.count = connect(port, name, 4_096), 0
        self.start()

    def run(self):
        try:
            while self.channel.recv(1):
                self.count += 1
                time.sleep(1)
        except OSError:
            pass


def metric(local, name):
    found = re.search(rf"^{re.escape(name)} (\d+)", get(local, "/metrics")[1].decode(), re.MULTILINE)
    return int(found[1]) if found else 0


def begin():
    """A post with a ledger that is there, and partners b, c and d."""
    state = WORK / "state"
    made = run("LedgerSamples", "paced", EVENTS, int(time.time()) - 86_400, 1_000, state, seconds=120)
    check(f"a ledger of {EVENTS} events is made", made.returncode == 0, made.stdout + made.stderr)
    keep_key(state)
    make_authority("ca")
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
    for name, delay in (("b", 0), ("c", 0), ("d", 0), ("e", 0), ("f", HELD_SECONDS)):
        make_certificate(name, "ca", (f"subjectAltName=URI:urn:partner:{name}", "extendedKeyUsage=clientAuth"))
        agree(name, rule("crossing", "time, class, lat_lon", delay) if delay else CROSSINGS, STATE)
    port, local = free_port(), free_port()
    site = write_site("site.yaml", port, state, [
        with_partners(local), ("post: north-ford", "post: samples")])
    post = start("vedetted", "--config", site)
    is_up = wait_until(lambda: get(local, "/v1/health")[0] in (200, 503), 20)
    check("the post serves that ledger", is_up, output(post))
    return post, site, port, local


def news(post, site):
    """Makes an event: the site file says something else and is read anew."""
    with open(site, "a", encoding="utf-8") as file:
        file.write("# looked at again\n")
    post.send_signal(signal.SIGHUP)
    return time.monotonic()


def pages(port, name, path, after=None):
    """All events of a feed, page by page, and where it goes on."""
    events, cursor = [], after and f"&after={after}" or ""
    while True:
        _, status, body = ask(port, f"{path}&{PURPOSE}{cursor}", name, seconds=20)
        if status != 200:
            return [(status, body)], None
        page = json.loads(body)
        events += page["events"]
        cursor = f"&after={page['next']}"
        if page["caught_up"]:
            return events, page["next"]


def newest(events):
    """The newest version of each event that was not taken back, in the ledger's order."""
    last = {event["id"].split("/")[0]: event for event in events}
    return sorted(int(event["sequence"]) for event in last.values()
                  if event["data"]["properties"].get("disposition") != "retracted")


def numbers(events):
    return [int(event["sequence"]) for event in events]


def snapshot(post, site, port):
    """What is known now, and then the feed from there on."""
    ledger_end = EVENTS
    held, behind = pages(port, "f", "/v1/snapshot?hours=48")
    now, after = pages(port, "e", "/v1/snapshot?hours=48&limit=500")
    client = connect(port, "e", request=f"/v1/stream?{PURPOSE}&snapshot=48")
    text = b""
    while b"event: snapshot\n" not in text and (data := client.recv(262_144)):
        text += data
    recent, _ = pages(port, "e", "/v1/snapshot?hours=20")
    whole, end = pages(port, "e", "/v1/events?limit=500")
    wanted = newest(whole)
    check(f"a snapshot gives the newest version of each of {len(whole)} events that was not taken back",
          len(whole) > EVENTS // 2 and numbers(now) == wanted and after == end,
          (len(now), len(wanted), after, end))
    head, _, rest = text.partition(b"event: snapshot\n")
    given = [int(number) for number in re.findall(rb'"sequence":"(\d+)"', head)]
    check("a stream that begins with it gives the same, and then the place where it goes on",
          given == wanted and after.encode() in head[-60:], (len(given), head[-200:]))
    since = time.time() - 20 * 3_600
    starts = [event["time"] >= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since - 60)) for event in recent]
    check(f"of the last hours only those ({len(recent)})",
          0 < len(recent) < len(now) and all(starts) and numbers(recent) == wanted[-len(recent):], starts[:3])
    count = len(given)
    text = rest
    begun = news(post, site)
    while b"post-status" not in text and time.monotonic() < begun + 5 and (data := client.recv(65_536)):
        text += data
    fresh, _ = pages(port, "e", "/v1/events?limit=500", after)
    more = [int(number) for number in re.findall(rb'"sequence":"(\d+)"', text)]
    check("behind it come the next events, none of the snapshot's again",
          more and more == numbers(fresh)[:len(more)] and more[0] > given[-1], (count, more, numbers(fresh)))
    client.close()
    later, _ = pages(port, "f", "/v1/events?limit=500", behind)
    seen = numbers(held) + numbers(later)
    first = int(behind.split(".")[1])
    early = [event for event in whole if int(event["sequence"]) <= first]
    check(f"what is held back ends it: of {len(held)} events none is newer than the agreement gives",
          0 < len(held) < len(now) and numbers(held) == newest(early) and seen == sorted(set(seen))
          and first < ledger_end, (len(held), len(newest(early)), behind))


def fan_out():
    post, site, port, local = begin()
    snapshot(post, site, port)
    lines = metric(local, 'vedette_releases_total{outcome="released"}')
    before = resident_kilobytes(post)
    slow, dead = Slow(port, "c"), connect(port, "d", 4_096)
    streams = [Stream(port, "b") for _ in range(STREAMS)]
    wait_until(lambda: all(stream.sequences and stream.sequences[-1] >= EVENTS - 20 for stream in streams), 60)
    wait_until(lambda: len({len(stream.sequences) for stream in streams}) == 1, 5)
    first = streams[0].sequences
    check(f"{STREAMS} streams of a partner get the same {len(first)} events, in order, beside a slow and a dead one",
          first == sorted(set(first)) and len(first) > EVENTS // 2
          and all(stream.sequences[:len(first)] == first for stream in streams),
          [len(stream.sequences) for stream in streams])
    released = metric(local, 'vedette_releases_total{outcome="released"}') - lines
    check(f"each event was decided and put on record once for them all ({released} lines)",
          0 < released < 2 * len(first), get(local, "/metrics")[1].decode()[-1500:])
    check("the streams carry checkpoints of what they have given",
          wait_until(lambda: all(stream.checkpoints for stream in streams), 5))
    waits = []
    for _ in range(8):
        count = len(streams[0].news)
        at = news(post, site)
        wait_until(lambda: all(len(stream.news) > count for stream in streams), 5)
        if all(len(stream.news) > count for stream in streams):
            waits.append(max(stream.news[count][1] for stream in streams) - at)
    check(f"new events come to all within {max(waits, default=9):.2f} s meanwhile (at most 2)",
          len(waits) == 8 and max(waits) <= 2, waits)
    grown = resident_kilobytes(post) - before
    check(f"all of it cost {grown} KiB of memory (at most {GROWTH_KILOBYTES_MAX})",
          grown <= GROWTH_KILOBYTES_MAX)
    is_cut = wait_until(lambda: metric(local, "vedette_streams_cut_total") >= 2, 60)
    check("who takes nothing for 30 s, or next to nothing, is cut", is_cut,
          get(local, "/metrics")[1].decode()[-1500:])
    check("and the others go on",
          all(stream.is_alive() for stream in streams)
          and news(post, site)
          and wait_until(lambda: all(len(stream.news) >= 9 for stream in streams), 5))
    dead.close()
    slow.channel.close()


main(fan_out)
