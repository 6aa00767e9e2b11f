"""Docs/Centers.md run as it stands: the trial's certificates, curl, thirty lines of Python, the receiver."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys

from certificates import digest
from partners import agree, rule
from support import REPOSITORY, WORK, check, free_port, main, output, run, start, wait_until, write_site

PAGE = REPOSITORY / "Docs/Centers.md"


def blocks(language):
    """The page's blocks of a language, in order."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE.read_text())


def shell(script, seconds=30):
    return subprocess.run(["bash", "-c", script], cwd=WORK, capture_output=True, text=True,
                          timeout=seconds, check=False)


def centers():
    certificates, curl = blocks("sh")
    made = shell(certificates)
    issuer = made.stdout.strip().splitlines()[-1] if made.stdout.strip() else ""
    check("the page's script makes a trial's certificates and says the authority's digest",
          made.returncode == 0 and issuer == digest("ca"), made.stdout + made.stderr)
    agree("b", rule("post-status", "time, status"))
    port = free_port()
    section = "".join(f"\n    {key}: {WORK / file}" for key, file in
                      (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
    post = start("vedetted", "--config", write_site(
        "site.yaml", port, WORK / "state", [("listen: 127.0.0.1", f"listen: 127.0.0.1\n  tls:{section}")]))
    setup, *lines = curl.strip().splitlines()
    setup = setup.replace(":8420", f":{port}")
    wait_until(lambda: first_given(setup) or post.poll() is not None, 15)
    shutil.copy(WORK / "state" / "ledger.pub", WORK / "ledger.pub")
    curls(setup, [line for line in lines if line.startswith("$post")], post)
    thirty_lines(port)
    receiver(port)


def first_given(setup):
    """The first event that the agreement gives, once it is signed; which one it is hangs on the sensors."""
    page = shell(f"{setup}\n$post'/v1/events?purpose=border-surveillance&limit=1'").stdout
    events = json.loads(page)["events"] if page.startswith("{") and '"events"' in page else []
    if not events:
        return None
    sequence = events[0]["sequence"]
    proof = shell(f"{setup}\n$post'/v1/proof?purpose=border-surveillance&sequence={sequence}'").stdout
    return sequence if proof.startswith('{"disclosures"') else None


def curls(setup, lines, post):
    cursor = "none"
    given = first_given(setup)
    for line in lines:
        name = re.search(r"/v1/\w+", line)[0]
        # The stream has no end, and a wait may take its time: two seconds show that they work.
        seconds = 2 if name == "/v1/stream" or "wait=" in line else 20
        line = line.replace("CURSOR", cursor).replace("sequence=1'", f"sequence={given}'")
        found = shell(f"{setup.replace('curl', f'curl -m {seconds}')}\n{line}")
        text = found.stdout
        if name == "/v1/events" and text:
            page = json.loads(text)
            cursor = page["next"]
            is_right = "wait=" in line or page["events"]
        else:
            is_right = {"/v1/health": '"status":' in text, "/v1/snapshot": '"events":[{' in text and '"next":' in text,
                        "/v1/stream": text.startswith("retry:"),
                        "/v1/proof": (WORK / "bundle.json").exists(), "/v1/checkpoint": "/ledger/" in text,
                        "/v1/acknowledgements": found.returncode == 0 and not text,
                        "/v1/events": found.returncode == 28}[name]
        check(f"curl as on the page: {name}", is_right, f"{line}: {found} {output(post)[-300:]}")
    found = run("vedette", "verify", "--release", "bundle.json", "--key", "ledger.pub")
    check("the proof that curl got verifies", found.returncode == 0, found.stdout + found.stderr)


def thirty_lines(port):
    program = blocks("python")[0]
    check("the Python program has about thirty lines", len(program.splitlines()) <= 40)
    (WORK / "follow.py").write_text(program)

    def rows():
        try:
            with sqlite3.connect(WORK / "events.sqlite") as store:
                return store.execute("SELECT id FROM event").fetchall()
        except sqlite3.OperationalError:
            return []

    for turn in ("", " again, without repeating any"):
        before = len(rows())
        follower = subprocess.Popen([sys.executable, "follow.py", f"127.0.0.1:{port}"], cwd=WORK,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until(lambda: rows() if not before else follower.poll() is not None, 5 if not before else 1.5)
        follower.terminate()
        text, _ = follower.communicate()
        check(f"the Python program follows the feed{turn}",
              len(text.splitlines()) == len(rows()) - before and "fault" not in text and rows(), text)


def receiver(port):
    file = next(block for block in blocks("yaml") if "\nsources:" in block)
    text = file.replace(":8420", f":{port}").replace(":8430", f":{free_port()}")
    (WORK / "receive.yaml").write_text(text)
    center = start("vedette", "receive", "--config", "receive.yaml", "--json")
    came = wait_until(lambda: '"state":"proven"' in output(center), 15)
    check("vedette receive with the page's file proves events", came, output(center))


main(centers)
