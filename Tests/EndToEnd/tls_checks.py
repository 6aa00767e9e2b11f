"""Mutual TLS: a center with a certificate is served, anybody else is refused."""

import json
import subprocess

from support import WORK, check, free_port, main, output, start, wait_until, write_site


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=WORK, check=True, capture_output=True)


def make_certificates():
    """An authority, the post's certificate and a center's; and a center of a foreign authority."""
    for authority in ("ca", "foreign-ca"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", 2, "-subj", f"/CN=test {authority}", "-keyout", f"{authority}.key",
                "-out", f"{authority}.pem")
    (WORK / "server.ext").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    (WORK / "client.ext").write_text("extendedKeyUsage=clientAuth\n")
    for name, authority, kind in (("post", "ca", "server"), ("center", "ca", "client"),
                                  ("stranger", "foreign-ca", "client")):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey",
                f"{authority}.key", "-CAcreateserial", "-days", 2, "-extfile", f"{kind}.ext",
                "-out", f"{name}.pem")


def ask(port, name=None, scheme="https"):
    """curl's exit code and what it got."""
    identity = ["--cert", f"{name}.pem", "--key", f"{name}.key"] if name else []
    found = subprocess.run(
        ["curl", "-s", "-S", "-m", "5", "--cacert", "ca.pem", *identity,
         f"{scheme}://127.0.0.1:{port}/v1/health"],
        cwd=WORK, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout, found.stderr


def tls():
    make_certificates()
    port = free_port()
    section = "".join(
        f"\n    {key}: {WORK / file}" for key, file in
        (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
    site = write_site("site.yaml", port, WORK / "state",
                      [("listen: 127.0.0.1", f"listen: 127.0.0.1\n  tls:{section}")])
    post = start("vedetted", "--config", site)
    wait_until(lambda: post.poll() is not None or ask(port, "center")[0] == 0, 10)
    code, body, error = ask(port, "center")
    check("a center with its certificate gets the health over TLS",
          code == 0 and json.loads(body)["post"] == "north-ford", error + output(post))
    for name, words in ((None, "without a certificate"), ("stranger", "of a foreign authority")):
        code, body, _ = ask(port, name)
        check(f"a client {words} is refused (curl exit {code})", code != 0 and not body, body)
    code, body, _ = ask(port, scheme="http")
    check("a client without TLS is refused", code != 0 and "north-ford" not in body, body)


main(tls)
