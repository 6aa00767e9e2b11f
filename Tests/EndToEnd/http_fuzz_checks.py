"""Broken, cut, mixed-up and enormous requests: the post answers or closes, and stays well.

VEDETTE_FUZZ_SECONDS tells for how long (5 where it is not set), VEDETTE_FUZZ_SEED where to begin.
"""

import os
import random
import re
import socket
import time

from support import (
    WORK, check, free_port, get, main, output, resident_kilobytes, start, wait_for_health,
    wait_until, write_site)

SECONDS = float(os.environ.get("VEDETTE_FUZZ_SECONDS", "5"))
SEED = int(os.environ.get("VEDETTE_FUZZ_SEED", "20261128"))
GROWTH_KILOBYTES_MAX = 65_536
METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PRI", "get", "G\0T", "")
PATHS = ("/v1/events", "/v1/stream", "/v1/checkpoint", "/v1/cosignatures", "/v1/proof", "/v1/proofs",
         "/v1/acknowledgements", "/v1/health", "/metrics", "/", "*", "//v1/events", "/v1/../metrics")
NAMES = ("after", "limit", "wait", "sequence", "sequences", "from", "cursor", "purpose", "exercise",
         "cosigned", "x", "")
VALUES = ("0", "1", "-1", "18446744073709551615", "18446744073709551616", "9" * 40, "nonsense", "", "%",
          "%00", "%ff%fe", "1,2,3", ",", "1,,2", ",".join(map(str, range(101))), "0000000000000000.0",
          "ffffffffffffffff.18446744073709551615", "0.0", "true", "\u00e9", "+", "a=b", "\t")
HEADERS = ("Host: x", "Host:", "Connection: close", "Connection: upgrade", "Upgrade: h2c",
           "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999",
           "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked",
           "Transfer-Encoding: chunked, chunked", "Expect: 100-continue", "Last-Event-ID: 1",
           "Last-Event-ID: ffffffffffffffff.1", ": empty", "no colon", "X: " + "y" * 9_000, "X\0Y: z")
BODIES = (b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"-1\r\n\r\n", b"\0" * 300,
          "north-ford/ledger/0000000000000000\n1\nAAAA\n\n\u2014 a BBBB\n".encode())


def request(chance, epoch):
    """One request, more or less broken."""
    query = "&".join(
        f"{chance.choice(NAMES)}={chance.choice(VALUES + (f'{epoch}.0', f'{epoch}.1', f'{epoch}.99'))}"
        for _ in range(chance.choice((0, 1, 1, 2, 3, 40))))
    target = chance.choice(PATHS) + ("?" + query if query else "")
    if chance.random() < 0.02:
        target += "&x=" + "7" * chance.choice((5_000, 9_000, 90_000))
    lines = [f"{chance.choice(METHODS[:2] * 6 + METHODS)} {target} HTTP/{chance.choice(('1.1',) * 8 + ('1.0', '2.0', '9'))}",
             *chance.sample(HEADERS, chance.choice((0, 1, 1, 2, 4)))]
    raw = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + chance.choice(BODIES)
    for _ in range(chance.choice((0, 0, 0, 1, 4))):
        place = chance.randrange(len(raw))
        raw = raw[:place] + bytes([chance.randrange(256)]) + raw[place + chance.choice((0, 1)):]
    return raw[:chance.randrange(len(raw))] if chance.random() < 0.1 else raw


def send(port, chance, epoch):
    """Sends one to three requests in pieces; the statuses of the answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.settimeout(0.02)
        raw = b"".join(request(chance, epoch) for _ in range(chance.choice((1, 1, 2, 3))))
        answer = b""
        try:
            while raw:
                size = chance.choice((1, 7, 1_000, len(raw), len(raw)))
                client.sendall(raw[:size])
                raw = raw[size:]
            answer = client.recv(65_536)
        except OSError:
            pass
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def fuzz():
    port = free_port()
    post = start("vedetted", "--config", write_site("site.yaml", port, WORK / "state"))
    if not check("the post answers", wait_for_health(port), output(post)):
        return
    # The first page is the same from now on.
    wait_until(lambda: b'"caught_up":false' in get(port, "/v1/events?limit=1")[1], 10)
    page = get(port, "/v1/events?limit=1")[1].decode()
    epoch = re.search(r'"next":"([0-9a-f]+)\.', page)[1]
    chance, count, statuses = random.Random(SEED), 0, {}
    end, memory = time.monotonic() + SECONDS, 0
    while time.monotonic() < end and post.poll() is None:
        for status in send(port, chance, epoch):
            statuses[status] = statuses.get(status, 0) + 1
        count += 1
        if count == 200:
            memory = resident_kilobytes(post)
    check(f"the post outlives {count} broken requests", post.poll() is None, output(post)[-500:])
    check("answers of all kinds came", {200, 400, 404} <= set(statuses), statuses)
    check("none of them a fault of the post's", not [one for one in statuses if one >= 500 and one != 503]
          and "vedette_requests_failed_total 0" in get(port, "/metrics")[1].decode(),
          f"{statuses} {get(port, '/metrics')[0]} {re.findall('.*requests_failed.*', get(port, '/metrics')[1].decode())}")
    check("its memory stays", resident_kilobytes(post) - memory < GROWTH_KILOBYTES_MAX,
          f"{memory} {resident_kilobytes(post)}")
    check("and it serves as before", get(port, "/v1/events?limit=1")[1].decode() == page, f"{page[:80]} {get(port, '/v1/events?limit=1')}")


main(fuzz)
