"""The signature of a report: of these bytes, by this clinic, also when its key was changed since or long ago."""

import base64
import hashlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.record.signed_note import signed
from holdfast.storage.signing_key import SigningKey, create_key
from tools.exports import VERIFIER

ORIGIN = "clinic.example/er"
REPORT = b"%PDF-1.4 a report"


@pytest.fixture(scope="module")
def check() -> Iterator[ModuleType]:
    sys.path.insert(0, str(VERIFIER.parent))
    yield importlib.import_module("verify_report")
    sys.path.remove(str(VERIFIER.parent))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, SigningKey, SigningKey]:
    """Three that followed on each other."""
    first = create_key(tmp_path_factory.mktemp("key"), ORIGIN)
    second = first.rotated()
    return first, second, second.rotated()


def signature(key: SigningKey, changes: tuple[str, ...], purpose: str = "/report") -> bytes:
    digest = hashlib.sha256(REPORT).hexdigest()
    told = [f"key-change {base64.b64encode(one.encode()).decode()}" for one in changes]
    lines = [f"{ORIGIN}{purpose}", "holdfast report 1", "case rex", *told, f"sha256 {digest}", ""]
    return signed("\n".join(lines), [(key.public(purpose), key.sign)]).encode()


@pytest.mark.parametrize("held", [0, 1, 2])
def test_any_key_that_the_one_that_signed_follows_on_is_enough(
    check: ModuleType, keys: tuple[SigningKey, ...], held: int
) -> None:
    note = signature(keys[2], keys[2].handed_over)
    problem, said = check.verify(REPORT, note, keys[held].public().written())
    assert problem == ""
    assert said[:2] == [f"Signed by {ORIGIN}.", "case rex"]


def test_without_the_changes_an_older_key_is_not_enough(check: ModuleType, keys: tuple[SigningKey, ...]) -> None:
    for changes in ((), keys[2].handed_over[1:]):
        problem, _ = check.verify(REPORT, signature(keys[2], changes), keys[0].public().written())
        assert problem == f"no signature by a trusted key of {ORIGIN}/report"


def test_an_old_signature_holds_under_its_own_key_and_a_newer_key_is_no_older_one(
    check: ModuleType, keys: tuple[SigningKey, ...]
) -> None:
    note = signature(keys[0], ())
    assert check.verify(REPORT, note, keys[0].public().written())[0] == ""
    assert check.verify(REPORT, note, keys[1].public().written())[0] != ""


def test_a_stranger_cannot_name_himself_as_the_next_key(
    check: ModuleType, keys: tuple[SigningKey, ...], tmp_path: Path
) -> None:
    stranger = create_key(tmp_path, ORIGIN).rotated()
    note = signature(stranger, stranger.handed_over)
    assert check.verify(REPORT, note, keys[0].public().written())[0] != ""


def test_a_signature_that_does_not_hold_is_said_in_words(check: ModuleType, keys: tuple[SigningKey, ...]) -> None:
    """The library's own error about it says nothing at all; it once passed for "no problem"."""
    forged = signature(keys[0], ()).replace(b"case rex", b"case leo")
    assert check.verify(REPORT, forged, keys[0].public().written()) == ("the signature does not hold", [])


@given(place=st.integers(0, 10_000), bit=st.integers(1, 255))
def test_one_changed_byte_is_found(check: ModuleType, keys: tuple[SigningKey, ...], place: int, bit: int) -> None:
    """Of the report or of its signature."""
    note, trusted = signature(keys[2], keys[2].handed_over), keys[0].public().written()
    both = bytearray(REPORT + note)
    both[place % len(both)] ^= bit
    assert check.verify(bytes(both[: len(REPORT)]), bytes(both[len(REPORT) :]), trusted)[0] != ""
