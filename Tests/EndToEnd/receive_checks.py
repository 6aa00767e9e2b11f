"""A center's receiver against real posts: nothing lost, nothing twice, nothing believed unproven.

VEDETTE_KILL_ROUNDS tells how often posts and receiver are killed (6 where it is not set).
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import time
import xml.etree.ElementTree

from between import Between
from certificates import ask, make_authority, make_certificate
from partners import agree, rule
from support import (
    WORK, check, free_port, get, main, output, run, start, wait_until, write_site)

ROUNDS = int(os.environ.get("VEDETTE_KILL_ROUNDS", "6"))
SEED = 20261128


class Demo:
    """The demo on loopback: a whole post on a simulated site, whose center gets everything."""

    def __init__(self, state):
        self.state, self.port = WORK / state, free_port()

    def start(self):
        self.process = start("vedette", "demo", "--seconds", 3600, "--port", self.port, "--state", self.state)

    def key(self):
        return self.state / "ledger.pub"


class Partner(Demo):
    """The daemon with mutual TLS, whose partner gets what an agreement gives."""

    def __init__(self, state):
        super().__init__(state)
        make_authority("ca")
        make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
        make_certificate("b", "ca", ("subjectAltName=URI:urn:partner:b", "extendedKeyUsage=clientAuth"))
        self.agree()
        section = "".join(
            f"\n    {key}: {WORK / file}" for key, file in
            (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
        self.site = write_site("site.yaml", self.port, self.state,
                               [("listen: 127.0.0.1", f"listen: 127.0.0.1\n  tls:{section}")])

    def agree(self, witness=None):
        agree("b", rule("post-status", "time_min, status"), rule("sensor-health", "time_hour, state"),
              tlp="AMBER+STRICT", witness=witness)

    def reload(self):
        """Has the site file read anew, which says something else now: that is an event."""
        with open(self.site, "a") as file:
            file.write("# looked at again\n")
        self.process.send_signal(signal.SIGHUP)

    def start(self):
        self.process = start("vedetted", "--config", self.site)


class Receiver:
    """`vedette receive` with a store of its own."""

    def __init__(self, name, sources, more=""):
        self.sources = sources
        self.store = WORK / f"{name}.sqlite"
        self.config = WORK / f"{name}.yaml"
        lines = "".join(
            "  - " + "\n    ".join(f"{key}: {value}" for key, value in source.items()) + "\n"
            for source in sources)
        self.config.write_text(f"version: 1\nstore: {self.store}\n{more}sources:\n{lines}")
        self.outputs = []

    def start(self, *more):
        self.process = start("vedette", "receive", "--config", self.config, "--json", *more)
        self.outputs.append(self.process)

    def ask(self, sql, *values):
        """Rows of the store; none while there is no store."""
        try:
            with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return []

    def events(self, feed, epoch=None):
        return self.ask("SELECT sequence, id, state FROM event WHERE feed = ? AND epoch = coalesce(?, epoch)"
                        " ORDER BY row", feed, epoch)

    def notices(self, *kinds):
        rows = self.ask("SELECT kind, feed, text, first, last, evidence FROM notice ORDER BY number")
        return [row for row in rows if not kinds or row[0] in kinds]

    def cursors(self):
        return dict(self.ask("SELECT name, cursor FROM feed"))

    def lines(self):
        """The JSON lines of each start."""
        return [[json.loads(line) for line in output(process).splitlines() if line.startswith('{"event"')]
                for process in self.outputs]


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(10)
    except Exception:
        kill(process)
        return "killed"


def held(state):
    """The events of a ledger: sequence, id, type, in order."""
    found = run("vedette", "events", "list", "--state", state, "--json")
    values = [json.loads(line) for line in found.stdout.splitlines()]
    return [(value["sequence"], value["id"], value["data"]["properties"]) for value in values]


def plain(demo, name="ford", port=None):
    return {"name": name, "url": f"http://127.0.0.1:{port or demo.port}", "post": POST[0],
            "key": demo.key()}


POST = ["demo"]


def receive():
    demo, partner = Demo("demo-state"), Partner("state")
    demo.start()
    partner.start()
    wait_until(lambda: demo.key().exists() and partner.key().exists(), 15)
    POST[0] = demo.key().read_text().split("/")[0]
    endpoint = free_port()
    receiver = Receiver(
        "center", [plain(demo), {
            "name": "partner", "url": f"https://127.0.0.1:{partner.port}", "post": "north-ford",
            "key": partner.key(), "certificate": "b.pem", "certificate_key": "b.key",
            "authorities": "ca.pem", "purpose": "border-surveillance"}],
        f"listen: 127.0.0.1:{endpoint}\nwitness: {{name: center-b/witness, key: witness.key}}\n")
    receiver.start("--exec", "cat >>exec.txt")
    proven = "SELECT count(*) FROM event WHERE feed = ? AND state = 'proven'"
    came = wait_until(lambda: (receiver.ask(proven, "ford") or [(0,)])[0][0] >= 8
                      and (receiver.ask(proven, "partner") or [(0,)])[0][0] >= 2, 25)
    check("a receiver gets and proves events of two posts, one of them under an agreement", came,
          f"{receiver.events('ford')} {receiver.events('partner')} {receiver.notices()}\n"
          f"{output(receiver.process)}")
    witness(receiver, partner)
    interfaces(receiver, endpoint)
    killing(demo, partner, receiver)
    gaps(partner, receiver)
    stop(receiver.process)
    lies(demo)


def witness(receiver, partner):
    key = (WORK / "witness.key.pub").read_text().strip()
    notes = wait_until(lambda: [note for (note,) in receiver.ask("SELECT note FROM feed")
                                if note and note.count("\u2014 ") == 2], 5)
    check("it cosigns the posts' checkpoints as a witness",
          notes and all(f"\u2014 {key.split('+')[0]} " in note for note in notes), notes)
    # The agreement names it: from the next checkpoint on the post keeps its cosignatures.
    partner.agree(key)
    partner.reload()
    path, name = "/v1/checkpoint?cosigned=true", f"\u2014 {key.split('+')[0]} "
    found = wait_until(lambda: (lambda got: got if name in got[2] else None)(ask(partner.port, path, "b")), 12)
    check("the post keeps and serves what its witness has cosigned",
          found and found[1] == 200 and found[2].count("\u2014 ") == 2, ask(partner.port, path, "b"))
    check("its secret is readable by its user only", (WORK / "witness.key").stat().st_mode & 0o77 == 0)
    done = wait_until(lambda: [row for row in receiver.ask(
        "SELECT acknowledged FROM feed WHERE name = 'partner'") if row[0]], 12)
    found = run("vedette", "audit", "--state", "state", "--outcome", "acknowledged", "--json")
    check("it acknowledges what is stored, and the post has that on record",
          done and '"partner":"urn:partner:b"' in found.stdout, f"{done} {found.stdout}")


def interfaces(receiver, endpoint):
    """The endpoint, the lines, the command and the exports say what the store says."""
    status, body = get(endpoint, "/v1/events?after=0&limit=1000")
    page = json.loads(body) if status == 200 else {"events": []}
    check("its endpoint serves the proven events",
          page["events"] and all(row["state"] == "proven" for row in page["events"]), body[:300])
    row = page["events"][0]["row"]
    status, body = get(endpoint, f"/v1/proof?row={row}")
    (WORK / "proof.json").write_bytes(body)
    found = run("vedette", "verify", "--release", "proof.json", "--state",
                "demo-state" if page["events"][0]["source"] == "ford" else "state")
    check("and a proof that verifies offline", found.returncode == 0, found.stdout + found.stderr)
    status, body = get(endpoint, "/v1/feeds")
    check("and where the feeds stand", status == 200 and len(json.loads(body)["feeds"]) == 2, body)
    feeds = json.loads(body)["feeds"] if status == 200 else [{}]
    check("with the post and the address of each",
          sorted(feed.get("post") for feed in feeds) == sorted(source["post"] for source in receiver.sources)
          and all(feed["url"].startswith("http") and feed["hub"] is None for feed in feeds), body)
    text = get(endpoint, "/metrics")[1].decode()
    settled = re.search(r"(?m)^vedette_receive_settled_total (\d+)$", text)
    places = {name: int(place) for name, place in re.findall(
        r'(?m)^vedette_receive_sequence\{source="([^"]+)"\} (\d+)$', text)}
    check("its metrics tell how far it is", settled and int(settled[1]) >= len(page["events"])
          and places == {feed["source"]: int(feed["cursor"].split(".")[1]) for feed in feeds}
          or int(settled[1]) > len(page["events"]), text)
    paged, after = [], 0
    while rows := json.loads(get(endpoint, f"/v1/events?after={after}&limit=7")[1])["events"]:
        paged, after = paged + rows, rows[-1]["row"]
    check("events come page by page, each once", paged[:len(page["events"])] == page["events"]
          and [row["row"] for row in paged] == list(range(1, len(paged) + 1)), [row["row"] for row in paged])
    answers = [get(endpoint, f"/v1/{path}")[0] for path in
               ("notices?kind=gap", "notices?kind=gaps", "events?limit=0", "events?after=x", "proof?row=0")]
    check("a parameter that is wrong is told", answers == [200, 400, 400, 400, 400], answers)
    known = {row["row"] for row in page["events"]}
    came = wait_until(lambda: known <= {line["row"] for line in receiver.lines()[-1]}, 5)
    check("the lines of --json are the same events", came)
    came = wait_until(lambda: (WORK / "exec.txt").exists() and known <= {
        json.loads(line)["row"] for line in (WORK / "exec.txt").read_text().splitlines()
        if line.endswith("}")}, 15)
    check("the command of --exec got each of them", came)
    found = run("vedette", "receive", "export", receiver.store)
    features = json.loads(found.stdout)["features"] if found.returncode == 0 else []
    check("export as GeoJSON", len(features) >= len(known)
          and all(feature["type"] == "Feature" for feature in features), found.stderr)
    found = run("vedette", "receive", "export", receiver.store, "--format", "csv")
    check("export as CSV", len(found.stdout.splitlines()) > len(known), found.stderr)
    found = run("vedette", "receive", "export", receiver.store, "--format", "kml")
    marks = xml.etree.ElementTree.fromstring(found.stdout).iter("{http://www.opengis.net/kml/2.2}Placemark")
    check("export as KML", len(list(marks)) >= 1, found.stderr)


def killing(demo, partner, receiver):
    """Posts and receiver are killed at random moments; then all must be there, once, in order."""
    chance = random.Random(SEED)
    before, went_back = {}, []
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.05, 0.9))
        for victim in chance.sample((demo, partner, receiver), chance.choice((1, 1, 2, 3))):
            kill(victim.process)
            victim.start()
        for name, cursor in receiver.cursors().items():
            place = (cursor.split(".")[0], int(cursor.split(".")[1]))
            old = before.get(name, place)
            if old[0] != place[0] or old[1] > place[1]:
                went_back.append((name, old, place))
            before[name] = place
    check(f"in {ROUNDS} rounds of kill -9 no cursor goes back", not went_back, went_back)
    time.sleep(1)
    stop(demo.process)
    stop(partner.process)
    ledger, theirs = held(demo.state), held(partner.state)
    # They serve again what they have, and add to it.
    demo.start()
    partner.start()
    last, last_theirs = ledger[-1][0], theirs[-1][0]
    wait_until(lambda: all(
        rows and rows[-1][0] >= end and not any(row[2] == "pending" and row[0] <= end for row in rows)
        for rows, end in ((receiver.events("ford"), last), (receiver.events("partner"), last_theirs))), 40)
    got = [row for row in receiver.events("ford") if row[0] <= last]
    check(f"of {last} events of the post none is lost, none twice, all in order and proven",
          [row[:2] for row in got] == [event[:2] for event in ledger]
          and all(row[2] == "proven" for row in got),
          f"{len(got)} of {last}; {[row for row in got if row[2] != 'proven'][:5]} {receiver.notices()}")
    given = [event[:2] for event in theirs if "status" in event[2] or "state" in event[2]]
    got = [row for row in receiver.events("partner") if row[0] <= last_theirs]
    check(f"nor of {len(given)} that an agreement released",
          [row[:2] for row in got] == given and all(row[2] == "proven" for row in got),
          f"{len(got)}; {[row for row in got if row[2] != 'proven'][:5]} {receiver.notices()}")
    check("nothing was refused and no gap told",
          not receiver.notices("gap", "replaced", "refused", "equivocation", "set-back", "conflict", "unproven"),
          receiver.notices())
    highest = receiver.ask("SELECT max(settled) FROM event")[0][0]
    wait_until(lambda: any(line["row"] >= highest for line in receiver.lines()[-1]), 10)
    rows = [[line["row"] for line in lines] for lines in receiver.lines()]
    union = sorted({row for lines in rows for row in lines})
    check("every event was handed on, in order after each start",
          all(lines == sorted(lines) for lines in rows)
          and union == list(range(1, len(union) + 1)) and len(union) >= last, f"{len(union)} {last}")


def gaps(partner, receiver):
    """A ledger that is replaced is a gap, and the receiver goes on in the new one."""
    stop(partner.process)
    shutil.rmtree(partner.state / "ledger")
    old = receiver.cursors()["partner"]
    partner.start()
    told = wait_until(lambda: receiver.notices("replaced"), 20)
    check("a ledger that was replaced is told as a gap after the last event that came",
          told and told[0][3] == f"{old.split('.')[0]}.{int(old.split('.')[1]) + 1}", f"{told} {old}")
    came = wait_until(lambda: [row for row in receiver.events(
        "partner", receiver.cursors()["partner"].split(".")[0]) if row[2] == "proven"], 15)
    check("and the new one is followed and proven", came and receiver.cursors()["partner"][:16] != old[:16],
          f"{receiver.cursors()} {receiver.notices()}\n{output(receiver.process)[-500:]}")
    found = run("vedette", "receive", "notices", receiver.store)
    check("vedette receive notices tells it, with exit 1",
          found.returncode == 1 and "replaced" in found.stdout, found.stdout + found.stderr)


def lies(demo):
    """What somebody between changes is refused; what he takes away is a gap; two histories are noticed."""
    between = Between(demo.port)
    port = between.server_address[1]
    receiver = Receiver("lied-to", [plain(demo, port=port)])
    lied = []

    def change(path, status, body):
        if path.startswith("/v1/events") and b'"status":"started"' in body and not lied:
            lied.append(body)
            return status, body.replace(b'"status":"started"', b'"status":"stopping"', 1)
        return status, body
    between.change = change
    receiver.start()
    told = wait_until(lambda: receiver.notices("refused"), 15)
    check("an event that was changed on its way is refused, with the evidence",
          told and "status" in told[0][2] and '"status":"stopping"' in told[0][5], f"{told} {bool(lied)}")
    refused = [row for row in receiver.events("ford") if row[2] == "refused"]
    check("it alone", len(refused) == 1, refused)
    wait_until(lambda: len([row for row in receiver.events("ford") if row[2] == "proven"]) >= 5, 10)
    wait_until(lambda: sum(map(len, receiver.lines())) >= 5, 10)
    handed = [line["state"] for lines in receiver.lines() for line in lines]
    check("and it is handed to nobody", handed and "refused" not in handed, handed)

    lost = []

    def lose(path, status, body):
        if path.startswith("/v1/events") and "after=" in path and not lost:
            epoch, sequence = path.split("after=")[1].split("&")[0].split(".")
            following = json.loads(body).get("next", f"{epoch}.0")
            if status == 200 and int(following.split(".")[1]) > int(sequence):
                lost.append((int(sequence) + 1, following))
                return 410, json.dumps({"error": "gone", "oldest": lost[0][1], "remedy": "note the gap"},
                                       separators=(",", ":")).encode()
        return status, body
    between.change = lose
    told = wait_until(lambda: receiver.notices("gap"), 20)
    check("events that are not kept any more are told as a gap, from the first to the last",
          told and lost and told[0][3].endswith(f".{lost[0][0]}") and told[0][4] == lost[0][1],
          f"{told} {lost}")
    split_view(demo, between, receiver)


def split_view(demo, between, receiver):
    """The same post with the same key tells another history: nothing of it is believed."""
    stop(demo.process)
    other = Demo("other-state")
    shutil.copytree(demo.state, other.state)
    demo.start()
    common = held(other.state)[-1][0]
    wait_until(lambda: [row for row in receiver.events("ford") if row[0] > common + 2 and row[2] == "proven"], 20)
    stop(demo.process)
    time.sleep(1)
    proven = {row[:2] for row in receiver.events("ford") if row[2] == "proven"}
    between.upstream = other.port
    other.start()
    told = wait_until(lambda: receiver.notices("set-back", "equivocation") or
                      [row for row in receiver.notices("refused") if "checkpoint" in row[2]], 20)
    check("a ledger that was set back to an earlier copy is told", told, receiver.notices())
    told = wait_until(lambda: receiver.notices("equivocation") or
                      [row for row in receiver.notices("refused") if "checkpoint" in row[2]], 40)
    check("its other history is refused, with both signed checkpoints as evidence",
          told and told[-1][5].count("/ledger/") >= 4, f"{told} {receiver.notices()}")
    now = {row[:2] for row in receiver.events("ford") if row[2] == "proven"}
    check("and no event of it is believed", now == proven, now - proven)


main(receive)
