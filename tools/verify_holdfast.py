#!/usr/bin/env python3
"""Check an export of Holdfast without Holdfast: Python's standard library and `cryptography` only.

    python verify_holdfast.py EXPORT [--key LINE_OR_FILE] [--kept CHECKPOINT]

EXPORT: a folder or zip. --key: the key that the clinic handed you another way (an older one will do). --kept: a
checkpoint of this record that you kept. Ends with 0 when everything holds, else 1; each problem names its file.
Formats: C2SP signed-note, tlog-checkpoint, tlog-proof; RFC 6962.
"""

import argparse
import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DAMAGED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, InvalidSignature)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def key_id(name, key):
    return sha(name.encode(), b"\n\x01", key)[:4]


def read_key(line):
    """(name, 32 bytes) of a line ``name+id+key``."""
    name, stated, encoded = line.split("+", 2)
    key = base64.b64decode(encoded, validate=True)[1:]
    expected = key_id(name, key).hex(), base64.b64encode(b"\x01" + key).decode()
    if len(key) != 32 or (stated, encoded) != expected:
        raise ValueError("this is no public key, or a letter of it was changed")
    return name, key


def opened(note, name, keys):
    """The lines of a note that one of these keys signed under this name."""
    text, _, below = note.decode().rpartition("\n\n")
    held = False
    for line in below.split("\n")[:-1]:
        mark, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        for key in keys:
            if (mark, signer, signature[:4]) == ("\u2014", name, key_id(name, key)):
                Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], (text + "\n").encode())
                held = base64.b64encode(signature).decode() == encoded
    if not held or not below.endswith("\n"):
        raise ValueError(f"no signature by a trusted key of {name}")
    return text.split("\n")


def climb(index, last, start, proof, was=None):
    """(root, older root) that a proof leads to from ``start``: RFC 9162, 2.1.3.2 and (with ``was``) 2.1.4.2."""
    now = start
    for sibling in proof:
        if index & 1 or index == last:
            now, was = sha(b"\x01", sibling, now), was and sha(b"\x01", sibling, was)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            now = sha(b"\x01", now, sibling)
        index, last = index >> 1, last >> 1 if last else -1  # -1: a sibling above the root
    if last:
        raise ValueError("the proof has another length than its place asks for")
    return now, was


def begins_with(old, old_root, size, root, proof):
    """Whether the record of ``size`` events begins with the ``old`` ones."""
    index, last, rest = old - 1, size - 1, list(proof) if old & (old - 1) else [old_root, *proof]
    while index & 1:
        index, last = index >> 1, last >> 1
    return climb(index, last, rest[0], rest[1:], rest[0]) == (root, old_root)


def check_event(data, proof, checkpoint, size, root, case):
    """The event, when it stands in the record as it says."""
    event = json.loads(data)
    hashes = [
        bytes.fromhex(one["hash"]) if "hash" in one else sha(bytes.fromhex(one["salt"]), one["text"].encode())
        for one in event["members"]
    ]
    head = [str(event[name]).encode() for name in ("seq", "stream", "version", "recorded_us", "actor")]
    parts = [b"holdfast event 1", *head, bytes.fromhex(event["chain"]), *hashes]
    leaf = sha(b"\x00", sha(*(len(part).to_bytes(8, "big") + part for part in parts)))
    above, _, below = proof.decode().partition("\n\n")
    title, place, *siblings = above.split("\n")
    expected = ("c2sp.org/tlog-proof@v1", f"index {event['seq'] - 1}", checkpoint, f"case/{case}")
    if (title, place, below.encode(), event["stream"]) != expected:
        raise ValueError("its proof is of another event or checkpoint, or it is of another case")
    found, _ = climb(event["seq"] - 1, size - 1, leaf, [base64.b64decode(one) for one in siblings])
    if not 0 < event["seq"] <= size or found != root:
        raise ValueError(f"{event['stream']} event {event['version']} does not stand in the signed record like this")
    return event


def read_export(path):
    """The files of a folder or zip. A zip is built again: a byte that no reader looks at must be right, too."""
    if path.is_dir():
        return [], {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    problems, files, again, raw = [], {}, io.BytesIO(), path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                try:
                    files[name] = archive.read(name)
                except Exception as error:  # whatever a damaged zip makes of its reader
                    problems.append(f"{name}: cannot be read from the zip ({error})")
        with zipfile.ZipFile(again, "w") as copy:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                copy.writestr(entry, files[name])
    except Exception as error:
        problems.append(f"{path.name}: its directory is damaged ({error})")
    if again.getvalue() != raw:
        problems.append(f"{path.name}: the zip is not as Holdfast wrote it")
    return problems, files


def verify(files, trusted="", kept=b"", damaged=()):
    """(problems, what is said besides) of the files of an export by path."""
    problems = list(damaged)
    said = [] if trusted else ["CAUTION: no --key was given; the key is the one that lies in the export itself."]

    def attempt(path, act, *given):
        try:
            return act(*given)
        except DAMAGED as error:
            problems.append(f"{path}: {error or 'the signature does not hold'}")

    own = attempt("keys.txt", lambda: read_key(files["keys.txt"].decode().removesuffix("\n")))
    name, key = (attempt("--key", read_key, trusted) if trusted else own) or ("", b"")
    keys = [key]
    for path in sorted(one for one in files if one.startswith("key-changes/")):
        try:
            keys.append(read_key(opened(files[path], f"{name}/key", keys)[1])[1])
        except DAMAGED:
            continue  # Signed by no key that is trusted so far: it adds none.
    manifest = attempt("manifest.txt", lambda: opened(files["manifest.txt"], f"{name}/export", keys))
    point = attempt("checkpoint.txt", lambda: opened(files["checkpoint.txt"], name, keys))
    if not manifest or not point:
        return problems, said
    listed = {path: digest for _, digest, path in (line.split(" ", 2) for line in manifest if line[:5] == "file ")}
    for path in sorted({*listed, *files} - {"manifest.txt"}):
        if path not in files or path not in listed:
            problems.append(f"{path}: is {'not on the signed list' if path in files else 'missing'}")
        elif sha(files[path]).hex() != listed[path]:
            problems.append(f"{path}: its bytes were changed")
    says = dict(line.split(" ", 1) for line in manifest[2:7])
    size, root = int(point[1]), base64.b64decode(point[2])
    if manifest[:2] != [f"{name}/export", "holdfast export 1"] or [name, says["checkpoint"]] != point[:2]:
        problems.append("manifest.txt: is of another format, record or checkpoint")
    events = []
    for path in sorted(one for one in files if one.startswith("events/")):
        proof = files.get(f"proofs/{path[7:-5]}.tlog-proof", b"")
        events.append(attempt(path, check_event, files[path], proof, files["checkpoint.txt"], size, root, says["case"]))
    members = [member for event in events if event for member in event["members"]]
    named = "".join(member.get("text", "") for member in members)
    for path in (one for one in files if one.startswith("images/")):
        if sha(files[path]).hex() != path[7:] or path[7:] not in named:
            problems.append(f"{path}: is not a picture that an event names")
    held = len({event["version"] for event in events if event})
    if not str(says["events"]).startswith(f"{held} of "):
        problems.append(f"manifest.txt: it speaks of {says['events']} events, {held} hold")
    if kept and (old := attempt("--kept", opened, kept, name, keys)):
        proof = [base64.b64decode(one) for one in files.get(f"consistency/{old[1]}.txt", b"").split()]
        if int(old[1]) > size or (old[1] == point[1] and old[2] != point[2]):
            problems.append(f"checkpoint.txt: the record was cut off or rewritten since your {old[1]} events")
        given = int(old[1]), base64.b64decode(old[2]), size, root, proof
        if 0 < given[0] < size and not attempt("--kept", begins_with, *given):
            problems.append(f"checkpoint.txt: nothing here shows that your {old[1]} events still stand")
    said.append(f"Case {says['case']}, item {says['item']}, exported {says['made']} by {name}.")
    said.append(f"{says['events']} events are here, {sum('hash' in one for one in members)} parts of them withheld.")
    return problems, [*said, f"They stand in the record of {size} events with the root {point[2]}."]


def main():
    parser = argparse.ArgumentParser(description="Check an export of Holdfast.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", default="", help="the clinic's public key, or a file with it")
    parser.add_argument("--kept", type=Path, help="a checkpoint of this record that you kept")
    options = parser.parse_args()
    key = Path(options.key).read_text() if options.key and Path(options.key).is_file() else options.key
    damaged, files = read_export(options.export)
    problems, said = verify(files, key.strip(), options.kept and options.kept.read_bytes(), damaged)
    print("\n".join([*said, *(f"PROBLEM {one}" for one in problems)]))
    print("NOT AS IT WAS SIGNED" if problems else "Everything holds.")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
