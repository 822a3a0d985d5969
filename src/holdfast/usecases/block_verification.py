"""The part of verification that looks outside the chain: monitor blocks and the trend rows made from them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.time import iso
from holdfast.record.blocks import decode_block
from holdfast.record.chain import describe
from holdfast.record.events import MonitorBlockStored, Recorded, case_stream
from holdfast.usecases.monitor_blocks import summarise
from holdfast.usecases.ports import Block, Store, TrendPoint

Report = Callable[[str], None]

# Blocks loaded at a time: an hour of one bed, some 20 MB.
_PAGE = 360
_FAR_US = 2**62


@dataclass
class Counted:
    """What of one case was checked."""

    blocks: int = 0
    trend_points: int = 0


@dataclass
class _Case:
    """One case while it is checked."""

    case_id: str
    named: dict[str, tuple[Recorded, MonitorBlockStored]] = field(default_factory=dict)
    """Blocks that the chain names, by id."""
    version: int = 0
    """How far the stream has been read."""
    seen: set[str] = field(default_factory=set)
    points: set[TrendPoint] = field(default_factory=set)
    """What the trend rows must be."""


def check_blocks(store: Store, case_id: str, report: Report) -> Counted:
    """Check every block and trend row of a case against its stream; ``report`` gets one sentence per problem.

    Of a case without a stream, every block and row is a problem.
    """
    case = _Case(case_id)
    _read_on(store, case)
    slices = _slices(case)
    unnamed = [one for start, end in slices for one in _check_slice(store, case, start, end, report)]
    for block_id in sorted(case.named.keys() - case.seen):
        _report_absent(store, case, block_id, report)
    missing, strange, rows = set(case.points), [], 0
    for start, end in slices:
        for row in store.trend(case_id, from_us=start, to_us=end):
            rows += 1
            missing.discard(row)
            if row not in case.points:
                strange.append(row)
    if unnamed or strange:
        # Somebody may have written since the stream was read: read on before accusing anybody.
        for block_id in _read_on(store, case):
            block = store.block(block_id)
            if block:
                case.points.update(_points_of(block))
    for block_id in unnamed:
        if block_id not in case.named:
            report(f"Monitor block {block_id} of case {case_id} is stored, but no event of the case names it.")
    _report_trend(
        case, "agree with no intact monitor block", [row for row in strange if row not in case.points], report
    )
    _report_trend(case, "are missing beside their monitor block", list(missing), report)
    return Counted(blocks=len(case.seen), trend_points=rows)


def _read_on(store: Store, case: _Case) -> list[str]:
    """Note the blocks that the stream names beyond what was read of it; their ids."""
    fresh = []
    for one in store.read_stream(case_stream(case.case_id), after_version=case.version):
        case.version = one.version
        try:
            event = one.event
        except IntegrityError:
            continue  # The walk along the log has reported it.
        if isinstance(event, MonitorBlockStored):
            case.named[event.block_id] = (one, event)
            fresh.append(event.block_id)
    return fresh


def _slices(case: _Case) -> list[tuple[int, int]]:
    """Half-open time ranges that cover all of time, none of which holds more than a page of named blocks."""
    starts = sorted(event.start_us for _, event in case.named.values())
    bounds = [-_FAR_US, *sorted(set(starts[::_PAGE])), _FAR_US]
    return list(pairwise(bounds))


def _check_slice(store: Store, case: _Case, start_us: int, end_us: int, report: Report) -> list[str]:
    """Check the blocks of one slice that were not seen yet; ids of those that the stream does not name."""
    unnamed = []
    for block in store.blocks(case.case_id, from_us=start_us, to_us=end_us):
        if block.block_id in case.seen:
            continue  # It reaches over from the slice before.
        case.seen.add(block.block_id)
        if block.block_id in case.named:
            _check_block(case, block, report)
        else:
            unnamed.append(block.block_id)
    return unnamed


def _check_block(case: _Case, block: Block, report: Report) -> None:
    recorded, event = case.named[block.block_id]
    called = f"Monitor block {block.block_id}, bound to {describe(recorded)}"
    if hashlib.sha256(block.data).hexdigest() != event.sha256:
        report(f"{called}: its bytes do not match the hash in the chain.")
    elif (block.start_us, block.end_us) != (event.start_us, event.end_us):
        report(f"{called}: it is stored under other times than the chain says.")
    try:
        case.points.update(_points_of(block))
    except IntegrityError as error:
        report(f"{called}: {error.problem}")


def _points_of(block: Block) -> tuple[TrendPoint, ...]:
    content = decode_block(block.data)
    return summarise(content.messages, content.derived)


def _report_absent(store: Store, case: _Case, block_id: str, report: Report) -> None:
    recorded, _ = case.named[block_id]
    elsewhere = store.block(block_id)
    found = "is missing" if elsewhere is None else f"is stored under another case or time (case {elsewhere.case_id})"
    report(f"Monitor block {block_id}, bound to {describe(recorded)}, {found}.")


def _report_trend(case: _Case, what: str, rows: list[TrendPoint], report: Report) -> None:
    if rows:
        first = min(rows, key=lambda row: (row.at_us, row.key))
        where = f"the first is {first.key} at {_when(first.at_us)}"
        report(f"{len(rows)} trend rows of case {case.case_id} {what}; {where}.")


def _when(at_us: int) -> str:
    try:
        return iso(at_us)
    except OverflowError:
        return f"an impossible time ({at_us} µs)"
