"""Another signing key: a new epoch that cites the old one, for the post, its verifiers and its centers.

And what else is done to a ledger by people: legal hold, and a signed report that openssl checks too.
"""

import base64
import html.parser
import json
import os
import shutil
import signal
import sqlite3
import subprocess

import rfc8785

from support import (
    WORK, check, free_port, get, main, output, run, start, wait_for_health, wait_until, write_site)

STATE = WORK / "state"
STORE = WORK / "center.sqlite"


class Post:
    """The daemon on loopback, whose own clients get everything."""

    def __init__(self):
        self.port = free_port()
        self.site = write_site("site.yaml", self.port, STATE)
        self.told = 0

    def start(self, credentials=None):
        environment = dict(os.environ)
        if credentials:
            environment["CREDENTIALS_DIRECTORY"] = str(credentials)
        self.process = start("vedetted", "--config", self.site, environment=environment)
        return wait_for_health(self.port)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def reload(self):
        """Has the site file read anew, which says something else now: that is an event."""
        with open(self.site, "a") as file:
            file.write("# looked at again\n")
        self.process.send_signal(signal.SIGHUP)

    def cursor(self):
        return json.loads(get(self.port, "/v1/events?limit=500")[1])["next"]

    def settle(self):
        """Two more events, and a checkpoint over all; the cursor after them."""
        for _ in range(2):
            before = self.cursor()
            self.reload()
            wait_until(lambda: self.cursor() != before, 5)
        size = int(self.cursor().split(".")[1])
        wait_until(lambda: signed(self.port) >= size, 10)
        return self.cursor()


def signed(port):
    status, body = get(port, "/v1/checkpoint")
    return int(body.decode().splitlines()[1]) if status == 200 else 0


def ask(sql, *values):
    try:
        with sqlite3.connect(f"file:{STORE}?mode=ro", uri=True, timeout=5) as store:
            return store.execute(sql, values).fetchall()
    except sqlite3.OperationalError:
        return []


def proven(cursor):
    """Whether the center has everything up to a cursor, proven."""
    epoch, sequence = cursor.split(".")
    found = ask("SELECT sequence, state FROM event WHERE epoch = ? AND sequence <= ? ORDER BY sequence",
                epoch, int(sequence))
    return found and [number for number, _ in found] == list(range(found[0][0], int(sequence) + 1)) \
        and {state for _, state in found} == {"proven"}


def notices():
    """What was noticed, but for the post's last word before it stopped, which the center may have missed."""
    return [kind for kind, first, last in ask("SELECT kind, first, last FROM notice ORDER BY number")
            if kind != "gap" or first != last]


def seed(path):
    path.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    return path


def verify(*more):
    return run("vedette", "verify", "--state", STATE, *more)


def epochs():
    post = Post()
    check("the post answers", post.start(), output(post.process))
    before = post.settle()
    shutil.copy(STATE / "ledger.pub", WORK / "post.pub")
    name = (WORK / "post.pub").read_text().split("/")[0]
    (WORK / "center.yaml").write_text(
        f"version: 1\nstore: {STORE}\nsources:\n  - name: post\n    url: http://127.0.0.1:{post.port}\n"
        f"    post: {name}\n    key: {WORK / 'post.pub'}\n")
    center = start("vedette", "receive", "--config", WORK / "center.yaml")
    check("a center follows it, and has all proven", wait_until(lambda: proven(before), 20),
          f"{before} {ask('SELECT * FROM feed')} {output(center)[-400:]}")
    found = run("vedette", "ledger", "rotate", "--state", STATE)
    check("the key of a post at work is not changed", found.returncode == 74 and "writes this ledger" in found.stderr,
          found.stderr)
    post.stop()
    rotate(post, before)
    check("the center goes over to the new epoch, which is proven, and misses nothing",
          wait_until(lambda: proven(post.settle()), 30) and notices() == ["renewed"],
          f"{notices()} {ask('SELECT * FROM feed')} {output(center)[-600:]}")
    credential(post, center)
    unasked(post)
    chain()
    hold(post)
    report()
    before_the_change(post)
    center.send_signal(signal.SIGTERM)


def rotate(post, before):
    """By the command: the old key names the new one."""
    old = (STATE / "ledger.key").read_text()
    found = run("vedette", "ledger", "rotate", "--state", STATE, "--json")
    told = json.loads(found.stdout) if found.returncode == 0 else {"logs": []}
    check("the key of a stopped post is changed, and the old key names the new one",
          [log["endorsed"] for log in told["logs"]] == [True]
          and (STATE / "ledger.pub").read_text().strip() == told["logs"][0]["key"]
          and (STATE / "ledger.key").read_text() != old, found.stdout + found.stderr)
    check("the post goes on with it", post.start(), output(post.process))
    status, body = get(post.port, f"/v1/events?after={before}")
    answer = json.loads(body)
    check("a cursor of the old epoch is answered 409, with how to go on",
          status == 409 and "/v1/succession?epoch=" + before.split(".")[0] in answer["remedy"]
          and answer["oldest"].split(".")[0] != before.split(".")[0], body)
    status, body = get(post.port, f"/v1/succession?epoch={before.split('.')[0]}&from=1")
    way = json.loads(body)
    check("which gives the proof that this ledger follows that one",
          status == 200 and sorted(way) == ["consistency", "handover", "successor"] and way["handover"], body)
    status, _ = get(post.port, "/v1/succession?epoch=0123456789abcdef&from=0")
    check("and 404 for a ledger that nobody knows", status == 404, status)


def credential(post, center):
    """By another credential of the unit: first with the old key at hand, then without."""
    post.settle()
    post.stop()
    folder = WORK / "credentials"
    folder.mkdir()
    seed(folder / "ledger.key")
    post.start(folder)
    check("another credential is another epoch, told aloud", "the signing key has changed" in output(post.process)
          and "must be told" not in output(post.process), output(post.process)[-600:])
    check("the center goes over again", wait_until(lambda: proven(post.settle()), 30)
          and notices() == ["renewed"] * 2, f"{notices()} {output(center)[-600:]}")
    last = post.cursor()
    post.stop()
    shutil.copy(folder / "ledger.key", WORK / "before.key")
    seed(folder / "ledger.key")
    post.start(folder)
    check("without the old key it is said that partners must be told", "must be told" in output(post.process),
          output(post.process)[-600:])
    post.settle()
    check("the center tells a break, and takes nothing of it",
          wait_until(lambda: notices()[-1:] == ["replaced"], 30)
          and not ask("SELECT 1 FROM event WHERE epoch = ?", post.cursor().split(".")[0]), notices())
    place = ask("SELECT cursor FROM feed")[0][0]
    check("its place is in the epoch before", place.split(".")[0] == last.split(".")[0], f"{place} {last}")
    shutil.copy(STATE / "ledger.pub", WORK / "post.pub")
    check("once it has the new key it goes over by the citation", wait_until(lambda: proven(post.settle()), 60)
          and notices()[-1] == "renewed", f"{notices()} {output(center)[-600:]}")
    post.stop()


def unasked(post):
    """A key file that is not the ledger's is no order to change the key."""
    key = (STATE / "ledger.pub").read_text()
    before = sorted(path.name for path in STATE.glob("ledger-*"))
    post.start()
    said = wait_until(lambda: "another key" in get(post.port, "/v1/health")[1].decode(), 10)
    check("a post whose key file is another one stores, does not sign, and says so", said,
          get(post.port, "/v1/health"))
    last = post.cursor()
    post.reload()
    check("its events are stored and served", wait_until(lambda: post.cursor() != last, 15), post.cursor())
    check("no epoch is begun, and the public key beside it stays",
          sorted(path.name for path in STATE.glob("ledger-*")) == before
          and (STATE / "ledger.pub").read_text() == key, before)
    post.stop()
    post.start(WORK / "credentials")
    post.settle()
    post.stop()


def chain():
    """The verifier follows all epochs."""
    found = verify("--json")
    told = json.loads(found.stdout)
    check("all four epochs verify, each against what the next one cites",
          found.returncode == 0 and told["ok"] and [one["ok"] for one in told["earlier"]] == [True] * 3,
          found.stdout + found.stderr)
    check("for people too", verify().stdout.count(": sound") == 4, verify().stdout)
    oldest = told["earlier"][-1]["origin"].split("/")[-1]
    for name in ("00000000000000000001.vlog", "checkpoint", "tree-00"):
        path = STATE / f"ledger-{oldest}" / name
        whole = path.read_bytes()
        place = 200 if name.endswith("vlog") else 40
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        found = verify()
        check(f"a changed byte of the oldest epoch's {name} is found", found.returncode == 1, found.stdout)
        path.write_bytes(whole)
    for log, name in (("ledger", "manifest"), ("ledger", "checkpoint"), ("releases", "manifest")):
        path = STATE / log / name
        if not path.exists():  # a post without partners has no release log
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[:3] + bytes([whole[3] ^ 1]) + whole[4:])
        found = verify("--log", log)
        check(f"a changed byte of the newest {log}'s {name} is a finding",
              found.returncode == 1 and name in found.stdout, f"{found.returncode} {found.stdout}{found.stderr}")
        path.write_bytes(whole)
    found = run("vedette", "verify", "--state", WORK / "nowhere", "--key", STATE / "ledger.pub")
    check("where there is no ledger the status is that of missing input", found.returncode == 66, found.stderr)
    away = STATE / f"ledger-{oldest}"
    away.rename(WORK / "away")
    check("an epoch that is missing is told", verify().returncode == 1, verify().stdout)
    (WORK / "away").rename(away)
    check("put back, all is well", verify().returncode == 0)


def hold(post):
    """An event under legal hold, and the end of it."""
    found = run("vedette", "ledger", "hold", 2, "--state", STATE, "--owner", "Judge Roy", "--until", "2099-12-31")
    listed = run("vedette", "ledger", "holds", "--state", STATE, "--json")
    check("an event is held for somebody until a day",
          found.returncode == 0 and json.loads(listed.stdout)["owner"] == "Judge Roy", found.stderr + listed.stdout)
    post.start(WORK / "credentials")
    check("the daemon leaves it alone", run("vedette", "ledger", "holds", "--state", STATE).stdout != "")
    post.stop()
    run("vedette", "ledger", "hold", 2, "--state", STATE, "--owner", "Judge Roy", "--until", "2020-01-01")
    post.start(WORK / "credentials")
    gone = wait_until(lambda: run("vedette", "ledger", "holds", "--state", STATE).stdout == "", 10)
    post.settle()
    events = run("vedette", "events", "list", "--state", STATE, "--json").stdout
    check("once its last day is over the copy is erased, said aloud, and on record",
          gone and "the legal hold of Judge Roy ended on 2020-01-01" in output(post.process)
          and '"rule":"the legal hold of Judge Roy ended on 2020-01-01"' in events, output(post.process)[-400:])
    post.stop()
    check("with that the ledger verifies", verify().returncode == 0, verify().stdout)


class Report(html.parser.HTMLParser):
    """Takes the JSON out of the page."""

    def __init__(self, text):
        super().__init__()
        self.inside, self.text = False, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = self.inside or dict(attributes).get("id") == "report"

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "pre"

    def handle_data(self, data):
        if self.inside:
            self.text += data


def report():
    """A report on an event, checked by the product and by openssl."""
    found = run("vedette", "incident", 2, "--state", STATE, "--key", WORK / "credentials" / "ledger.key",
                "--fields", "status,time", "--author", "Lt. Ström, case 7", "--remarks", 'a "b" <c> & d',
                "-o", WORK / "incident")
    check("a report is written as a page and as JSON", found.returncode == 0, found.stderr)
    text = (WORK / "incident.json").read_text()
    for name in ("incident.json", "incident.html"):
        found = verify("--report", WORK / name, "--json")
        told = json.loads(found.stdout or "{}")
        check(f"{name} verifies offline, with the fields that were chosen and no others",
              found.returncode == 0 and sorted(told["fields"]) == ["status", "time"], found.stdout + found.stderr)
        whole = (WORK / name).read_bytes()
        place = whole.index(b"case 7")
        (WORK / "changed").write_bytes(whole[:place] + b"case 8" + whole[place + 6:])
        found = verify("--report", WORK / "changed")
        check(f"{name} with another case number does not", found.returncode in (1, 65), found.stdout)
    check("the page holds the JSON", Report((WORK / "incident.html").read_text()).text + "\n" == text)
    value = json.loads(text)
    signature = base64.b64decode(value.pop("signature").split(" ")[2])[4:]
    key = base64.b64decode(value["key"].split("+", 2)[2])[1:]
    (WORK / "body").write_bytes(rfc8785.dumps(value) + b"\n")
    (WORK / "signature").write_bytes(signature)
    (WORK / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
    found = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key.der",
         "-sigfile", "signature", "-in", "body"], cwd=WORK, capture_output=True, text=True, check=False)
    check("openssl accepts the signature over the canonical JSON", found.returncode == 0, found.stdout + found.stderr)
    (WORK / "body").write_bytes(rfc8785.dumps(value | {"author": "x"}) + b"\n")
    found = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key.der",
         "-sigfile", "signature", "-in", "body"], cwd=WORK, capture_output=True, text=True, check=False)
    check("and refuses it over another author", found.returncode != 0, found.stdout)


def before_the_change(post):
    """What the tools have of an event of before the key was changed."""
    told = json.loads(verify("--json").stdout)
    origin = told["earlier"][0]["origin"]
    place = f"{origin.split('/')[-1]}.2"
    key = STATE / f"ledger-{origin.split('/')[-1]}" / "key.pub"
    found = run("vedette", "proof", place, "--state", STATE, "-o", WORK / "bundle.json")
    sound = verify("--release", WORK / "bundle.json", "--key", key)
    check("an event of an earlier epoch is proven, with that epoch's key",
          found.returncode == 0 and sound.returncode == 0 and origin in sound.stdout, found.stderr + sound.stdout)
    name = json.loads(json.loads((WORK / "bundle.json").read_text())["record"])["id"]
    (WORK / "bundle.json").unlink()
    found = run("vedette", "proof", name, "--state", STATE, "-o", WORK / "bundle.json")
    check("by its id, too", found.returncode == 0 and (WORK / "bundle.json").exists(), found.stderr)
    held = run("vedette", "ledger", "hold", place, "--state", STATE, "--owner", "X", "--until", "2099-12-31")
    listed = json.loads(run("vedette", "ledger", "holds", "--state", STATE, "--json").stdout or "{}")
    check("it can be held", held.returncode == 0 and listed.get("cursor") == place, f"{held.stderr} {listed}")
    found = run("vedette", "incident", place, "--state", STATE, "--key", WORK / "credentials" / "ledger.key",
                "-o", WORK / "old")
    check("no report on it is signed with the new key",
          found.returncode == 65 and origin in found.stderr and not (WORK / "old.json").exists(), found.stderr)
    found = run("vedette", "incident", place, "--state", STATE, "--key", WORK / "before.key", "-o", WORK / "old")
    sound = verify("--report", WORK / "old.html", "--key", key)
    check("but with the old one, and it verifies", found.returncode == 0 and sound.returncode == 0,
          found.stderr + sound.stdout + sound.stderr)


main(epochs)
