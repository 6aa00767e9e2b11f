"""Many connections at once: a partner's streams share what was decided; one that reads a byte a second
and one that reads nothing cost neither memory nor the others their events."""

import base64
import re
import signal
import socket
import ssl
import threading
import time

from certificates import digest, make_authority, make_certificate
from support import (
    WORK, check, free_port, get, main, output, resident_kilobytes, run, start, wait_until, write_site)

EVENTS = 20_000
STREAMS = 6
GROWTH_KILOBYTES_MAX = 65_536
STREAM = "/v1/stream?purpose=border-surveillance"
AGREEMENT = """
agreement: 1
id: urn:agreement:a-{name}
parties: {{releaser: "urn:partner:a", recipient: "urn:partner:{name}"}}
signed: {{document_sha256: "{document}", by: [a, b]}}
identity: {{san_uri: "urn:partner:{name}", issuer_sha256: ["{issuer}"]}}
valid: {{from: 2020-01-01T00:00:00Z, until: 2030-01-01T00:00:00Z}}
purposes: [border-surveillance]
exercise: live
handling: {{tlp: AMBER, onward: none}}
limits: {{events_per_minute: 10000000}}
rules:
  - name: crossings
    when: {{event: crossing, classes: [person, group, vehicle, animal, drone, unknown]}}
    release: {{fields: [time, class, lat_lon]}}
    retention_days: 9
  - name: state
    when: {{event: post-status}}
    release: {{fields: [time, status]}}
    retention_days: 9
"""


def connect(port, name, receive_buffer=None):
    """A partner's connection that has asked for the stream."""
    tls = ssl.create_default_context(cafile=WORK / "ca.pem")
    tls.load_cert_chain(WORK / f"{name}.pem", WORK / f"{name}.key")
    plain = socket.socket()
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.connect(("127.0.0.1", port))
    channel = tls.wrap_socket(plain, server_hostname="127.0.0.1")
    channel.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: post\r\n\r\n".encode())
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
    (state / "ledger.key").write_text(base64.b64encode(bytes(range(1, 33))).decode() + "\n")
    (state / "ledger.key").chmod(0o600)
    make_authority("ca")
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
    (WORK / "agreements").mkdir()
    for name in ("b", "c", "d"):
        make_certificate(name, "ca", (f"subjectAltName=URI:urn:partner:{name}", "extendedKeyUsage=clientAuth"))
        (WORK / "agreements" / f"{name}.yaml").write_text(
            AGREEMENT.format(name=name, issuer=digest("ca"), document="ab" * 32))
    port, local = free_port(), free_port()
    section = "".join(f"\n    {key}: {WORK / file}" for key, file in
                      (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
    site = write_site("site.yaml", port, state, [
        ("listen: 127.0.0.1", f"listen: 127.0.0.1\n  local_port: {local}\n  tls:{section}"),
        ("post: north-ford", "post: samples")])
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


def fan_out():
    post, site, port, local = begin()
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
    released = metric(local, 'vedette_releases_total{outcome="released"}')
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
