"""A center that can only be called: the post calls it with what the agreement gives, signed, in order,
again and again until it is taken, through killed posts and a center that is away."""

import base64
import hashlib
import http.server
import json
import random
import re
import signal
import ssl
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates import make_authority, make_certificate
from partners import CROSSINGS, STATE, agree, keep_key, with_partners
from support import WORK, check, free_port, get, main, output, run, start, wait_until, write_site

EVENTS = 3_000
KILLS = 5


class Center(http.server.ThreadingHTTPServer):
    """Takes events; refuses some calls, and closes some connections after it has taken them."""

    daemon_threads = True

    def __init__(self, port, keys):
        super().__init__(("127.0.0.1", port), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(WORK / "center.pem", WORK / "center.key")
        tls.load_verify_locations(WORK / "ca.pem")
        tls.verify_mode = ssl.CERT_REQUIRED
        self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.keys, self.taken, self.calls, self.faults, self.known = keys, [], 0, [], set()
        self.chance, self.lock, self.is_rough = random.Random(20261128), threading.Lock(), True
        self.is_away, self.offered = False, []
        self.types, self.again = set(), 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_POST(self):
        center = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        with center.lock:
            center.calls += 1
            fault = self.fault(body)
            if fault:
                center.faults.append(fault)
            way = center.chance.random() if center.is_rough else 1
            if way < 0.2 or fault or center.is_away:
                center.offered.append(body)
                return self.answer(503)
            events = json.loads(body)
            for event in events if isinstance(events, list) else [events]:
                name = (event["source"], event["id"])
                if name in center.known:
                    center.again += 1
                    continue
                center.known.add(name)
                center.taken.append(int(event["sequence"]))
            center.types.add(self.headers["content-type"])
            if way < 0.4:
                # Taken, and the answer is lost.
                self.close_connection = True
                return self.connection.close()
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def fault(self, body):
        """What is wrong with the signature; checked as RFC 9421 says, without code of the post's."""
        given = self.headers["content-digest"]
        if given != "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":":
            return f"digest {given}"
        label, _, parameters = self.headers["signature-input"].partition("=")
        url = f"https://localhost:{self.server.server_port}{self.path}"
        lines = {"@method": "POST", "@target-uri": url, "content-type": self.headers["content-type"],
                 "content-digest": given}
        covered = re.match(r"\(([^)]*)\)", parameters)[1].replace('"', "").split(" ")
        if covered != list(lines):
            return f"covers {covered}"
        text = "".join(f'"{name}": {lines[name]}\n' for name in covered) + f'"@signature-params": {parameters}'
        name = re.search(r'keyid="([^"]+)"', parameters)[1]
        signature = self.headers["signature"]
        if not signature.startswith(f"{label}=:") or name not in self.server.keys:
            return f"signature {signature} of {name}"
        try:
            self.server.keys[name].verify(base64.b64decode(signature[len(label) + 2:-1]), text.encode())
        except InvalidSignature:
            return f"a wrong signature: {text}"
        if abs(int(re.search(r"created=(\d+)", parameters)[1]) - time.time()) > 60:
            return parameters
        return None


def public_keys(path):
    """The key in a post's ledger.pub, by its name."""
    name, _, key = path.read_text().strip().split("+", 2)
    return {name: Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])}


def call(port, count, *rules):
    """The agreement with b, who is called at `port` with at most `count` events at once."""
    agree("b", *(rules or (CROSSINGS, STATE)), more=f'webhook: {{url: "https://localhost:{port}/events?at=b", '
                                      f'purpose: border-surveillance, events_max: {count}}}')


def narrow(site, post, center, port):
    """A rule is struck while the center is away: what was decided under it does not go out when it is back."""
    center.is_away = True
    center.offered.clear()
    with open(site, "a", encoding="utf-8") as file:
        file.write("# looked at again\n")
    post.send_signal(signal.SIGHUP)
    offered = wait_until(lambda: any(b"post-status" in body for body in center.offered), 10)
    call(port, 1, CROSSINGS)
    post.send_signal(signal.SIGHUP)
    time.sleep(1)
    center.offered.clear()
    count, center.is_away = len(center.taken), False
    time.sleep(4)
    check("what was decided before a rule was struck, and waited for the center, does not go out any more",
          offered and len(center.taken) == count and not center.offered,
          (offered, center.taken[count:], output(post)[-600:]))
    call(port, 1)
    post.send_signal(signal.SIGHUP)


def webhooks():
    state = WORK / "state"
    made = run("LedgerSamples", "paced", EVENTS, int(time.time()) - 86_400, 1_000, state, seconds=120)
    check(f"a ledger of {EVENTS} events is made", made.returncode == 0, made.stdout + made.stderr)
    keep_key(state)
    make_authority("ca")
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth,clientAuth"))
    make_certificate("center", "ca", ("subjectAltName=DNS:localhost", "extendedKeyUsage=serverAuth"))
    port, local, own = free_port(), free_port(), free_port()
    call(own, 20)
    site = write_site("site.yaml", port, state, [
        with_partners(local), ("post: north-ford", "post: samples")])
    post = start("vedetted", "--config", site)
    wait_until((state / "ledger.pub").exists, 20)
    time.sleep(1.5)
    center = Center(own, public_keys(state / "ledger.pub"))
    chance = random.Random(20261128)
    for _ in range(KILLS):
        count = len(center.taken)
        wait_until(lambda: len(center.taken) > count + 60, 30)
        time.sleep(chance.random() * 0.5)
        post.send_signal(signal.SIGKILL)
        post.wait()
        post = start("vedetted", "--config", site)
    center.is_rough = False

    def has_all():
        return center.taken and center.taken[-1] >= EVENTS - 20
    wait_until(has_all, 60)
    taken = list(center.taken)
    status, body = get(local, "/v1/events?limit=500")
    wanted = []
    while status == 200:
        page = json.loads(body)
        wanted += [int(event["sequence"]) for event in page["events"]
                   if event["type"] in ("org.vedette.crossing.v1", "org.vedette.post-status.v1")]
        if page["caught_up"]:
            break
        status, body = get(local, f"/v1/events?limit=500&after={page['next']}")
    wait_until(lambda: len(center.taken) >= len(wanted), 10)
    taken = center.taken[:len(wanted)]
    check(f"through {KILLS} kills and a center that refuses and loses answers none of {len(wanted)} events is lost",
          set(wanted) <= set(center.taken), f"{len(center.taken)} taken: {output(post)[-600:]}")
    check(f"they come in order ({center.calls} calls, {center.again} events again)",
          taken == sorted(taken), taken[:50])
    check("every call is signed by the post's key, over method, target, type and content", not center.faults,
          center.faults[:2])
    check("in lists of CloudEvents", center.types == {"application/cloudevents-batch+json; charset=utf-8"},
          center.types)
    call(own, 1)
    post.send_signal(signal.SIGHUP)
    time.sleep(2.5)
    center.types.clear()
    with open(site, "a", encoding="utf-8") as file:
        file.write("# looked at again\n")
    count = len(center.taken)
    post.send_signal(signal.SIGHUP)
    check("with events_max 1 each is posted by itself, from the place where the last one was taken",
          wait_until(lambda: len(center.taken) > count, 10)
          and center.types == {"application/cloudevents+json; charset=utf-8"}
          and center.taken == sorted(center.taken), (center.types, center.taken[-5:]))
    def told():
        text = get(local, "/metrics")[1].decode()
        return re.search(r'^vedette_webhook_sequence\{partner="urn:partner:b"\} (\d+)$', text, re.MULTILINE)
    check("the metrics tell how far each center is",
          wait_until(lambda: told() and int(told()[1]) >= center.taken[-1], 5), told())
    narrow(site, post, center, own)
    (WORK / "agreements" / "b.yaml").unlink()
    post.send_signal(signal.SIGHUP)
    time.sleep(2.5)
    count = center.calls
    with open(site, "a", encoding="utf-8") as file:
        file.write("# looked at again\n")
    post.send_signal(signal.SIGHUP)
    time.sleep(2)
    check("without its agreement nobody is called", center.calls == count, center.calls - count)


main(webhooks)
