#!/usr/bin/env python3
"""Check an export of a whole house without Holdfast. Needs verify_holdfast.py beside it, Python and `cryptography`.

    python verify_house.py FOLDER [--key LINE_OR_FILE]

Every file is on the signed list and unchanged; all events together make the root of the signed checkpoint; every
monitor block that an event names is there with its hash, and every picture has its own. One event or file is held in
memory at a time. Ends with 0 when everything holds, else 1.
"""

import argparse
import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import quote

from verify_holdfast import DAMAGED, opened, read_key, sha

PIECE = 1 << 20


def file_hash(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def leaf_of(event):
    hashes = [
        bytes.fromhex(one["hash"]) if "hash" in one else sha(bytes.fromhex(one["salt"]), one["text"].encode())
        for one in event["members"]
    ]
    head = [str(event[name]).encode() for name in ("seq", "stream", "version", "recorded_us", "actor")]
    parts = [b"holdfast event 1", *head, bytes.fromhex(event["chain"]), *hashes]
    return sha(b"\x00", sha(*(len(part).to_bytes(8, "big") + part for part in parts)))


class Tree:
    """RFC 6962, grown leaf by leaf."""

    def __init__(self):
        self.size, self.hashes = 0, []

    def append(self, leaf):
        size = self.size
        while size & 1:
            leaf, size = sha(b"\x01", self.hashes.pop(), leaf), size >> 1
        self.hashes.append(leaf)
        self.size += 1

    def root(self):
        if not self.hashes:
            return sha(b"")
        made, *rest = reversed(self.hashes)
        for one in rest:
            made = sha(b"\x01", one, made)
        return made


def read_events(folder, tree, named):
    """Grow the tree; gather (block id -> hash) by case in ``named``."""
    for path in sorted((folder / "events").glob("*.ndjson")):
        with path.open("rb") as lines:
            for line in lines:
                event = json.loads(line)
                if event["seq"] != tree.size + 1:
                    raise ValueError(f"{path.name}: event {event['seq']} follows on number {tree.size}")
                tree.append(leaf_of(event))
                if any(one.get("text", "").startswith('"kind":"monitor_block_stored.') for one in event["members"]):
                    body = json.loads("{" + ",".join(one["text"] for one in event["members"]) + "}")
                    case = event["stream"].removeprefix("case/")
                    named.setdefault(case, {})[body["block_id"]] = body["sha256"]


def check_blocks(folder, case, named):
    name = folder / "blocks" / quote(case, safe="")
    rest = dict(named)
    with Path(f"{name}.pack").open("rb") as pack:
        for line in Path(f"{name}.index").read_text().splitlines():
            digest, length, block_id = line.split(" ", 2)
            if rest.pop(block_id, "") != digest or hashlib.sha256(pack.read(int(length))).hexdigest() != digest:
                raise ValueError(f"case {case}: block {block_id} is not the one that the record names")
        if pack.read(1) or rest:
            raise ValueError(
                f"case {case}: {len(rest)} blocks of the record are missing, or there is more than it names"
            )


def check(folder, trusted=""):
    """(problems, what is said besides)."""
    problems = []
    said = [] if trusted else ["CAUTION: no --key was given; the key is the one that lies in the export itself."]
    try:
        name, key = read_key(trusted or (folder / "keys.txt").read_text().removesuffix("\n"))
        keys = [key]
        for path in sorted((folder / "key-changes").glob("*.txt")):
            try:
                keys.append(read_key(opened(path.read_bytes(), f"{name}/key", keys)[1])[1])
            except DAMAGED:
                continue  # signed by no key that is trusted so far: it adds none
        listed = opened((folder / "manifest.txt").read_bytes(), f"{name}/house", keys)
        point = opened((folder / "checkpoint.txt").read_bytes(), name, keys)
    except (*DAMAGED, OSError) as error:
        return [f"keys, list or checkpoint: {error or 'the signature does not hold'}"], said
    if listed[:2] != [f"{name}/house", "holdfast house 1"] or f"checkpoint {point[1]}" not in listed[:8]:
        problems.append("manifest.txt: is of another format, record or checkpoint")
    hashes = {path: digest for _, digest, path in (one.split(" ", 2) for one in listed if one.startswith("file "))}
    there = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} - {"manifest.txt"}
    for path in sorted(there | hashes.keys()):
        if path not in there or path not in hashes:
            problems.append(f"{path}: is {'missing' if path in hashes else 'not on the signed list'}")
        elif file_hash(folder / path) != hashes[path]:
            problems.append(f"{path}: its bytes were changed")
        elif path.startswith("images/") and path[7:] != hashes[path]:
            problems.append(f"{path}: is not the picture that it is named after")
    tree, named = Tree(), {}
    try:
        read_events(folder, tree, named)
        if [str(tree.size), base64.b64encode(tree.root()).decode()] != point[1:3]:
            problems.append(f"events: {tree.size} of them make another root than the signed checkpoint of {point[1]}")
        for case, blocks in sorted(named.items()):
            check_blocks(folder, case, blocks)
    except (*DAMAGED, OSError) as error:
        problems.append(str(error))
    absent = sum(one.startswith("not here ") for one in listed)
    said.append(f"The house {name}, {listed[2]}: {tree.size} events, {sum(map(len, named.values()))} monitor blocks.")
    said += [f"{absent} pictures that events name were not in the house."] if absent else []
    return problems, said


def main():
    parser = argparse.ArgumentParser(description="Check an export of a whole house.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", default="", help="the clinic's public key, or a file with it")
    options = parser.parse_args()
    key = Path(options.key).read_text() if options.key and Path(options.key).is_file() else options.key
    problems, said = check(options.folder, key.strip())
    print("\n".join([*said, *(f"PROBLEM {one}" for one in problems)]))
    print("NOT AS IT WAS SIGNED" if problems else "Everything holds.")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
