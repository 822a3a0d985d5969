"""The analysis of one bed as a keyed job runs it: numbered pieces in, what became known out, one state between them.

An engine hands over pieces late, twice, and out of order (a directory of files keeps none; a worker that died is
given its pieces again). So each bed numbers its pieces from 0, and this drops what it has had and lets what came
early wait. What comes out is the same for every order and every number of repeats, as long as no hole stays open
for longer than ``WAITING_MAX`` pieces. It has no clock, and nothing here knows which engine runs it.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from holdfast.kernel import typed
from holdfast.record.monitor import Wave
from holdfast.signals import bedside
from holdfast.signals.bedside import BedState, Outputs
from holdfast.signals.observed import ADULT_DOG, RateLimits

WAITING_MAX = 600
"""Pieces of a bed that wait for one before them; of ten seconds each, an hour and forty minutes (our choice). Then the
missing ones are given up: said, never passed over in silence."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """Some messages of one bed, as they were received. About ten seconds of them is a good piece."""

    bed: str
    """Unique among all houses that one job follows: ``HOUSE/BED``, or a case id."""
    number: int
    """0 for the first piece of the bed, then one more each time."""
    messages: tuple[tuple[Wave, ...], ...]
    """The waves of each message, on one clock."""
    limits: RateLimits = ADULT_DOG
    """Heart rates that are extreme for this animal."""


class Said(msgspec.Struct, frozen=True):
    """What one piece made known. Exactly one for each piece, in the order of their numbers."""

    bed: str
    number: int
    missed: tuple[int, int]
    """First number that was given up before this piece, and how many; (0, 0) when none was."""
    said: tuple[Outputs, ...]
    """One for each message."""
    state_sha256: str
    """Of the whole state after it: two runs that agree in this will agree in everything that follows."""


class Following(msgspec.Struct, frozen=True, tag="following.1", forbid_unknown_fields=True):
    """What is kept between the pieces of one bed."""

    bed: BedState
    next_number: int = 0
    waiting: tuple[Piece, ...] = ()
    """Came early; by number."""


def initial() -> Following:
    """A bed that has sent nothing."""
    return Following(bedside.initial())


def dump(state: Following) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> Following:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, Following)


def step(state: Following, piece: Piece) -> tuple[Following, tuple[Said, ...]]:
    """Take one piece; says nothing while one before it is missing."""
    had = piece.number < state.next_number or any(one.number == piece.number for one in state.waiting)
    if had:
        return state, ()
    waiting = tuple(sorted((*state.waiting, piece), key=_number))
    return _analyse(msgspec.structs.replace(state, waiting=waiting), WAITING_MAX)


def finish(state: Following) -> tuple[Following, tuple[Said, ...]]:
    """Nothing more will come: what still waits behind a hole is analysed."""
    return _analyse(state, 0)


def _analyse(state: Following, may_wait: int) -> tuple[Following, tuple[Said, ...]]:
    bed, expected, waiting = state.bed, state.next_number, list(state.waiting)
    found: list[Said] = []
    while waiting and (waiting[0].number == expected or len(waiting) > may_wait):
        piece = waiting.pop(0)
        said = []
        for message in piece.messages:
            bed, outputs = bedside.step(bed, message, piece.limits)
            said.append(outputs)
        lost = piece.number - expected
        missed = (expected, lost) if lost else (0, 0)
        sha256 = hashlib.sha256(bedside.dump(bed)).hexdigest()
        found.append(Said(piece.bed, piece.number, missed, tuple(said), sha256))
        expected = piece.number + 1
    return Following(bed, expected, tuple(waiting)), tuple(found)


def follow(pieces: Iterable[Piece]) -> Iterator[Said]:
    """The engine of one process: every state stays in memory. What all others are compared with."""
    states: dict[str, Following] = {}
    for piece in pieces:
        states[piece.bed], said = step(states.get(piece.bed) or initial(), piece)
        yield from said
    for bed in sorted(states):
        yield from finish(states[bed])[1]


def _number(piece: Piece) -> int:
    return piece.number
