"""Does the record still agree with itself? Every link, every anchor, every monitor block, every trend row.

What this can find: any change to an event (body, author, times, order), to an anchor or to a
block, and any event, block or trend row taken out or put in, also under a case that was never
admitted; and any index that does not say what its rows say. What it cannot: the loss of the
newest events together with their anchors. For that, somebody outside keeps a checkpoint, and
compares (``witness``). And what stands outside the chain: held messages (until they are in a
block), the quarantine, accounts.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.kernel.chain import GENESIS
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.limits import PROBLEMS_LISTED_MAX
from holdfast.record.chain import UNREADABLE, Head, anchor_hash, describe, event_hash, head_of
from holdfast.record.events import Recorded, case_stream, decode_event
from holdfast.record.imaging_events import ImageReceived
from holdfast.record.retention_events import PicturesRemoved
from holdfast.usecases.block_verification import check_blocks
from holdfast.usecases.ports import Anchor, Films, Store

_PAGE = 1_000
MENDING = (
    "An index is a copy that makes reading fast; the rows are not changed by what is wrong in it. The disk may be "
    "failing: stop Holdfast, copy its folder elsewhere, then `holdfast verify --renew-indices` makes them anew."
)
_CASE = case_stream("")


@dataclass(frozen=True)
class VerifyReport:
    """What was checked and what does not hold; ``problems`` begins with the first broken link."""

    events: int
    streams: int
    anchors: int
    blocks: int
    trend_points: int
    last_anchor: str
    """Hash (hex) of the newest anchor: kept elsewhere, it proves later that nothing before it was lost."""
    problems: tuple[str, ...]
    unlisted: int
    """Problems beyond those spelled out."""
    pictures: int = 0
    """Files of pictures that were read and compared with their hash."""
    damaged_copies: tuple[str, ...] = ()
    """Indices that no longer say what the rows say: no link depends on one, but a look-up by one may miss a row."""
    copies_not_compared: str = ""
    """Why indices were not compared; empty when they were."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that does not hold, broken links first."""
        return self.problems + self.damaged_copies

    @property
    def ok(self) -> bool:
        return not self.wrong

    def in_words(self) -> list[str]:
        """The report as lines for a person."""
        checked = (
            f"Checked {self.events} events in {self.streams} streams, {self.anchors} anchors, "
            f"{self.blocks} monitor blocks and {self.trend_points} trend rows."
        )
        if self.pictures:
            checked += f" Read {self.pictures} pictures."
        lines = [checked]
        if self.problems:
            lines.append(f"First broken link: {self.problems[0]}")
            lines += [f"Also: {problem}" for problem in self.problems[1:]]
        else:
            anchor = f" Newest anchor: {self.last_anchor}." if self.last_anchor else ""
            lines.append(f"Every link holds.{anchor}")
        if self.unlisted:
            lines.append(f"And {self.unlisted} more.")
        lines += [f"Damaged copy: {problem}" for problem in self.damaged_copies]
        if self.damaged_copies:
            lines.append(MENDING)
        if self.copies_not_compared:
            lines.append(self.copies_not_compared)
        return lines


@dataclass
class _Walk:
    """What the walk along the log has counted, found and carries on."""

    events: int = 0
    anchors: int = 0
    heads: dict[str, Head] = field(default_factory=dict)
    last_seq: int = 0
    anchor_number: int = 0
    last_anchor: bytes = GENESIS
    anchored_seq: int = 0
    pictures: list[tuple[int, str]] = field(default_factory=list)
    """(number of the event, image id) of every picture on record."""
    removed: set[str] = field(default_factory=set)
    """Pictures whose bytes the clinic removed by its rule, on record."""
    found: list[str] = field(default_factory=list)
    unlisted: int = 0

    def report(self, problem: str) -> None:
        if len(self.found) < PROBLEMS_LISTED_MAX:
            self.found.append(problem)
        else:
            self.unlisted += 1


def verify(store: Store, films: Films | None = None) -> VerifyReport:
    """Check everything; may run beside a server that goes on writing. Without ``films``, not the files of pictures.

    Raises ``WorldError`` or ``IntegrityError`` only when the database itself cannot be read.
    """
    walk = _Walk()
    _check_log(store, walk)
    blocks = points = 0
    cases = {stream.removeprefix(_CASE) for stream in walk.heads if stream.startswith(_CASE)}
    for case_id in sorted(cases.union(store.monitored_cases())):
        counted = check_blocks(store, case_id, walk.report)
        blocks, points = blocks + counted.blocks, points + counted.trend_points
    if films:
        _check_pictures(films, walk)
    copies = store.compare_copies()
    return VerifyReport(
        events=walk.events,
        streams=len(walk.heads),
        anchors=walk.anchors,
        blocks=blocks,
        trend_points=points,
        last_anchor=walk.last_anchor.hex() if walk.anchors else "",
        problems=tuple(walk.found),
        unlisted=walk.unlisted,
        pictures=sum(one not in walk.removed for _, one in walk.pictures) if films else 0,
        damaged_copies=copies.damaged,
        copies_not_compared=copies.not_compared,
    )


def _check_pictures(films: Films, walk: _Walk) -> None:
    for seq, image_id in walk.pictures:
        if image_id in walk.removed:
            continue
        try:
            films.read(image_id)
        except HoldfastError as error:
            walk.report(f"Picture {image_id[:16]} (event {seq} of the log): {error.problem}")


class _Log:
    """The events in commit order, read page by page as they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after = 0
        self._page: deque[Recorded] = deque()

    def up_to(self, seq: int) -> Iterator[Recorded]:
        """The events not yet given, as far as ``seq``."""
        while self.waiting() and self._page[0].seq <= seq:
            yield self._page.popleft()

    def waiting(self) -> int:
        """How many events are read but not yet given; 0 only at the end of the log."""
        if not self._page:
            self._page.extend(self._store.read_log(after_seq=self._after, limit=_PAGE))
            self._after = self._page[-1].seq if self._page else self._after
        return len(self._page)

    def take_waiting(self) -> list[Recorded]:
        taken = list(self._page)
        self._page.clear()
        return taken


def _check_log(store: Store, walk: _Walk) -> None:
    """Events and anchors side by side, in commit order, while others may go on writing.

    The anchors lead: an anchor and its events are committed together, so whoever sees the anchor
    can see its events. Events without an anchor are only believed to have none when it is still
    not there *after* they were read.
    """
    log = _Log(store)
    while True:
        page = store.anchors(after_number=walk.anchor_number, limit=_PAGE)
        for anchor in page:
            members = list(log.up_to(anchor.last_seq))
            for one in members:
                _check_event(one, walk)
            _check_anchor(anchor, members, walk)
        if page:
            continue
        if not log.waiting():
            return
        if not store.anchors(after_number=walk.anchor_number, limit=1):
            loose = log.take_waiting()
            for one in loose:
                _check_event(one, walk)
            walk.report(f"Events {loose[0].seq} to {loose[-1].seq} of the log are covered by no anchor.")
            walk.anchored_seq = loose[-1].seq


def _check_event(one: Recorded, walk: _Walk) -> None:
    head = walk.heads.get(one.stream)
    version, prev = (head.version + 1, head.hash) if head else (1, GENESIS)
    wrong = []
    if event_hash(one) != one.hash:
        wrong.append("its bytes do not match its hash")
    if one.version != version:
        wrong.append(f"it should be event {version} of its stream")
    elif one.prev != prev:
        wrong.append("it does not point to the event before it")
    if one.seq != walk.last_seq + 1:
        wrong.append(f"it is number {one.seq} of the log and follows on number {walk.last_seq}")
    if head and one.recorded_us < head.recorded_us:
        wrong.append("it was recorded earlier than the event before it")
    try:
        event = decode_event(one.body)
        if isinstance(event, ImageReceived):
            walk.pictures.append((one.seq, event.image_id))
        elif isinstance(event, PicturesRemoved):
            walk.removed.update(event.image_ids)
    except UNREADABLE as error:
        wrong.append(f"this release cannot read its body ({error})")
    if wrong:
        walk.report(f"{describe(one)}: {'; '.join(wrong)}.")
    walk.events += 1
    walk.last_seq = one.seq
    walk.heads[one.stream] = head_of(one)


def _check_anchor(anchor: Anchor, members: list[Recorded], walk: _Walk) -> None:
    wrong = []
    if anchor.number != walk.anchor_number + 1:
        wrong.append(f"it should be number {walk.anchor_number + 1}")
    elif anchor.prev != walk.last_anchor:
        wrong.append("it does not point to the anchor before it")
    if anchor.first_seq != walk.anchored_seq + 1:
        wrong.append(f"it should begin at event {walk.anchored_seq + 1}")
    if len(members) != anchor.last_seq - anchor.first_seq + 1 or not members:
        wrong.append(f"{len(members)} events are there for it")
    digest = anchor_hash(anchor.prev, anchor.number, anchor.first_seq, anchor.last_seq, members)
    if not wrong and digest != anchor.hash:
        wrong.append("the events, or their order, do not match its hash")
    if wrong:
        covers = f"events {anchor.first_seq} to {anchor.last_seq} of the log"
        walk.report(f"Anchor {anchor.number} over {covers}: {'; '.join(wrong)}.")
    walk.anchors += 1
    walk.anchor_number = anchor.number
    walk.last_anchor = anchor.hash
    # What was really read, so that one damaged bound does not accuse every anchor after it.
    walk.anchored_seq = members[-1].seq if members else walk.anchored_seq
