"""A look at a part of the record's links, fast enough for every day; ``verification`` looks at all of them."""

from dataclasses import dataclass

from holdfast.record.chain import anchor_hash, describe, event_hash
from holdfast.record.events import Recorded
from holdfast.usecases.ports import Store

NEWEST_ANCHORS = 500
WINDOWS = 20
WINDOW = 200


@dataclass(frozen=True)
class Sampled:
    """What was looked at, and the first link that does not hold."""

    checked: int
    events: int
    anchors: int
    problem: str


def sample(store: Store) -> Sampled:
    """Check the newest anchors with their events, and windows of events spread evenly over the rest."""
    head = store.head_seq()
    windows = [store.read_log(after_seq=head * part // WINDOWS, limit=WINDOW) for part in range(WINDOWS)]
    seen: dict[int, Recorded] = {}
    problem = ""
    for window in windows:
        for one in window:
            seen[one.seq] = one
            problem = problem or _wrong(one, seen.get(one.seq - 1))
    newest = _newest_anchor(store)
    anchors = store.anchors(after_number=max(0, newest - NEWEST_ANCHORS), limit=NEWEST_ANCHORS)
    for before, anchor in zip([None, *anchors], anchors, strict=False):
        count = anchor.last_seq - anchor.first_seq + 1
        members = store.read_log(after_seq=anchor.first_seq - 1, limit=count)
        for one in members:
            seen[one.seq] = one
            problem = problem or _wrong(one, seen.get(one.seq - 1))
        made = anchor_hash(anchor.prev, anchor.number, anchor.first_seq, anchor.last_seq, members)
        if made != anchor.hash or (before and before.hash != anchor.prev):
            problem = problem or f"Anchor {anchor.number} does not match its events {anchor.first_seq} and on."
    if anchors and head > anchors[-1].last_seq and not store.anchors(after_number=anchors[-1].number, limit=1):
        problem = problem or f"Events after number {anchors[-1].last_seq} are covered by no anchor."
    return Sampled(checked=len(seen), events=head, anchors=len(anchors), problem=problem)


def _wrong(one: Recorded, before: Recorded | None) -> str:
    if event_hash(one) != one.hash:
        return f"{describe(one)}: its bytes do not match its hash."
    if before and before.stream == one.stream and one.prev != before.hash:
        return f"{describe(one)}: it does not point to the event before it."
    return ""


def _newest_anchor(store: Store) -> int:
    """Number of the last anchor. Numbers have no gaps, so halving finds it without reading them all."""
    low, step = 0, 1
    while store.anchors(after_number=low + step, limit=1):
        low, step = low + step, step * 2
    high = low + step
    while low < high:
        middle = (low + high + 1) // 2
        if store.anchors(after_number=middle - 1, limit=1):
            low = middle
        else:
            high = middle - 1
    return low
