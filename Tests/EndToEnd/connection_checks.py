"""Connections that say nothing, come in hundreds or never go: they end neither the post nor its endpoint, and
lock out neither partners nor the post's own clients."""

import re
import resource
import socket
import struct
import time

from certificates import ask, make_authority, make_certificate
from partners import PURPOSE, STATE, agree, identity, with_partners
from support import WORK, check, free_port, get, main, output, start, wait_until, write_site

FILES = 160
SILENT = 400
OF_PARTNER = 32
FEED = f"/v1/events?{PURPOSE}"


def begin():
    """A post that may open few files, and partners b and c."""
    make_authority("ca")
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
    for name in ("b", "c"):
        make_certificate(name, "ca", (f"subjectAltName=URI:urn:partner:{name}", "extendedKeyUsage=clientAuth"))
        agree(name, STATE)
    port, local = free_port(), free_port()
    site = write_site("site.yaml", port, WORK / "state", [with_partners(local)])
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, before[1]))
    post = start("vedetted", "--config", site)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2 * SILENT), before[1]))
    is_up = wait_until(lambda: get(local, "/v1/health")[0] in (200, 503), 20)
    check(f"a post that may open {FILES} files is up", is_up, output(post))
    return post, port, local


def refused(local):
    """Connections that were refused, by reason."""
    text = get(local, "/metrics")[1].decode()
    found = re.findall(r'^vedette_connections_refused_total\{reason="(\w+)"\} (\d+)', text, re.MULTILINE)
    return {reason: int(count) for reason, count in found}


def silent(port, count):
    """Connections that were made and send nothing."""
    made = []
    for _ in range(count):
        client = socket.socket()
        client.settimeout(5)
        client.connect(("127.0.0.1", port))
        made.append(client)
    return made


def is_over(client):
    """Whether the post has ended a connection."""
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def connections():
    post, port, local = begin()
    crowd = silent(port, SILENT)
    answers = [ask(port, FEED, "b") for _ in range(3)]
    check(f"while {SILENT} connections say nothing a partner is served",
          [status for _, status, _ in answers] == [200] * 3, f"{answers} {output(post)[-600:]}")
    check("and the post's own clients are", get(local, "/v1/health")[0] in (200, 503), output(post)[-600:])
    over = wait_until(lambda: sum(map(is_over, crowd)) >= SILENT - FILES // 2, 5)
    counts = refused(local)
    check("most of them were refused and counted", over and counts.get("arriving", 0) >= SILENT - FILES // 2,
          f"{counts} {output(post)[-600:]}")
    for client in crowd:
        client.close()
    own = silent(local, SILENT)
    answers = [ask(port, FEED, "b") for _ in range(3)]
    check("a crowd at the port of the post's own clients does nothing to partners",
          [status for _, status, _ in answers] == [200] * 3, f"{answers} {output(post)[-600:]}")
    for client in own:
        client.close()
    held = []
    for _ in range(OF_PARTNER + 4):
        plain = socket.create_connection(("127.0.0.1", port), timeout=5)
        held.append(identity("c").wrap_socket(plain, server_hostname="127.0.0.1"))
    over = wait_until(lambda: sum(map(is_over_tls, held)) == 4, 5)
    status = ask(port, FEED, "b")[1]
    check(f"a partner has {OF_PARTNER} connections at most, and another one is served meanwhile",
          over and status == 200 and refused(local).get("partner") == 4,
          f"{sum(map(is_over_tls, held))} {status} {refused(local)} {output(post)[-600:]}")
    for client in held:
        client.close()
    check("and once they are gone it is served again", wait_until(lambda: ask(port, FEED, "c")[1] == 200, 5))
    aborted_streams(port, local)
    told = [line for line in output(post).splitlines() if "connections" in line and "refused" in line]
    check(f"the log tells it once for each reason ({len(told)} lines)", 2 <= len(told) <= 4, told)
    check("the post runs on, and nothing of it was a fault of its own", post.poll() is None
          and "vedette_requests_failed_total 0" in get(local, "/metrics")[1].decode(), output(post)[-600:])


def abort(port, name, seconds):
    """Asks for a stream and is gone so soon after."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=5)
    channel = identity(name).wrap_socket(plain, server_hostname="127.0.0.1")
    channel.sendall(f"GET /v1/stream?{PURPOSE}&snapshot=24 HTTP/1.1\r\nHost: post\r\n\r\n".encode())
    time.sleep(seconds)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    channel.close()


def metric(local, name):
    return int(re.search(rf"^{name} (\d+)", get(local, "/metrics")[1].decode(), re.MULTILINE)[1])


def aborted_streams(port, local):
    # At some of these moments the post looks at who it is, and writes nothing yet.
    for step in range(120):
        abort(port, "b", step % 60 / 20_000)
    none = wait_until(lambda: metric(local, "vedette_streams_open") == 0, 5)
    opened = metric(local, "vedette_streams_opened_total")
    status = ask(port, f"/v1/stream?{PURPOSE}", "b", seconds=1)[1]
    check(f"streams whose client was gone before they began ({opened}) keep no place", none and status == 200,
          f"{metric(local, 'vedette_streams_open')} {status}")


def is_over_tls(client):
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except OSError as fault:
        return "want" not in str(fault).lower() and "did not complete" not in str(fault).lower()


main(connections)
