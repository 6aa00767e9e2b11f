"""Checks a ledger's records, proofs and disclosures with libraries of others: outside.py FOLDER

FOLDER has what LedgerSamples wrote: "tlog", of which the records are read, and "bundles", JSON lines:
{"key": verifier key}, then bundles as "vedette proof" writes them with "names" of the fields that they
are to disclose. Prints "ok RECORDS BUNDLES".
"""

import base64
import hashlib
import json
import pathlib
import sys

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from pymerkle import InmemoryTree, verify_inclusion
from sd_jwt.verifier import SDJWTVerifier
from sigstore._internal.rekor.checkpoint import LogCheckpoint, SignedNote


def signed_text(note, key):
    """The text of a note, once its signature by the key is checked (c2sp.org/signed-note)."""
    name, key_id, public = key.split("+", 2)
    public = base64.b64decode(public)
    assert hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id
    read = SignedNote.from_text(note)
    for signature in read.signatures:
        if (signature.name, signature.sig_hash.hex()) == (name, key_id):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(
                base64.b64decode(signature.signature), read.note.encode())
            return read.note
    raise ValueError("no signature of this key")


def disclosed(record, disclosures):
    """The fields that the OAuth working group's library finds; the record stands in for the token."""
    key = JWK.generate(kty="EC", crv="P-256")
    token = JWS(payload=record)
    token.add_signature(key, alg="ES256", protected=json.dumps({"alg": "ES256"}))
    presentation = "~".join([token.serialize(compact=True), *disclosures, ""])
    return SDJWTVerifier(presentation, lambda issuer, header: key).get_verified_payload()


def main():
    folder = pathlib.Path(sys.argv[1])
    tree = InmemoryTree(algorithm="sha256")
    with open(folder / "tlog", "rb") as lines:
        for line in lines:
            if line.startswith(b"record "):
                tree.append_entry(line[7:-1])
    key, *bundles = [json.loads(line) for line in (folder / "bundles").read_text().splitlines()]
    for bundle in bundles:
        record, proof = bundle["record"], bundle["proof"]
        assert rfc8785.dumps(json.loads(record)) == record.encode()
        head, _, note = proof.partition("\n\n")
        head = head.split("\n")
        assert head[0] == "c2sp.org/tlog-proof@v1" and head[1].startswith("index ")
        index = int(head[1][6:])
        checkpoint = LogCheckpoint.from_text(signed_text(note, key["key"]))
        size, root = checkpoint.log_size, bytes.fromhex(checkpoint.log_hash)
        assert checkpoint.origin == key["key"].split("+")[0]
        assert tree.get_root(size) == root
        # pymerkle's proof begins with the leaf itself and counts from 1.
        path = tree.prove_inclusion(index + 1, size)
        assert [base64.b64encode(step).decode() for step in path.path[1:]] == head[2:]
        verify_inclusion(hashlib.sha256(b"\0" + record.encode()).digest(), root, path)
        fields = disclosed(record, bundle["disclosures"])
        clear = set(json.loads(record)) - {"_sd", "_sd_alg"}
        assert set(fields) - clear == set(bundle["names"]), fields
    print(f"ok {tree.get_size()} {len(bundles)}")


main()
