"""Partners of a post in the tests: their agreements, their identities, and a post that lets them in."""

import base64
import ssl

from certificates import digest
from support import WORK

PURPOSE = "purpose=border-surveillance"
AGREEMENT = """
agreement: 1
id: urn:agreement:a-{name}
parties: {{releaser: "urn:partner:a", recipient: "urn:partner:{name}"}}
signed: {{document_sha256: "{document}", by: [a, b]}}
identity: {{san_uri: "urn:partner:{name}", issuer_sha256: ["{issuer}"]{more_identity}}}
valid: {{from: {since}-01-01T00:00:00Z, until: {until}}}
purposes: [{purposes}]
exercise: live
handling: {{tlp: {tlp}, onward: none}}
limits: {{events_per_minute: 10000000}}
{more}rules:
{rules}"""


def rule(event, fields, delay=0, purpose=None):
    """A rule that releases `fields` of all events of a kind, after so many seconds, for one purpose or all."""
    wanted = f", purposes: [{purpose}]" if purpose else ""
    kinds = ", classes: [person, group, vehicle, animal, drone, unknown]" if event == "crossing" else ""
    return (f"  - name: {event}\n    when: {{event: {event}{kinds}{wanted}}}\n"
            f"    release: {{fields: [{fields}], delay_s: {delay}}}\n    retention_days: 9\n")


CROSSINGS = rule("crossing", "time, class, lat_lon")
STATE = rule("post-status", "time, status")


def agree(name, *rules, folder=WORK, tlp="AMBER", more="", issuer="ca", deny=None, witness=None,
          purposes="border-surveillance", since=2020, until="2030-01-01T00:00:00Z"):
    """Puts down what the partner `name` gets, whole at once.

    `deny` is the serial of a certificate that is not let in, `witness` the key of the partner's cosignatures."""
    denied = f', deny: {{serials: ["{deny}"]}}' if deny else ""
    text = AGREEMENT.format(name=name, issuer=digest(issuer), document="ab" * 32, tlp=tlp,
                            more_identity=denied + (f', witness: "{witness}"' if witness else ""),
                            since=since, until=until, purposes=purposes,
                            more=more and more + "\n", rules="".join(rules))
    (folder / "agreements").mkdir(parents=True, exist_ok=True)
    (WORK / "fresh").write_text(text)
    (WORK / "fresh").rename(folder / "agreements" / f"{name}.yaml")


def identity(name):
    """What a partner shows in TLS, and whom it believes."""
    tls = ssl.create_default_context(cafile=WORK / "ca.pem")
    tls.load_cert_chain(WORK / f"{name}.pem", WORK / f"{name}.key")
    return tls


def with_partners(local):
    """What `write_site` replaces for a post that serves partners, and its own clients at `local`."""
    section = "".join(f"\n    {key}: {WORK / file}" for key, file in
                      (("certificate", "post.pem"), ("key", "post.key"), ("client_cas", "ca.pem")))
    return "listen: 127.0.0.1", f"listen: 127.0.0.1\n  local_port: {local}\n  tls:{section}"


def keep_key(state):
    """The key of the ledgers that LedgerSamples makes."""
    (state / "ledger.key").write_text(base64.b64encode(bytes(range(1, 33))).decode() + "\n")
    (state / "ledger.key").chmod(0o600)
