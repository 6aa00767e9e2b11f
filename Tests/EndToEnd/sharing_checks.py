"""Agreements: what partners get over TLS, what they do not, and what is on record of it."""

import json
import signal
import time

from certificates import ask, make_authority, make_certificate, serial
from partners import agree, rule
from support import WORK, check, free_port, main, output, run, start, wait_until, write_site

RULES = (rule("post-status", "time_hour, status", purpose="border-surveillance"),
         rule("sensor-health", "state", delay=86400, purpose="maintenance"))
CLIENT = "extendedKeyUsage=clientAuth"


def agreement(name, **more):
    agree(name, *RULES, tlp="AMBER+STRICT", purposes="border-surveillance, maintenance", **more)


def make_partners():
    for authority in ("ca", "second-ca"):
        make_authority(authority)
    (WORK / "cas.pem").write_text((WORK / "ca.pem").read_text() + (WORK / "second-ca.pem").read_text())
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
    named = "subjectAltName=URI:urn:partner:{}"
    make_certificate("b", "ca", (named.format("b"), CLIENT))
    make_certificate("stranger", "ca", (named.format("nobody"), CLIENT))
    make_certificate("nameless", "ca", (CLIENT,))
    make_certificate("two-names", "ca", (named.format("b") + ",URI:urn:partner:c", CLIENT))
    make_certificate("other-authority", "second-ca", (named.format("b"), CLIENT))
    make_certificate("past", "ca", (named.format("past"), CLIENT))


def events_of(stream):
    """The events of what an SSE client got: name, cursor, data."""
    events = []
    for block in stream.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        # A checkpoint has no place in the feed.
        if "id" in lines and "event" in lines:
            events.append((lines["event"], lines["id"], json.loads(lines["data"])))
    return events


def sharing():
    make_partners()
    agreement("b")
    agreement("past", since=2019, until="2020-01-01T00:00:00Z")
    port = free_port()
    section = "".join(
        f"\n    {key}: {WORK / file}" for key, file in
        (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "cas.pem")))
    site = write_site("site.yaml", port, WORK / "state",
                      [("listen: 127.0.0.1", f"listen: 127.0.0.1\n  tls:{section}")])
    post = start("vedetted", "--config", site)
    feed = "/v1/events?limit=500&purpose=border-surveillance"
    wait_until(lambda: post.poll() is not None or (
        ask(port, feed, "b")[1] == 200 and '"status":"started"' in ask(port, feed, "b")[2]), 15)
    code, status, body = ask(port, feed, "b")
    page = json.loads(body) if status == 200 else {"events": []}
    check("a partner with an agreement is served", status == 200 and page["events"],
          f"{code} {status} {body}\n{output(post)}")
    kinds = {event["type"] for event in page["events"]}
    check("it gets the kind of event that a rule releases and no other",
          kinds == {"org.vedette.post-status.v1"}, kinds)
    names = {name for event in page["events"] for name in event["data"]["properties"]}
    check("with the listed fields and what goes with every release",
          names == {"event_id", "exercise", "post", "version", "time_hour", "status"}, names)
    check("labelled with agreement, handling and the days until it is to be erased",
          all(event["agreement"] == "urn:agreement:a-b" and event["retentiondays"] == 9
              and event["handling"] == "TLP:AMBER+STRICT onward:none"
              and event["time"].endswith(":00:00Z") for event in page["events"]), page)
    _, _, stream = ask(port, feed.replace("events", "stream"), "b", seconds=2)
    got = events_of(stream)
    check("the stream gives the same, and bookmarks over what is withheld",
          [data for name, _, data in got if name != "bookmark"] == page["events"]
          # Where nothing was withheld after the last released event, no bookmark is needed.
          and int(got[-1][1].split(".")[1]) >= int(page["next"].split(".")[1]), stream)
    check("not a byte of what no rule lists", "sensor" not in stream and "software" not in stream, stream)
    held = json.loads(ask(port, feed.replace("border-surveillance", "maintenance"), "b")[2])
    check("a delay holds the feed at the event, and nothing says that there is one",
          not held["events"] and held["caught_up"], held)
    begin = time.monotonic()
    later = feed.replace("border-surveillance", f"maintenance&wait=2&after={held['next']}")
    held = json.loads(ask(port, later, "b")[2])
    check("and the request for as long as it may wait",
          not held["events"] and 1.9 < time.monotonic() - begin < 4, held)
    for name, path, words in (
            ("b", "/v1/events", "that states no purpose"),
            ("b", feed.replace("border-", ""), "with a purpose that was not agreed"),
            ("b", feed + "&exercise=true", "that asks for exercises which are not covered"),
            ("stranger", feed, "without an agreement"), ("nameless", feed, "without a name"),
            ("two-names", feed, "with two names"), ("past", feed, "whose agreement has ended"),
            ("other-authority", feed, "of an authority that the agreement does not name")):
        _, status, body = ask(port, path, name)
        check(f"a client {words} is refused", status == 403 and "remedy" in body, f"{status} {body}")
    proofs(port, page)
    reload(port, post, feed)
    post.send_signal(signal.SIGTERM)
    post.wait(10)
    record(page)


def proofs(port, page):
    """The proof of a released event opens the released fields and no others."""
    first = page["events"][0]["sequence"]
    path = f"/v1/proof?purpose=border-surveillance&sequence={first}"
    wait_until(lambda: ask(port, path, "b")[1] == 200, 10)
    _, status, body = ask(port, path, "b")
    (WORK / "bundle.json").write_text(body)
    found = run("vedette", "verify", "--release", "bundle.json", "--state", "state", "--json")
    check("a partner gets the proof of its event, which verifies offline with the released fields",
          found.returncode == 0 and set(json.loads(found.stdout)["fields"]) == {"time_hour", "status"},
          f"{status} {body} {found.stdout} {found.stderr}")
    check("its proof discloses nothing else", len(json.loads(body)["disclosures"]) == 2, body)
    _, status, later = ask(port, path.replace(f"={first}", "=4000000"), "b")
    check("an event that is not there yet has no proof: 404, with what to do",
          status == 404 and "remedy" in later, f"{status} {later}")
    many = ",".join([str(first)] * 400)
    _, status, batch = ask(port, f"/v1/proofs?purpose=border-surveillance&from=0&sequences={many}", "b")
    check("an event that is asked for 400 times at once is proven once",
          status == 200 and len(json.loads(batch)["bundles"]) == 1, f"{status} {batch[:300]}")
    bad = body.replace('"record":"{', '"record":"{ ')
    (WORK / "bad.json").write_text(bad)
    found = run("vedette", "verify", "--release", "bad.json", "--state", "state")
    check("a changed bundle is refused", found.returncode in (1, 65), found.stdout)


def reload(port, post, feed):
    """A certificate that is denied gets nothing from the reload on, also on an open stream."""
    agreement("b", deny=serial("b"))
    post.send_signal(signal.SIGHUP)
    check("a certificate is denied after a reload",
          wait_until(lambda: ask(port, feed, "b")[1] == 403, 10), ask(port, feed, "b"))
    (WORK / "agreements" / "b.yaml").write_text("agreement: [")
    post.send_signal(signal.SIGHUP)
    wait_until(lambda: "agreements/b.yaml" in output(post), 10)
    check("a file with a mistake leaves the denial in force", ask(port, feed, "b")[1] == 403)


def record(page):
    """The release log and the ledger, after the end."""
    found = run("vedette", "audit", "--state", "state", "--json")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    released = {line["event"] for line in lines if line["outcome"] == "released"}
    check("every release is on record with its fields and the agreement's digest",
          {event["id"] for event in page["events"]} <= released
          and all(line["fields"] == ["status", "time_hour"] and len(line["agreement_sha256"]) == 64
                  for line in lines if line["outcome"] == "released"), found.stdout + found.stderr)
    outcomes = {line["outcome"] for line in lines}
    check("refusals, delays and agreements too",
          {"refused", "delayed", "agreement"} <= outcomes, outcomes)
    found = run("vedette", "verify", "--state", "state")
    check("the ledger verifies against its key", found.returncode == 0 and "sound" in found.stdout,
          found.stdout + found.stderr)
    segment = sorted((WORK / "state" / "ledger").glob("*.vlog"))[0]
    whole = segment.read_bytes()
    place = whole.index(b'"status":"started"')
    tree = WORK / "state" / "ledger" / "tree-00"
    leaves = tree.read_bytes()
    for path, bytes_, at in ((segment, whole, place), (tree, leaves, 5)):
        path.write_bytes(bytes_[:at] + bytes([bytes_[at] ^ 1]) + bytes_[at + 1:])
        found = run("vedette", "verify", "--state", "state")
        check(f"a changed byte of {path.name} is found", found.returncode == 1, found.stdout)
        path.write_bytes(bytes_)


main(sharing)
