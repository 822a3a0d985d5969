"""Rows of the tables as the structs of the port."""

from collections.abc import Sequence
from typing import Any

from holdfast.kernel import typed
from holdfast.kernel.errors import IntegrityError
from holdfast.record.chain import UNREADABLE
from holdfast.record.events import Recorded
from holdfast.record.monitor import MonitorMessage, Origin
from holdfast.storage import schema
from holdfast.usecases.ports import Held, TrendPoint

_e, _t = schema.event.c, schema.trend.c
EVENT_COLUMNS = (_e.seq, _e.stream, _e.version, _e.recorded_us, _e.actor, _e.command_id, _e.body, _e.prev, _e.hash)
TREND_COLUMNS = (_t.key, _t.unit, _t.at_us, _t.last, _t.low, _t.high, _t.count, _t.origin)

_message = typed.msgpack_decoder(MonitorMessage)


def to_recorded(row: Sequence[Any]) -> Recorded:
    """Raises ``IntegrityError`` when a column holds another kind of value than was ever written there."""
    seq, stream, version, recorded_us, actor, command_id, body, prev, digest = row
    if not (isinstance(version, int) and isinstance(recorded_us, int)):
        raise IntegrityError(f"Event {seq} of the log has something else than a number as its version or time.")
    return Recorded(
        seq=seq,
        stream=stream,
        version=version,
        recorded_us=recorded_us,
        actor=actor,
        command_id=command_id,
        body=body,
        prev=prev,
        hash=digest,
    )


def to_held(row: Sequence[Any]) -> Held:
    held_id, case_id, bed, received_us, message = row
    try:
        read = _message.decode(message)
    except UNREADABLE as error:
        raise IntegrityError(
            f"Held monitor message {held_id} of case {case_id} cannot be read: {error}.",
            "It was written by another release or is damaged; `holdfast verify` tells which.",
        ) from error
    return Held(held_id=held_id, case_id=case_id, bed=bed, received_us=received_us, message=read)


def to_trend_point(row: Sequence[Any]) -> TrendPoint:
    key, unit, at_us, last, low, high, count, origin = row
    try:
        known = Origin(origin)
    except ValueError as error:
        raise IntegrityError(f"A trend row of {key} at {at_us} has the unknown origin {origin!r}.") from error
    return TrendPoint(key=key, unit=unit, at_us=at_us, last=last, low=low, high=high, count=count, origin=known)
