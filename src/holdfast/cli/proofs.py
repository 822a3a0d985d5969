"""``holdfast checkpoint`` and ``holdfast export``: what somebody outside keeps, and what they can check."""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.bootstrap.house import open_store
from holdfast.gateways.files.bundle import write_bundle
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.record.checkpoint import read_checkpoint
from holdfast.record.signed_note import opened
from holdfast.storage.signing_key import (
    SigningKey,
    check_signature,
    create_key,
    keep_checkpoint,
    last_checkpoint,
    load_key,
)
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.case_export import Pictures, Wanted, export
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.witness import Comparison, compare, sign_checkpoint

PICTURE_BYTES_MAX = 64 * 1024 * 1024
"""Larger files in the folder of pictures are passed over: no photograph is, and each one is read whole."""


def checkpoint(data_dir: Path, name: str) -> str:
    """Sign and keep a checkpoint of the record as it is now; ``name`` makes the key of a record that has none."""
    store = _open(data_dir)
    try:
        return _signed(data_dir, _grown(store), _key(data_dir, name))
    finally:
        store.close()


def public_keys(data_dir: Path, name: str, *, rotate: bool) -> str:
    """The line of the key that signs, after a new one took its place where that is asked for."""
    _database(data_dir)
    key = _key(data_dir, name)
    return (key.rotated() if rotate else key).public().written()


def compare_with(data_dir: Path, file: Path) -> Comparison:
    """Compare the record with a checkpoint that was kept elsewhere."""
    note = _read(file)
    store = _open(data_dir)
    try:
        key = _key(data_dir, "")
        return compare(_grown(store), note, [key.public(), *key.earlier()], check_signature, key.name)
    finally:
        store.close()


def export_case(
    data_dir: Path,
    *,
    case_id: str,
    item_id: str,
    target: Path,
    pictures: Path | None,
    withhold: Sequence[str],
    kept: Sequence[Path],
) -> str:
    """Write an export and say what is in it. ``withhold``: ``kind:member``, e.g. ``patient_admitted.1:owner``."""
    withheld: dict[str, set[str]] = {}
    for one in withhold:
        kind, _, member = one.partition(":")
        withheld.setdefault(kind, set()).add(member)
    store = _open(data_dir)
    try:
        key = _key(data_dir, "")
        known = [key.public(), *key.earlier()]
        sizes = tuple(read_checkpoint(opened(_read(file), known, check_signature)).size for file in kept)
        tree = _grown(store)
        wanted = Wanted(case_id=case_id, item_id=item_id, withheld=withheld, kept_sizes=sizes)
        note = _signed(data_dir, tree, key)
        files = export(store, tree, note, key, wanted, _pictures(pictures), time.time_ns() // 1_000)
    finally:
        store.close()
    write_bundle(target, files)
    events = sum(path.startswith("events/") for path in files)
    images = sum(path.startswith("images/") for path in files)
    return f"{target}: {events} events, {images} pictures, under the key\n{key.public().written()}"


def _signed(data_dir: Path, tree: LogTree, key: SigningKey) -> str:
    note = sign_checkpoint(tree, key, last_checkpoint(data_dir), check_signature)
    keep_checkpoint(data_dir, note)
    return note


def _grown(store: SqlStore) -> LogTree:
    tree = LogTree(store)
    tree.catch_up()
    return tree


def _key(data_dir: Path, name: str) -> SigningKey:
    key = load_key(data_dir)
    if key is None and not name:
        raise OperatorError(
            "This record has no key yet.", "Name it once: holdfast checkpoint --name clinic.example/emergency"
        )
    if key is not None and name and name != key.name:
        raise OperatorError(f"This record is named {key.name} already.", "A name stays; leave out --name.")
    return key or create_key(data_dir, name)


def _database(data_dir: Path) -> Path:
    database = data_dir / "holdfast.db"
    if not database.exists():
        raise OperatorError(f"There is no record in {data_dir}.", "Name the folder of the record with --data.")
    return database


def _open(data_dir: Path) -> SqlStore:
    return open_store(_database(data_dir))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{file} cannot be read: {error}.", "Name the file with the checkpoint.") from error


def _pictures(folder: Path | None) -> Pictures:
    """The files of a folder by their hash."""
    if folder is None:
        return lambda _: None
    if not folder.is_dir():
        raise OperatorError(f"There is no folder {folder}.", "Name the folder of the pictures.")
    small = (one for one in sorted(folder.rglob("*")) if one.is_file() and one.stat().st_size <= PICTURE_BYTES_MAX)
    found = {hashlib.sha256(one.read_bytes()).hexdigest(): one for one in small}
    return lambda digest: found[digest].read_bytes() if digest in found else None
