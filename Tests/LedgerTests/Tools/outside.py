"""Checks a ledger's records, proofs and disclosures with libraries of others: outside.py < file

Input, JSON lines: {"key": verifier key}, {"records": [all records of a log]}, then bundles as
"vedette proof" writes them with "names" of the fields that they are to disclose. Prints "ok N".
"""

import base64
import hashlib
import json
import sys

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from pymerkle import InmemoryTree, verify_inclusion
from sd_jwt.verifier import SDJWTVerifier


def signed_text(note, key):
    """The text of a note, once its signature by the key is checked (c2sp.org/signed-note)."""
    name, key_id, public = key.split("+", 2)
    public = base64.b64decode(public)
    assert hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, value = line.split(" ")
        value = base64.b64decode(value)
        if (dash, signer, value[:4].hex()) == ("\u2014", name, key_id):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(value[4:], text.encode())
            return text
    raise ValueError("no signature of this key")


def disclosed(record, disclosures):
    """The fields that the OAuth working group's library finds; the record stands in for the token."""
    key = JWK.generate(kty="EC", crv="P-256")
    token = JWS(payload=record)
    token.add_signature(key, alg="ES256", protected=json.dumps({"alg": "ES256"}))
    presentation = "~".join([token.serialize(compact=True), *disclosures, ""])
    return SDJWTVerifier(presentation, lambda issuer, header: key).get_verified_payload()


def main():
    lines = [json.loads(line) for line in sys.stdin]
    key, records = lines[0]["key"], lines[1]["records"]
    tree = InmemoryTree(algorithm="sha256")
    for record in records:
        tree.append_entry(record.encode())
    checks = 0
    for bundle in lines[2:]:
        record, proof = bundle["record"], bundle["proof"]
        assert rfc8785.dumps(json.loads(record)) == record.encode()
        head, _, note = proof.partition("\n\n")
        head = head.split("\n")
        assert head[0] == "c2sp.org/tlog-proof@v1" and head[1].startswith("index ")
        index = int(head[1][6:])
        origin, size, root = signed_text(note, key).split("\n")[:3]
        assert origin == key.split("+")[0]
        assert tree.get_state(int(size)) == base64.b64decode(root)
        # pymerkle's proof begins with the leaf itself and counts from 1.
        path = tree.prove_inclusion(index + 1, int(size))
        assert [base64.b64encode(step).decode() for step in path.path[1:]] == head[2:]
        verify_inclusion(hashlib.sha256(b"\0" + record.encode()).digest(), base64.b64decode(root), path)
        fields = disclosed(record, bundle["disclosures"])
        clear = set(json.loads(record)) - {"_sd", "_sd_alg"}
        assert set(fields) - clear == set(bundle["names"]), fields
        checks += 6
    print(f"ok {checks}")


main()
