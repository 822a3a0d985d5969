"""What the use cases need from the outside, as Protocols.

The store is *defined by* ``tests/contract``: an implementation is one that passes that suite.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

import msgspec

from holdfast.imaging.film import Film
from holdfast.record.events import AnyEvent, Recorded
from holdfast.record.monitor import MonitorMessage, Origin

OWN_ACTOR = "holdfast"
"""Who records what nobody did: monitor blocks, conditions that the analysis saw. A command that a person starts is an
act of somebody and has another name: see ``Change.unless_acted_since``."""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way into a stream."""

    stream: str
    event: AnyEvent


class NewHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor message for a case, on disk but not yet part of a block."""

    case_id: str
    bed: str
    received_us: int
    message: MonitorMessage


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A held message as stored."""

    held_id: int
    case_id: str
    bed: str
    received_us: int
    message: MonitorMessage


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One numeric of one block, summarised. For a spot value all of them are that value."""

    key: str
    unit: str
    at_us: int
    """Time of ``last``."""
    last: float
    low: float
    high: float
    count: int
    origin: Origin


class NewBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A finished monitor block: bytes (see ``record.blocks``) plus what is looked up without decoding."""

    block_id: str
    case_id: str
    start_us: int
    end_us: int
    data: bytes
    trend: tuple[TrendPoint, ...]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block as stored."""

    block_id: str
    case_id: str
    start_us: int
    end_us: int
    data: bytes


class NewQuarantined(msgspec.Struct, frozen=True, kw_only=True):
    """Raw bytes that could not be charted, kept whole."""

    received_us: int
    peer: str
    """Network address or file the bytes came from."""
    device: str
    """Device key where it could be read, else empty."""
    reason: str
    """One sentence: what is wrong and what to do."""
    raw: bytes


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A quarantined message as listed (raw bytes are fetched one at a time)."""

    quarantine_id: int
    received_us: int
    peer: str
    device: str
    reason: str
    size_bytes: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One atomic unit of writing: all of it is on disk, or none of it."""

    command_id: str
    """Idempotency key. A change whose key was already committed is not applied again."""
    actor: str
    recorded_us: int
    events: tuple[NewEvent, ...] = ()
    held: tuple[NewHeld, ...] = ()
    blocks: tuple[NewBlock, ...] = ()
    release_held: tuple[int, ...] = ()
    """Held rows that the blocks of this change now contain, or that go to the quarantine with it."""
    quarantined: tuple[NewQuarantined, ...] = ()
    unless_acted_since: int | None = None
    """Refuse the change with a ``ConflictError`` when an event after this sequence number was recorded by anybody but
    Holdfast itself (``OWN_ACTOR``). Who checked the state as of that number knows then that it still holds."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a committed change became."""

    duplicate: bool
    """True when the command id was known: nothing was written; ``recorded`` are the earlier events."""
    recorded: tuple[Recorded, ...] = ()
    held_ids: tuple[int, ...] = ()


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the clinic-wide chain: it binds the events of one commit, across streams."""

    number: int
    first_seq: int
    last_seq: int
    prev: bytes
    hash: bytes


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """What a home found when it compared what it keeps twice (its indices) with the rows."""

    damaged: tuple[str, ...] = ()
    """A sentence for each, that names the index."""
    not_compared: str = ""
    """Why nothing was compared; empty when it was."""


class Store(Protocol):
    """The record, the monitor data and the quarantine. Reads are consistent and never block the writer."""

    def submit(self, change: Change) -> Future[Receipt]:
        """Queue a change for the one writer; the future resolves after it is durable, in submit order."""
        ...

    def head_seq(self) -> int:
        """Sequence number of the last committed event, 0 when empty."""
        ...

    def read_stream(
        self,
        stream: str,
        *,
        after_version: int = 0,
        recorded_until_us: int | None = None,
        without_blocks: bool = False,
    ) -> list[Recorded]:
        """Events of one stream in order; with ``recorded_until_us``, only what was known by then.

        ``without_blocks`` leaves out the events that name monitor blocks, and costs nothing for them: there is
        one every ten seconds, and most readers have no use for any.
        """
        ...

    def read_log(self, *, after_seq: int = 0, limit: int = 1_000, without_blocks: bool = False) -> list[Recorded]:
        """Events of all streams in commit order."""
        ...

    def recorded_by(self, command_id: str) -> list[Recorded]:
        """Events that a committed command recorded; empty when it is not known or recorded none."""
        ...

    def anchors(self, *, after_number: int = 0, limit: int = 1_000) -> list[Anchor]: ...

    def anchor_over(self, seq: int) -> Anchor | None:
        """The anchor that binds this event and, through the anchors before it, every earlier one."""
        ...

    def held(self, case_id: str | None = None) -> list[Held]:
        """Held messages in arrival order."""
        ...

    def blocks(self, case_id: str, *, from_us: int, to_us: int) -> list[Block]:
        """Blocks that overlap the half-open time range, in order of start."""
        ...

    def block(self, block_id: str) -> Block | None: ...

    def trend(
        self, case_id: str, *, from_us: int, to_us: int, keys: Sequence[str] = (), stretch_us: int = 0
    ) -> list[TrendPoint]:
        """Trend points in the half-open range in time order; all keys when none is named.

        With ``stretch_us``, one point for each key, unit, origin and stretch of that length, counted from
        ``from_us``: time and value of the newest (of several at one moment the greatest), lowest low, highest high,
        all counts.
        """
        ...

    def monitored_cases(self) -> list[str]:
        """Ids that blocks or trend points are stored under, in order, whether or not there is such a case."""
        ...

    def quarantine(self, *, limit: int = 100, before_id: int | None = None) -> list[Quarantined]:
        """Newest first."""
        ...

    def quarantine_raw(self, quarantine_id: int) -> bytes | None: ...

    def compare_copies(self) -> Copies:
        """Compare every index with its rows; as slow as reading everything. No row depends on what it finds."""
        ...

    def quarantine_bytes(self) -> int:
        """Raw bytes kept in all."""
        ...

    def close(self) -> None:
        """Finish what is queued, then close."""
        ...


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in."""

    account_id: str
    login: str
    name: str
    role: str
    password_hash: str
    closed: bool = False


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser. The token itself is never stored, only its SHA-256."""

    token_sha256: str
    account_id: str
    csrf_token: str
    created_us: int
    last_seen_us: int


class Accounts(Protocol):
    """Accounts, sessions and the one-time setup link: the only mutable tables, and no part of the record."""

    def count(self) -> int: ...

    def all(self) -> list[Account]: ...

    def by_login(self, login: str) -> Account | None: ...

    def by_id(self, account_id: str) -> Account | None: ...

    def put(self, account: Account) -> None:
        """Insert or replace by ``account_id``; raises ``OperatorError`` when the login is taken by another."""
        ...

    def open_session(self, session: Session) -> None: ...

    def session(self, token_sha256: str) -> Session | None: ...

    def touch_session(self, token_sha256: str, seen_us: int) -> None: ...

    def close_session(self, token_sha256: str) -> None: ...

    def sessions_of(self, account_id: str) -> list[Session]:
        """Newest first."""
        ...

    def close_sessions_of(self, account_id: str) -> None: ...

    def put_first_password(self, account_id: str, until_us: int) -> None:
        """The account's password was typed by somebody else and opens only the way to another one, until then."""
        ...

    def first_password_until(self, account_id: str) -> int | None:
        """None once its person has chosen one."""
        ...

    def clear_first_password(self, account_id: str) -> None: ...

    def put_setup_token(self, token_sha256: str) -> None:
        """Replace any earlier one."""
        ...

    def take_setup_token(self, token_sha256: str) -> bool:
        """True once, for the token that was put last."""
        ...


class Films(Protocol):
    """Pictures as they were sent, each under the SHA-256 of its bytes. Nothing is changed or removed."""

    def keep(self, data: bytes) -> str:
        """Write it and return its SHA-256 (hex) once it is on disk, power loss included. The same bytes again cost
        nothing. Raises ``WorldError``."""
        ...

    def read(self, image_id: str) -> bytes:
        """The bytes; raises ``NotFoundError``, and ``IntegrityError`` when they are no longer those that were kept."""
        ...


FilmReader = Callable[[bytes], Film]
"""Unpacks the bytes of a film file; raises ``SenderError`` for one that is damaged, too large or of another kind."""


class Clock(Protocol):
    """Where time comes from."""

    def now_us(self) -> int: ...


class Ids(Protocol):
    """Where fresh identifiers and secrets come from."""

    def new_id(self) -> str:
        """Short, unguessable enough for an address, sortable by nothing."""
        ...

    def new_secret(self) -> str:
        """At least 128 bits, URL-safe."""
        ...
