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


def make_certificate(name, authority, extensions, until=None):
    """A certificate of an authority: NAME.pem and NAME.key; valid until a datetime, or for two days."""
    (WORK / f"{name}.ext").write_text("\n".join(extensions) + "\n")
    openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    signer = ("-in", f"{name}.csr", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    if until is None:
        openssl("x509", "-req", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
                "-CAcreateserial", "-days", 2, *signer)
        return
    # Only the little authority of openssl takes a moment.
    (WORK / "index.txt").write_text("")
    (WORK / "authority.cnf").write_text(
        "[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\n"
        "default_md=sha256\npolicy=names\nunique_subject=no\n[names]\ncommonName=supplied\n")
    openssl("ca", "-batch", "-notext", "-config", "authority.cnf", "-cert", f"{authority}.pem",
            "-keyfile", f"{authority}.key", "-startdate", "20200101000000Z",
            "-enddate", until.strftime("%Y%m%d%H%M%SZ"), *signer)


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
