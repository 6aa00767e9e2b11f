"""Mutual TLS: a center with a certificate is served, anybody else is refused."""

import json

from certificates import ask, make_authority, make_certificate
from support import WORK, check, free_port, main, output, start, wait_until, write_site


def tls():
    for authority in ("ca", "foreign-ca"):
        make_authority(authority)
    make_certificate("post", "ca", ("subjectAltName=IP:127.0.0.1", "extendedKeyUsage=serverAuth"))
    make_certificate("center", "ca", ("extendedKeyUsage=clientAuth",))
    make_certificate("stranger", "foreign-ca", ("extendedKeyUsage=clientAuth",))
    port = free_port()
    section = "".join(
        f"\n    {key}: {WORK / file}" for key, file in
        (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
    site = write_site("site.yaml", port, WORK / "state",
                      [("listen: 127.0.0.1", f"listen: 127.0.0.1\n  tls:{section}")])
    post = start("vedetted", "--config", site)
    health = "/v1/health"
    wait_until(lambda: post.poll() is not None or ask(port, health, "center")[0] == 0, 10)
    code, _, body = ask(port, health, "center")
    check("a center with its certificate gets the health over TLS",
          code == 0 and json.loads(body)["post"] == "north-ford", body + output(post))
    check("and of it only whether the post is well", set(json.loads(body)) == {"post", "status"}, body)
    for path in ("/v1/stream?purpose=x", "/v1/events?purpose=x", "/metrics",
                 "/v1/proof?sequence=1&purpose=x"):
        _, status, body = ask(port, path, "center")
        check(f"a center without an agreement is refused {path}", status == 403, body)
    for name, words in ((None, "without a certificate"), ("stranger", "of a foreign authority")):
        code, _, body = ask(port, health, name)
        check(f"a client {words} is refused (curl exit {code})", code != 0 and not body, body)
    code, _, body = ask(port, health, scheme="http")
    check("a client without TLS is refused", code != 0 and "north-ford" not in body, body)


main(tls)
