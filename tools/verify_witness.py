"""Check what a witness signed, with `verify_holdfast.py` beside this file.

    python verify_witness.py CHECKPOINT.txt --key LINE_OR_FILE --witness LINE_OR_FILE

CHECKPOINT.txt: from `witnessed/` of an export. --key: the clinic's key. --witness: the key that the witness publishes.
Ends with 0 when both signed it. Give the same file to verify_holdfast.py with --kept: then the events that it speaks of
are shown to stand in the export's record. Format: C2SP tlog-cosignature (Ed25519).
"""

import argparse
import base64
import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verify_holdfast import DAMAGED, opened, read_key, sha


def verify(note, trusted, witness):
    """(problem or empty, what was signed) of the bytes of a note."""
    try:
        name, key = read_key(trusted)
        origin, size, root, *_ = opened(note, name, [key])
        signer, stated, encoded = witness.split("+", 2)
        kind, its_key = base64.b64decode(encoded, validate=True)[:1], base64.b64decode(encoded)[1:]
        key_id = sha(signer.encode(), b"\n", kind, its_key)[:4]
        if kind != b"\x04" or key_id.hex() != stated:
            raise ValueError("this is no key of an Ed25519 witness, or a letter of it was changed")
        text, _, below = note.decode().rpartition("\n\n")
        lines = (line.split(" ") for line in below.split("\n")[:-1])
        found = [base64.b64decode(one[2], validate=True) for one in lines if one[:2] == ["\u2014", signer]]
        raw = next((one for one in found if one[:4] == key_id), None)
        if raw is None:
            raise ValueError(f"{signer} did not sign it")
        seconds = int.from_bytes(raw[4:12], "big")
        signed = f"cosignature/v1\ntime {seconds}\n{text}\n".encode()
        Ed25519PublicKey.from_public_bytes(its_key).verify(raw[12:], signed)
        when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (*DAMAGED, OverflowError) as error:
        return str(error) or "the signature does not hold", []
    return "", [
        f"{origin}: {size} events with the root {root}.",
        f"Signed by {signer} at {when.isoformat()} by its clock.",
    ]


def main():
    parser = argparse.ArgumentParser(description="Check what a witness signed.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--key", required=True, help="the clinic's public key, or a file with it")
    parser.add_argument("--witness", required=True, help="the witness's public key, or a file with it")
    options = parser.parse_args()
    keys = [Path(one).read_text() if Path(one).is_file() else one for one in (options.key, options.witness)]
    problem, said = verify(options.checkpoint.read_bytes(), *(one.strip() for one in keys))
    print(*said, f"PROBLEM {problem}\nNOT AS IT WAS SIGNED" if problem else "Everything holds.", sep="\n")
    return 1 if problem else 0


if __name__ == "__main__":
    raise SystemExit(main())
