"""Check an export of Holdfast without Holdfast: python verify_holdfast.py EXPORT [--key LINE_OR_FILE] [--kept FILE]

Needs Python and `cryptography`. EXPORT: a folder or zip. --key: the clinic's key, handed over another way; an older one
will do. --kept: a checkpoint that you kept. Ends with 0 when all holds, else 1. Formats: C2SP notes, proofs; RFC 6962.
"""

import argparse
import base64
import contextlib
import hashlib
import io
import itertools
import json
import re
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DAMAGED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, InvalidSignature)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def read_key(line):
    """(name, 32 bytes) of a line ``name+id+key``."""
    name, stated, encoded = line.split("+", 2)
    key = base64.b64decode(encoded, validate=True)[1:]
    expected = sha(name.encode(), b"\n\x01", key)[:4].hex(), base64.b64encode(b"\x01" + key).decode()
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
            if (mark, signer, signature[:4]) == ("\u2014", name, sha(name.encode(), b"\n\x01", key)[:4]):
                Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], (text + "\n").encode())
                held = base64.b64encode(signature).decode() == encoded
    if not held or not below.endswith("\n"):
        raise ValueError(f"no signature by a trusted key of {name}")
    return text.split("\n")


def climb(index, last, now, proof, was=None):
    """(root, older root) that a proof leads to from the hash ``now``: RFC 9162, 2.1.3.2 and (with ``was``) 2.1.4.2."""
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


def check_event(data, proof, checkpoint, size, root, streams):
    """The event, when it stands in the record as it says, in one of these streams."""
    event = json.loads(data)
    unhex = bytes.fromhex
    hashes = [unhex(m["hash"]) if "hash" in m else sha(unhex(m["salt"]), m["text"].encode()) for m in event["members"]]
    head = [str(event[name]).encode() for name in ("seq", "stream", "version", "recorded_us", "actor")]
    parts = [b"holdfast event 1", *head, unhex(event["chain"]), *hashes]
    leaf = sha(b"\x00", sha(*(len(part).to_bytes(8, "big") + part for part in parts)))
    above, _, below = proof.decode().partition("\n\n")
    title, place, *siblings = above.split("\n")
    expected = ("c2sp.org/tlog-proof@v1", f"index {event['seq'] - 1}", checkpoint)
    if (title, place, below.encode()) != expected or event["stream"] not in streams:
        raise ValueError("its proof is of another event or checkpoint, or it is of another case")
    found, _ = climb(event["seq"] - 1, size - 1, leaf, [base64.b64decode(one) for one in siblings])
    if not 0 < event["seq"] <= size or found != root:
        raise ValueError(f"{event['stream']} event {event['version']} does not stand in the signed record like this")
    return event


def built(files):
    """The zip of these files as Holdfast writes it, and which file each stretch of it is about."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    ends = itertools.accumulate((46 + len(name.encode()) for name in sorted(files)), initial=archive.start_dir)
    starts = [(one.header_offset, one.filename) for one in archive.infolist()]
    return made.getvalue(), [*starts, *zip(ends, [*sorted(files), "its end"], strict=True)]


def read_export(path):
    """(problems, files) of a folder or zip. A zip is built again: a byte that no reader looks at must be right, too."""
    if path.is_dir():
        return [], {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    raw, files = path.read_bytes(), {}
    with contextlib.suppress(Exception), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if built(files)[0] == raw:
        return [], files
    files = {}  # To say where, it is read again without its directory: the files stand one after the other.
    for found in re.finditer(rb"PK\x03\x04.{14}(.{4}).{4}(..)..", raw, re.DOTALL):
        start, size = found.end() + int.from_bytes(found[2], "little"), int.from_bytes(found[1], "little")
        files[raw[found.end() : start].decode(errors="replace")] = raw[start : start + size]
    again, marks = built(files)
    at = next((n for n, (a, b) in enumerate(zip(again, raw, strict=False)) if a != b), len(raw))
    near = max(mark for mark in marks if mark[0] <= at)[1]
    return [f"{path.name}: it is not as Holdfast wrote it from byte {at} on, near {near}"], files


def verify(files, trusted="", kept=b"", damaged=()):
    """(problems, what is said besides) of the files of an export by path."""
    problems = list(damaged)
    said = [] if trusted else ["CAUTION: no --key was given; the key is the one that lies in the export itself."]

    def attempt(path, act, *given):
        try:
            return act(*given)
        except DAMAGED as error:
            problems.append(f"{path}: {str(error) or 'the signature does not hold'}")

    own = attempt("keys.txt", lambda: read_key(files["keys.txt"].decode().removesuffix("\n")))
    name, key = (attempt("--key", read_key, trusted) if trusted else own) or ("", b"")
    keys = [key]
    for path in sorted(one for one in files if one.startswith("key-changes/")):
        with contextlib.suppress(*DAMAGED):  # Signed by no key that is trusted so far: it adds none.
            keys.append(read_key(opened(files[path], f"{name}/key", keys)[1])[1])
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
    says, size, root = dict(line.split(" ", 1) for line in manifest[2:7]), int(point[1]), base64.b64decode(point[2])
    if [name, f"{name}/export", "holdfast export 2", says["checkpoint"]] != [point[0], *manifest[:2], point[1]]:
        problems.append("manifest.txt: is of another format, record or checkpoint")
    also = dict(line[5:].split(" ", 1) for line in manifest if line[:5] == "also ")
    streams, events = {f"case/{says['case']}": says["events"]} | also, []
    for path in sorted(one for one in files if one.startswith("events/")):
        proof = files.get(f"proofs/{path[7:-5]}.tlog-proof", b"")
        events.append(attempt(path, check_event, files[path], proof, files["checkpoint.txt"], size, root, streams))
    members = [member for event in events if event for member in event["members"]]
    named = "".join(member.get("text", "") for member in members)
    for path in (one for one in files if one.startswith("images/")):
        if sha(files[path]).hex() != path[7:] or path[7:] not in named:
            problems.append(f"{path}: is not a picture that an event names")
    for stream, count in streams.items():
        held = len({event["version"] for event in events if event and event["stream"] == stream})
        if not count.startswith(f"{held} of "):
            problems.append(f"manifest.txt: it speaks of {count} events of {stream}, {held} hold")
    if kept and (old := attempt("--kept", opened, kept, name, keys)):
        proof = [base64.b64decode(one) for one in files.get(f"consistency/{old[1]}.txt", b"").split()]
        if int(old[1]) > size or (old[1] == point[1] and old[2] != point[2]):
            problems.append(f"checkpoint.txt: the record was cut off or rewritten since your {old[1]} events")
        given = int(old[1]), base64.b64decode(old[2]), size, root, proof
        if 0 < given[0] < size and not attempt("--kept", begins_with, *given):
            problems.append(f"checkpoint.txt: nothing here shows that your {old[1]} events still stand")
    said.append(f"Case {says['case']}, item {says['item']}, exported {says['made']} by {name}.")
    said += [f"With {count} events of {stream}." for stream, count in also.items()]
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
    end = "NOT AS IT WAS SIGNED" if problems else "Everything holds."
    print(*said, *(f"PROBLEM {one}" for one in problems), end, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
