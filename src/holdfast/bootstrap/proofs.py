"""The ``Proofs`` port: the key in the folder of the record, the tree over the record, exports."""

import base64
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from holdfast.gateways.files.atomic_folder import atomic_folder
from holdfast.gateways.files.bundle import zip_bytes
from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.checkpoint import Checkpoint, read_checkpoint
from holdfast.record.signed_note import opened, signed
from holdfast.storage.signing_key import (
    SigningKey,
    check_signature,
    create_key,
    keep_checkpoint,
    last_checkpoint,
    load_key,
)
from holdfast.usecases.case_export import Pictures, Wanted, export
from holdfast.usecases.handing_out import Exported
from holdfast.usecases.house_export import House, head_files, manifest
from holdfast.usecases.log_tree import LogTree
from holdfast.usecases.ports import Account, Films, Store
from holdfast.usecases.witness import Comparison, compare, sign_checkpoint
from holdfast.usecases.witnessing import kept_outside


class RecordProofs:
    """See ``usecases.handing_out.Proofs``. The tree is grown when it is first asked for, and stays."""

    def __init__(self, folder: Path, store: Store, films: Films) -> None:
        self._folder = folder
        self._films = films
        self._tree = LogTree(store)
        self._store = store
        self._one_at_a_time = threading.Lock()
        self._paper = PdfPaper()

    def name(self) -> str:
        key = load_key(self._folder)
        return key.name if key else ""

    def make_key(self, name: str) -> None:
        create_key(self._folder, name)

    def public_key(self) -> str:
        return self._key().public().written()

    def key_changes(self) -> tuple[str, ...]:
        return self._key().handed_over

    def last(self) -> str | None:
        return last_checkpoint(self._folder)

    def checkpoint(self) -> str:
        with self._one_at_a_time:
            return self._signed(self._key())

    def read(self, note: str) -> Checkpoint:
        key = self._key()
        return read_checkpoint(opened(note, [key.public(), *key.earlier()], check_signature))

    def consistency(self, old: int, size: int) -> tuple[str, ...]:
        with self._one_at_a_time:
            return tuple(base64.b64encode(one).decode() for one in self._tree.consistency(old, size))

    def compare(self, note: str) -> Comparison:
        key = self._key()
        with self._one_at_a_time:
            self._tree.catch_up()
            return compare(self._tree, note, [key.public(), *key.earlier()], check_signature, key.name)

    def sign(self, purpose: str, lines: Sequence[str]) -> str:
        key = self._key()
        return signed("\n".join([key.name + purpose, *lines, ""]), [(key.public(purpose), key.sign)])

    def export(self, wanted: Wanted, pictures: Pictures | None = None) -> Exported:
        """``pictures``: where to look for those that are not among the films of the record."""
        key = self._key()
        with self._one_at_a_time:
            note = self._signed(key)

            def at_hand(digest: str) -> bytes | None:
                film = self._film(digest)
                return film if film is not None or pictures is None else pictures(digest)

            now_us = time.time_ns() // 1_000
            outside, sizes = kept_outside(self._store, self._films)
            wanted = replace(wanted, kept_sizes={*wanted.kept_sizes, *sizes})
            files = export(self._store, self._tree, note, key, wanted, at_hand, now_us, self._paper, outside)
            return Exported(files, zip_bytes(files), self._tree.size)

    def export_house(self, target: Path, accounts: Sequence[Account]) -> House:
        """Write everything into a new folder, whole or not at all."""
        key = self._key()
        with self._one_at_a_time:
            note = self._signed(key)
            house = House(self._store, accounts, self._film, self._tree.size)
            with atomic_folder(target) as folder:
                for path, pieces in itertools.chain(head_files(note, key), house.files()):
                    folder.write(path, pieces)
                made = manifest(house, key, time.time_ns() // 1_000, folder.hashes)
                folder.write("manifest.txt", [made.encode()])
            return house

    def _film(self, digest: str) -> bytes | None:
        try:
            return self._films.read(digest)
        except NotFoundError:
            return None

    def _signed(self, key: SigningKey) -> str:
        self._tree.catch_up()
        note = sign_checkpoint(self._tree, key, last_checkpoint(self._folder), check_signature)
        keep_checkpoint(self._folder, note)
        return note

    def _key(self) -> SigningKey:
        key = load_key(self._folder)
        if key is None:
            raise OperatorError(
                "This record has no key yet.",
                "Name it once: on the page Proofs, or with holdfast checkpoint --name clinic.example/emergency",
            )
        return key
