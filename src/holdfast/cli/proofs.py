"""``holdfast checkpoint`` and ``holdfast export``: what somebody outside keeps, and what they can check."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from holdfast.bootstrap.house import open_record
from holdfast.bootstrap.proofs import RecordProofs
from holdfast.config import Config
from holdfast.gateways.files.bundle import write_bundle
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.signing_key import load_key
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases.case_export import Pictures, Wanted
from holdfast.usecases.handing_out import withheld_of
from holdfast.usecases.witness import Comparison

PICTURE_BYTES_MAX = 64 * 1024 * 1024
"""Larger files in the folder of pictures are passed over: no photograph is, and each one is read whole."""


def checkpoint(config: Config, name: str) -> str:
    """Sign and keep a checkpoint of the record as it is now; ``name`` makes the key of a record that has none."""
    with _proofs(config) as proofs:
        _name(proofs, name)
        return proofs.checkpoint()


def public_keys(config: Config, name: str, *, rotate: bool) -> str:
    """The line of the key that signs, after a new one took its place where that is asked for."""
    with _proofs(config) as proofs:
        _name(proofs, name)
        key = load_key(config.data_dir)
        if rotate and key is not None:
            key.rotated()
        return proofs.public_key()


def compare_with(config: Config, file: Path) -> Comparison:
    """Compare the record with a checkpoint that was kept elsewhere."""
    note = _read(file)
    with _proofs(config) as proofs:
        return proofs.compare(note)


def export_case(
    config: Config,
    *,
    case_id: str,
    item_id: str,
    target: Path,
    pictures: Path | None,
    withhold: Sequence[str],
    without_service: bool,
    kept: Sequence[Path],
) -> str:
    """Write an export and say what is in it. ``withhold``: ``kind:member``, e.g. ``patient_admitted.1:owner``.

    Nothing is recorded: who runs this has the record in hand. Exports from the pages are on record.
    """
    with _proofs(config) as proofs:
        sizes = tuple(proofs.read(_read(file)).size for file in kept)
        withheld = withheld_of(withhold)
        wanted = Wanted(
            case_id=case_id, item_id=item_id, withheld=withheld, service=not without_service, kept_sizes=sizes
        )
        made = proofs.export(wanted, _pictures(pictures))
        key = proofs.public_key()
    write_bundle(target, made.files)
    images = sum(path.startswith("images/") for path in made.files)
    return f"{target}: {made.events} events, {images} pictures, under the key\n{key}"


def export_everything(config: Config, target: Path) -> str:
    """Write the whole house into a new folder and say what is in it. May run beside a server."""
    with _proofs(config) as proofs:
        accounts = SqlAccounts(config.database)
        try:
            made = proofs.export_house(target, accounts.all())
        finally:
            accounts.close()
        absent = f"; {len(made.absent)} hashes that events name have no bytes in the house" if made.absent else ""
        return (
            f"{target}: {made.size} events, {made.blocks} monitor blocks, {made.pictures} pictures, "
            f"{made.quarantined} messages from the quarantine{absent}; under the key\n{proofs.public_key()}"
        )


def _name(proofs: RecordProofs, name: str) -> None:
    if name and proofs.name() and name != proofs.name():
        raise OperatorError(f"This record is named {proofs.name()} already.", "A name stays; leave out --name.")
    if name and not proofs.name():
        proofs.make_key(name)


@contextmanager
def _proofs(config: Config) -> Iterator[RecordProofs]:
    store = open_record(config)
    try:
        yield RecordProofs(config.data_dir, store, FilmFiles(config.films))
    finally:
        store.close()


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
