"""Certificates for the tests of TLS: authorities, the post, centers and partners."""

import subprocess

from support import WORK

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*arguments):
    """Runs openssl in the work folder and returns what it printed."""
    return subprocess.run(["openssl", *map(str, arguments)], cwd=WORK, check=True,
                          capture_output=True, text=True).stdout


def make_authority(name):
    """An authority: NAME.pem and NAME.key."""
    openssl("req", "-x509", *KEY, "-days", 2, "-subj", f"/CN=test {name}", "-keyout",
            f"{name}.key", "-out", f"{name}.pem")


def make_certificate(name, authority, extensions):
    """A certificate of an authority: NAME.pem and NAME.key."""
    (WORK / f"{name}.ext").write_text("\n".join(extensions) + "\n")
    openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey",
            f"{authority}.key", "-CAcreateserial", "-days", 2, "-extfile", f"{name}.ext",
            "-out", f"{name}.pem")


def digest(name):
    """SHA-256 over the DER form of NAME.pem."""
    found = openssl("x509", "-in", f"{name}.pem", "-noout", "-fingerprint", "-sha256")
    return found.strip().split("=")[1].replace(":", "").lower()


def serial(name):
    """Serial number of NAME.pem, hexadecimal."""
    return openssl("x509", "-in", f"{name}.pem", "-noout", "-serial").strip().split("=")[1].lower()


def ask(port, path, name=None, scheme="https", seconds=5):
    """curl's exit code, the status, and what it got."""
    identity = ["--cert", f"{name}.pem", "--key", f"{name}.key"] if name else []
    found = subprocess.run(
        ["curl", "-s", "-S", "-N", "-m", str(seconds), "--cacert", "ca.pem", "-w", "\n%{http_code}",
         *identity, f"{scheme}://127.0.0.1:{port}{path}"],
        cwd=WORK, capture_output=True, text=True, check=False)
    body, _, status = found.stdout.rpartition("\n")
    return found.returncode, int(status or 0), body
