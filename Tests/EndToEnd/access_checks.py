"""Who may connect: partners are cut when their right ends, certificates change without a restart, and
every refusal has its reason and its count. Nobody else loses or repeats an event for it."""

import datetime
import http.client
import json
import signal
import socket
import threading
import time

from certificates import ask, make_authority, make_certificate, serial
from partners import STATE, agree, identity
from support import WORK, check, free_port, get, main, output, start, wait_until, write_site

CUT_SECONDS = 2.0
CLIENT = "extendedKeyUsage=clientAuth"
SERVER = ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth")
FEED = "/v1/events?purpose=border-surveillance&limit=500"
STREAM = "/v1/stream?purpose=border-surveillance"


def partner(name, authority="ca", extensions=None, until=None):
    make_certificate(name, authority, extensions or (f"subjectAltName=URI:urn:partner:{name}", CLIENT), until)


class Ticker(threading.Thread):
    """Makes an event twice a second: the site file says something else and is read anew."""

    def __init__(self, post, site):
        super().__init__(daemon=True)
        self.post, self.site, self.over = post, site, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.5) and self.post.poll() is None:
            with open(self.site, "a") as file:
                file.write("# looked at again\n")
            self.post.send_signal(signal.SIGHUP)


class Stream(threading.Thread):
    """A partner's open stream: the events that came, and when it ended."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        self.port, self.tls = port, identity(name)
        self.events, self.ended, self.last = [], None, ""
        self.start()

    def run(self):
        try:
            post = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=60)
            post.request("GET", STREAM)
            for line in post.getresponse():
                text = line.decode().strip()
                if text.startswith("id: "):
                    self.events.append(text[4:])
                elif text.startswith(": ended"):
                    self.last = text
        except (OSError, http.client.HTTPException) as fault:
            self.last = self.last or str(fault)
        self.ended = time.time()

    def is_cut_after(self, moment):
        """Whether it ended within two seconds after a moment, and not before."""
        wait_until(lambda: self.ended, max(0, moment - time.time()) + CUT_SECONDS + 3)
        return self.ended and moment - 0.05 <= self.ended <= moment + CUT_SECONDS


def served_serial(port):
    """The serial number of the certificate that the next handshake gets."""
    tls = identity("c")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        with tls.wrap_socket(plain, server_hostname="127.0.0.1") as channel:
            return channel.getpeercert()["serialNumber"].lower()


def counts(port):
    """What was refused, by reason."""
    text = get(port, "/metrics")[1].decode()
    head = 'vedette_requests_refused_total{reason="'
    return {line[len(head):line.index('"}')]: int(line.split()[-1])
            for line in text.splitlines() if line.startswith(head)}


def access():
    for authority in ("ca", "foreign-ca", "later-ca"):
        make_authority(authority)
    make_certificate("post", "ca", SERVER)
    make_certificate("renewed", "ca", SERVER)
    for name in ("b", "c", "ending", "unknown", "past"):
        partner(name)
    partner("foreign", "foreign-ca")
    partner("later", "later-ca")
    partner("wrong-use", extensions=("subjectAltName=URI:urn:partner:b", "extendedKeyUsage=serverAuth"))
    partner("nameless", extensions=(CLIENT,))
    long_ago = datetime.datetime(2021, 1, 1)
    partner("expired", until=long_ago)
    for name in ("b", "c"):
        agree(name, STATE)
    agree("later", STATE, issuer="later-ca")
    agree("past", STATE, until="2021-01-01T00:00:00Z")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=12)
    agree("ending", STATE, until=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
    agree("brief", STATE)
    partner("brief", until=soon)
    (WORK / "cas.pem").write_text((WORK / "ca.pem").read_text())
    port, local = free_port(), free_port()
    section = "".join(f"\n    {key}: {WORK / file}" for key, file in
                      (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "cas.pem")))
    site = write_site("site.yaml", port, WORK / "state", [
        ("listen: 127.0.0.1", f"listen: 127.0.0.1\n  local_port: {local}\n  tls:{section}")])
    post = start("vedetted", "--config", site)
    wait_until(lambda: post.poll() is not None or ask(port, FEED, "c")[1] == 200, 10)
    ticker = Ticker(post, site)
    streams = {name: Stream(port, name) for name in ("b", "c", "ending", "brief")}
    came = wait_until(lambda: all(stream.events for stream in streams.values()), 8)
    check("four partners follow their streams", came,
          f"{[(name, s.events, s.last) for name, s in streams.items()]} {output(post)}")
    end = int(soon.timestamp())
    check("who is cut when the agreement ends, within 2 s", streams["ending"].is_cut_after(end),
          f"{streams['ending'].ended} {end}")
    # A certificate is valid through its last second.
    check("and who is when the certificate's time is over", streams["brief"].is_cut_after(end + 1),
          f"{streams['brief'].ended} {end}")
    check("each with the reason", "no agreement with you is in force" in streams["ending"].last
          and "time is over" in streams["brief"].last, [s.last for s in streams.values()])
    certificates(port, post)
    revoked = time.time()
    agree("b", STATE, deny=serial("b"))
    post.send_signal(signal.SIGHUP)
    check("a certificate that is denied is cut within 2 s", streams["b"].is_cut_after(revoked),
          f"{streams['b'].ended} {revoked} {output(post)[-300:]}")
    refusals(port, local)
    ticker.over.set()
    ticker.join()
    time.sleep(1)
    page = json.loads(ask(port, FEED, "c")[2])
    epoch = page["next"].split(".")[0]
    all_events = [f"{epoch}.{event['sequence']}" for event in page["events"]]
    wait_until(lambda: all_events[-1] in streams["c"].events, 5)
    got = list(streams["c"].events)
    check(f"who stayed got each of {len(all_events)} events, in order, and none twice",
          streams["c"].ended is None and len(set(got)) == len(got) and len(all_events) >= 20
          and [cursor for cursor in got if cursor in set(all_events)] == all_events,
          f"{streams['c'].last} {got} {all_events}")
    check("nothing of it was a fault of the post's",
          "vedette_requests_failed_total 0" in get(local, "/metrics")[1].decode())


def certificates(port, post):
    """Certificate, key and authorities are read anew; a pair that does not match changes nothing."""
    before = served_serial(port)

    def put(name, kind):
        (WORK / "fresh").write_bytes((WORK / f"{name}.{kind}").read_bytes())
        (WORK / "fresh").rename(WORK / f"post.{kind}")
    put("renewed", "key")
    told = wait_until(lambda: "cannot be used yet" in output(post), 4)
    check("a key without its certificate changes nothing, and is told",
          told and served_serial(port) == before, output(post)[-300:])
    put("renewed", "pem")
    wanted = int(serial("renewed"), 16)
    found = wait_until(lambda: int(served_serial(port), 16) == wanted, 3)
    check("a renewed certificate serves the next handshake", found, f"{before} {served_serial(port)}")
    refused = ask(port, FEED, "later")
    (WORK / "cas.pem").write_text((WORK / "ca.pem").read_text() + (WORK / "later-ca.pem").read_text())
    found = wait_until(lambda: ask(port, FEED, "later")[1] == 200, 4)
    check("partners of an authority that was added are let in", refused[1] == 0 and found, refused)


def refusals(port, local):
    """Every way of being refused has a reason for the client and a count for the post."""
    before = counts(local)
    epoch = json.loads(ask(port, FEED, "c")[2])["next"].split(".")[0]
    handshakes = (("no_certificate", None, "https"), ("certificate_foreign", "foreign", "https"),
                  ("certificate_expired", "expired", "https"), ("certificate_usage", "wrong-use", "https"),
                  ("no_tls", None, "http"))
    for _, name, scheme in handshakes:
        code, status, body = ask(port, FEED, name, scheme)
        check(f"refused in the handshake: {name or scheme}", code != 0 and not body, f"{code} {status} {body}")
    answers = (
        ("certificate_name", "nameless", FEED, 403),
        ("no_agreement", "unknown", FEED, 403), ("agreement_not_in_force", "past", FEED, 403),
        ("certificate_denied", "b", FEED, 403), ("purpose", "c", "/v1/events", 403),
        ("exercise", "c", FEED + "&exercise=true", 403), ("own_clients", "c", "/metrics", 403),
        ("malformed_cursor", "c", FEED + "&after=nonsense", 400),
        ("foreign_cursor", "c", FEED + f"&after={epoch}.999999", 409),
        ("parameter", "c", FEED + "&wait=999", 400),
        ("query_too_long", "c", FEED + "&after=" + "7" * 13_000, 414))
    for kind, name, path, wanted in answers:
        _, status, body = ask(port, path, name)
        reason = json.loads(body) if body.startswith("{") else {}
        check(f"refused with its reason: {kind}", status == wanted and reason.get("error")
              and reason.get("remedy"), f"{status} {body}")
    streams = [Stream(port, "later") for _ in range(9)]
    refused = wait_until(lambda: [one for one in streams if one.ended], 5)
    check("the ninth stream of a partner is refused", len(refused) == 1, [one.last for one in streams])
    with socket.create_connection(("127.0.0.1", local), timeout=5) as client:
        client.sendall(b"no HTTP at all\r\n\r\n")
        answer = client.recv(200)
    check("what is no HTTP is answered 400", answer.startswith(b"HTTP/1.1 400"), answer)
    expected = {kind for kind, *_ in handshakes + answers} | {"too_many_streams", "malformed_request"}
    now = wait_until(lambda: (lambda found: all(found[kind] > before[kind] for kind in expected)
                              and found)(counts(local)), 3) or counts(local)
    check("each is counted under its own reason", {kind for kind in now if now[kind] > before[kind]}
          == expected and all(now[kind] == before[kind] + 1 for kind in expected),
          {kind: (before[kind], now[kind]) for kind in now if now[kind] - before[kind] != (kind in expected)})


main(access)
