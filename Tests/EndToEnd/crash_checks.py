"""A post that is killed keeps every event that a client has seen; a slow client harms nobody."""

import json
import signal
import socket
import subprocess
import time

from sse_client import StreamClient, all_pages, data_bytes, is_contiguous
from support import (
    WORK, check, free_port, get, main, output, resident_kilobytes, run, start, wait_for_health)

STATE = WORK / "state"
UNREAD_BYTES_MAX = 48 * 1024 * 1024


def start_demo():
    port = free_port()
    post = start("vedette", "demo", "--seconds", 60, "--port", port, "--state", STATE)
    check("the demo answers", wait_for_health(port), output(post))
    return port, post


def ledger_lines():
    """The ledger's events as `vedette events list` prints them: sequence -> (id, data bytes)."""
    found = run("vedette", "events", "list", "--state", STATE, "--json")
    lines = {}
    for line in found.stdout.encode().splitlines():
        event = json.loads(line)
        data = line[len(b'{"data":'):line.rindex(b',"id":')]
        lines[int(event["sequence"])] = (event["id"], data)
    return found, lines


def crash():
    port, post = start_demo()
    client = StreamClient(port)
    client.wait_for(13, 15)
    post.send_signal(signal.SIGKILL)
    post.wait()
    client.join(5)
    seen = client.events
    check(f"a client saw at least 5 events before kill -9 ({len(seen)})", len(seen) >= 5)

    found, kept = ledger_lines()
    check("vedette events list reads the ledger of the killed post",
          found.returncode == 0 and kept, found.stderr)
    check("vedette events list has all seen events, byte for byte",
          all(kept.get(event.sequence) == event.key for event in seen))
    last = max(kept, default=0)

    port, post = start_demo()
    epoch = seen[0].epoch
    raw, events = all_pages(port, f"{epoch}.0")
    ids = {int(event["sequence"]): event["id"] for event in events}
    check("the restarted post's pages have all seen events, byte for byte",
          all(ids.get(event.sequence) == event.value["id"] and data_bytes(event.raw) in raw
              for event in seen))
    fresh = StreamClient(port, f"{epoch}.{last}")
    fresh.wait_for(3, 10)
    check("numbering goes on at the next sequence, in the same epoch",
          fresh.events and fresh.events[0].sequence == last + 1
          and fresh.events[0].epoch == epoch and is_contiguous(fresh.events),
          [event.cursor for event in fresh.events])
    slow_client(port, post, fresh, f"{epoch}.0")
    post.send_signal(signal.SIGTERM)
    try:
        code = post.wait(8)
    except subprocess.TimeoutExpired:
        code = "still running"
    check("SIGTERM ends the demo in order, with exit 0 and OK",
          code == 0 and "\nOK:" in output(post), f"exit {code}")


def fill(port, request):
    """A client that asks again and again and never reads; how many bytes of requests it sent."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.settimeout(0.5)
    sent = 0
    try:
        while sent < UNREAD_BYTES_MAX:
            sent += client.send(request)
    except TimeoutError:
        pass
    return client, sent


def slow_client(port, post, fast, after):
    """Clients that never read: of the stream, and of pages by the thousand."""
    before = resident_kilobytes(post)
    stream = b"GET /v1/stream HTTP/1.1\r\nHost: post\r\n\r\n"
    silent = socket.create_connection(("127.0.0.1", port))
    silent.sendall(stream)
    page = f"GET /v1/events?after={after} HTTP/1.1\r\nHost: post\r\n\r\n".encode() * 100
    greedy, sent = fill(port, page)
    began = time.monotonic()
    status, _ = get(port, "/v1/health")
    millis = (time.monotonic() - began) * 1000
    count = len(fast.events)
    goes_on = fast.wait_for(count + 2, 15)
    grown = resident_kilobytes(post) - before
    check(f"beside clients that never read, health answers in {millis:.1f} ms (at most 500)",
          status == 200 and millis < 500, status)
    check("beside clients that never read, another's stream goes on without a gap",
          goes_on and is_contiguous(fast.events), len(fast.events))
    check(f"a client that never reads is made to wait, after {sent} bytes of requests",
          sent < UNREAD_BYTES_MAX)
    check(f"{sent} bytes of unread requests cost {grown} KiB of memory (at most 32768)",
          grown <= 32768)
    silent.close()
    greedy.close()


main(crash)
