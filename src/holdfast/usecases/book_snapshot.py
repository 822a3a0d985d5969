"""The case book as bytes, so that a start need not fold the whole record again.

A snapshot is a cache and never believed by itself: it names the anchor over the last event that it reflects, and is
only used on a record that holds this very anchor, whose hash binds every event before it. What came later is folded on
top. Cases are encoded one by one: other threads take their turn in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from holdfast.kernel import typed
from holdfast.record.case_state import CaseState
from holdfast.record.clinic_state import ClinicState
from holdfast.record.imaging_state import Studies
from holdfast.record.service_state import ServiceDog
from holdfast.usecases.ports import Store


@dataclass(frozen=True)
class BookState:
    """Everything that the book holds, as it stood after event ``seq`` of the record."""

    seq: int
    cases: Mapping[str, CaseState]
    clinic: ClinicState
    studies: bytes
    service: Mapping[str, ServiceDog]


class _Snapshot(msgspec.Struct, frozen=True):
    seq: int
    anchor: int
    anchor_hash: bytes
    cases: dict[str, msgspec.Raw]
    clinic: ClinicState
    studies: msgspec.Raw
    service: dict[str, ServiceDog]


class StaleError(Exception):
    """The snapshot is not one of this record. Says why."""


_ENCODER = msgspec.msgpack.Encoder()
_SNAPSHOT = typed.msgpack_decoder(_Snapshot)
_CASE = typed.msgpack_decoder(CaseState)
_STUDIES = typed.msgpack_decoder(Studies)


def studies_bytes(studies: Studies) -> bytes:
    """Studies change in place: they are encoded while the book stands still."""
    return _ENCODER.encode(studies)


def snapshot(store: Store, state: BookState) -> bytes | None:
    """The bytes of a snapshot; None for an empty record."""
    anchor = store.anchor_over(state.seq)
    if anchor is None:
        return None
    cases = {case_id: msgspec.Raw(_ENCODER.encode(case)) for case_id, case in state.cases.items()}
    whole = _Snapshot(
        state.seq, anchor.number, anchor.hash, cases, state.clinic, msgspec.Raw(state.studies), dict(state.service)
    )
    return _ENCODER.encode(whole)


def restored(store: Store, data: bytes) -> tuple[BookState, Studies]:
    """What a snapshot holds; raises ``StaleError`` when it is damaged or not of this record."""
    try:
        whole = _SNAPSHOT.decode(data)
        cases = {case_id: _CASE.decode(raw) for case_id, raw in whole.cases.items()}
        studies = _STUDIES.decode(whole.studies)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StaleError(f"it cannot be read: {error}") from error
    anchor = store.anchor_over(whole.seq)
    if anchor is None or (anchor.number, anchor.hash) != (whole.anchor, whole.anchor_hash):
        raise StaleError("the record does not hold the events that it was made of")
    return BookState(whole.seq, cases, whole.clinic, bytes(whole.studies), whole.service), studies
