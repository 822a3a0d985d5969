"""What the proofs cost, and whether a changed byte is found: in the database file, in an export, in its zip.

Cost: events a second into a record on disk with and without the tree following, in turns in one run; how fast the tree
reads a record, and how fast the stand-alone verifier checks an export. Tampering: each round changes one random byte of
the database file (where a column of an event or an anchor stands; such text also stands in indices) or of one file of
an export, and asks `holdfast verify`, the tree against a checkpoint, or the verifier. A byte that changes an index and
no row is counted apart: there the index has to be named. Last, shorter copies of a record are held against a checkpoint
of its end::

    python benchmarks/record_proofs.py --changes 10000 --json
"""

import argparse
import importlib.util
import io
import itertools
import json
import random
import sqlite3
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from holdfast.gateways.paper.labels import PdfPaper
from holdfast.kernel.errors import HoldfastError
from holdfast.record import custody_events as cu
from holdfast.record import events as ev
from holdfast.record.signed_note import read_key
from holdfast.storage.signing_key import SigningKey, check_signature, create_key
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.case_export import Wanted, export
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.ports import Change, NewEvent
from holdfast.usecases.verification import verify
from holdfast.usecases.witness import compare, sign_checkpoint

NOW_US = 1_772_366_400_000_000
CUT_EVENTS = 40
ROWS = {"event": "seq", "anchor": "number"}
_command = itertools.count()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=10_000, help="one-byte changes; half in the database")
    parser.add_argument("--appends", type=int, default=600, help="commits in each of the two kinds")
    parser.add_argument("--events", type=int, default=5_000, help="events of the record whose reading is timed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {
            "cost": cost(folder, options.appends) | speed(folder, options.events),
            "database": database(folder, options.changes - options.changes // 2, chance),
            "export": exported(folder, options.changes // 2, chance),
            "cut_off_or_put_back": cut_off(folder),
        }
    print(json.dumps(found, indent=None if options.json else 1))
    return 1 if any(found[part]["missed"] for part in ("database", "export", "cut_off_or_put_back")) else 0


def add(store: SqlStore, *events: ev.AnyEvent, stream: str = "case/rex") -> None:
    new = tuple(NewEvent(stream=stream, event=event) for event in events)
    store.submit(Change(command_id=f"c{next(_command)}", actor="vet", recorded_us=NOW_US, events=new)).result()


def note(number: int) -> ev.NoteWritten:
    return ev.NoteWritten(at_us=NOW_US, text=f"he lifts his head, {number}")


def small_record(path: Path) -> SqlStore:
    """Two cases, an item with its steps: 36 events."""
    store = SqlStore(path)
    fields = {"at_us": NOW_US, "item_id": "i1", "by": "Dr. Osei"}
    sure = cu.Confirmation(how="account")
    for number in range(12):
        add(store, note(number))
        add(store, note(number), stream="case/leo")
    add(store, cu.ItemSealed(**fields, bag="B", seal="S", container="rigid"))
    add(
        store,
        cu.HandOverOffered(
            **fields, transfer_id="t", to="Lee", organisation="Police", purpose="x", seal="S", confirmed=sure
        ),
    )
    for number in range(10):
        add(store, note(number))
    return store


def cost(folder: Path, appends: int) -> dict[str, Any]:
    """Commits a second, with the tree and without in turns of 50: the disk of a busy machine has moods."""
    store = SqlStore(folder / "cost.db")
    tree, spent, busy = LogTree(store), {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
    for turn in range(2 * appends // 50):
        followed = bool(turn % 2)
        tree.catch_up()
        began, began_cpu = time.perf_counter(), time.process_time()
        for number in range(50):
            add(store, note(number))
            if followed:
                tree.catch_up()
        spent[followed] += time.perf_counter() - began
        busy[followed] += time.process_time() - began_cpu
    store.close()
    return {
        "commits_per_s": round(appends / spent[False]),
        "commits_per_s_with_tree": round(appends / spent[True]),
        "cpu_ms_per_commit": round(1e3 * busy[False] / appends, 3),
        "cpu_ms_per_commit_with_tree": round(1e3 * busy[True] / appends, 3),
    }


def speed(folder: Path, events: int) -> dict[str, Any]:
    store = SqlStore(folder / "speed.db")
    for start in range(0, events, 500):
        add(store, *(note(number) for number in range(start, min(start + 500, events))))
    tree = LogTree(store)
    began = time.process_time()
    tree.catch_up()
    read = time.process_time() - began
    (folder / "speed").mkdir()
    key = create_key(folder / "speed", "bench.example")
    began = time.process_time()
    files = export(
        store, tree, sign_checkpoint(tree, key, None, check_signature), key, wanted(), no_pictures, NOW_US, PdfPaper()
    )
    made = time.process_time() - began
    began = time.process_time()
    problems, _ = verifier().verify(files, key.public().written())
    checked = time.process_time() - began
    store.close()
    assert not problems
    return {
        "tree_events_per_cpu_s": round(events / read),
        "export_events_per_cpu_s": round(events / made),
        "verifier_events_per_cpu_s": round(events / checked),
    }


def database(folder: Path, changes: int, chance: random.Random) -> dict[str, Any]:
    """One byte of the file at a time, wherever it holds what a row says."""
    path = folder / "record.db"
    store = small_record(path)
    key = create_key(folder, "bench.example")
    tree = LogTree(store)
    tree.catch_up()
    kept = sign_checkpoint(tree, key, None, check_signature)
    store.close()
    whole, rows = path.read_bytes(), rows_of(path)
    assert rows is not None
    values = {
        value for row in rows.values() for value in row if isinstance(value, bytes) and len(value) > 2 and any(value)
    }
    places = sorted(
        {at for value in values for start in starts(whole, value) for at in range(start, start + len(value))}
    )
    tally = {
        "changes": changes,
        "in_an_index": 0,
        "index_found": 0,
        "index_named": 0,
        "found": 0,
        "located": 0,
        "unreadable_and_refused": 0,
        "missed": 0,
    }
    for _ in range(changes):
        for old in folder.glob("record.db*"):
            old.unlink()
        broken = bytearray(whole)
        broken[chance.choice(places)] ^= chance.randrange(1, 256)
        path.write_bytes(broken)
        words = asked(path, key, kept)
        now = rows_of(path)
        if now == rows:
            tally["in_an_index"] += 1
            tally["index_found"] += words != ""
            tally["index_named"] += words is None or "Index " in words
            tally["missed"] += words == ""
        elif words is None:
            tally["unreadable_and_refused"] += 1
        elif not words:
            tally["missed"] += 1
        else:
            tally["found"] += 1
            tally["located"] += now is not None and any(name in words for name in names(rows, now))
    return tally


def cut_off(folder: Path) -> dict[str, Any]:
    """Every shorter copy of the record against a checkpoint of its end: as it is, and written on past that end."""
    (folder / "cut").mkdir()
    path, copies = folder / "cut" / "record.db", []
    for number in range(CUT_EVENTS):
        store = SqlStore(path)
        add(store, note(number))
        store.close()
        copies.append(path.read_bytes())
    key = create_key(folder / "cut", "bench.example")
    store = SqlStore(path)
    tree = LogTree(store)
    tree.catch_up()
    kept = sign_checkpoint(tree, key, None, check_signature)
    store.close()
    tally = {"cut_off": 0, "cut_off_found": 0, "put_back": 0, "put_back_found": 0, "missed": 0}
    for size, copy in enumerate(copies[:-1], start=1):
        for kind, more in (("cut_off", 0), ("put_back", CUT_EVENTS + 5 - size)):
            for old in path.parent.glob("record.db*"):
                old.unlink()
            path.write_bytes(copy)
            store = SqlStore(path)
            for number in range(more):
                add(store, note(1_000 + number))
            tree = LogTree(store)
            tree.catch_up()
            found = not compare(tree, kept, [read_key(key.public().written())], check_signature, key.name).ok
            store.close()
            tally[kind] += 1
            tally[f"{kind}_found"] += found
            tally["missed"] += not found
    return tally


def starts(data: bytes, value: bytes) -> list[int]:
    """Where a value stands in the file."""
    found, at = [], data.find(value)
    while at >= 0:
        found.append(at)
        at = data.find(value, at + 1)
    return found


def asked(path: Path, key: SigningKey, kept: str) -> str | None:
    """What verification and the comparison with the checkpoint say: empty when all is well, None when refused."""
    try:
        store = SqlStore(path)
    except HoldfastError:
        return None
    try:
        report = verify(store)
        words = " ".join(report.wrong)
        try:
            tree = LogTree(store)
            tree.catch_up()
            found = compare(tree, kept, [read_key(key.public().written())], check_signature, key.name)
            words += "" if found.ok else found.words
        except HoldfastError as error:
            words += str(error)
        return words
    except HoldfastError:
        return None
    finally:
        store.close()


def rows_of(path: Path) -> dict[tuple[str, Any], tuple[Any, ...]] | None:
    """Every row of the record by its table and number; None when SQLite cannot read them."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    try:
        return {
            (table, row[0]): row
            for table, number in ROWS.items()
            for row in connection.execute(f"SELECT {number}, * FROM {table} NOT INDEXED")
        }
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()


def names(rows: dict[tuple[str, Any], tuple[Any, ...]], now: dict[tuple[str, Any], tuple[Any, ...]]) -> list[str]:
    """How a problem may name the rows that differ."""
    found = []
    for table, number in {one for one in {*rows, *now} if rows.get(one) != now.get(one)}:
        for row in (rows.get((table, number)), now.get((table, number))):
            if row and table == "event":
                stream = row[2].decode(errors="replace") if isinstance(row[2], bytes) else str(row[2])
                found += [f"{stream} event {row[3]} ", f"number {number}"]
        found.append(f"{table.capitalize()} {number}")
    return found


def exported(folder: Path, changes: int, chance: random.Random) -> dict[str, Any]:
    """One byte of one file of an export at a time; every fifth in the zip instead."""
    from holdfast.gateways.files.bundle import zip_bytes

    (folder / "export").mkdir()
    store = small_record(folder / "export" / "record.db")
    key = create_key(folder / "export", "bench.example")
    tree = LogTree(store)
    tree.catch_up()
    files = export(
        store, tree, sign_checkpoint(tree, key, None, check_signature), key, wanted(), no_pictures, NOW_US, PdfPaper()
    )
    store.close()
    check, trusted, whole = verifier(), key.public().written(), zip_bytes(files)
    paths, sizes = list(files), [len(data) for data in files.values()]
    places, parts = zip_places(whole), ("in_zip", "zip_found", "zip_located", "missed")
    tally = {"changes": changes, "found": 0, "located_to_the_file": 0, **dict.fromkeys(parts, 0)}
    for number in range(changes):
        if number % 5 == 4:
            target = folder / "changed.zip"
            broken = flipped(whole, chance)
            target.write_bytes(broken)
            damaged, read = check.read_export(target)
            problems, _ = check.verify(read, trusted, b"", damaged)
            at = next(place for place, (one, other) in enumerate(zip(broken, whole, strict=True)) if one != other)
            name = max(one for one in places if one[0] <= at)[1]
            tally["in_zip"] += 1
            tally["zip_found"] += bool(problems)
            tally["zip_located"] += any(name in one for one in problems)
        else:
            (path,) = chance.choices(paths, sizes)
            problems, _ = check.verify({**files, path: flipped(files[path], chance)}, trusted)
            tally["found"] += bool(problems)
            tally["located_to_the_file"] += any(one.startswith(f"{path}: ") for one in problems)
        tally["missed"] += not problems
    return tally


def zip_places(whole: bytes) -> list[tuple[int, str]]:
    """Where each entry of the zip, and each entry of its directory, begins, and the file that it is about."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries, at = archive.infolist(), archive.start_dir
    places = [(one.header_offset, one.filename) for one in entries]
    for one in entries:
        places.append((at, one.filename))
        at += 46 + len(one.filename.encode())
    return [*places, (at, "its end")]


def flipped(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    broken[chance.randrange(len(broken))] ^= chance.randrange(1, 256)
    return bytes(broken)


def wanted() -> Wanted:
    return Wanted(case_id="rex")


def no_pictures(_: str) -> bytes | None:
    return None


def verifier() -> Any:
    path = Path(__file__).parent.parent / "tools" / "verify_holdfast.py"
    spec = importlib.util.spec_from_file_location("verify_holdfast", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
