"""The report of a case for a commander, a court or an insurer: what, when, who, and where the record is weak."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from holdfast.custody.item import Item
from holdfast.custody.words import sentence
from holdfast.kernel.errors import IntegrityError, NotFoundError
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record import custody_events as cu
from holdfast.record.case_state import CaseState
from holdfast.usecases import custody
from holdfast.usecases.alarm_log import alarm_log
from holdfast.usecases.context import Context
from holdfast.usecases.documents import Block, Document, Heading, Picture, Rows, Strip, Text
from holdfast.usecases.inquiry_report import inquiry_chapter
from holdfast.usecases.ports import Films
from holdfast.usecases.timeline import Line
from holdfast.usecases.timeline_view import whole_timeline
from holdfast.usecases.trends import trend_series

STRIPS = ("hr", "hr_ecg", "spo2", "rr", "art_mean", "nibp_mean", "etco2", "temp")
CORRECTIONS = ("corrected", "retracted", "withdrawn", "detached", "amended")
OVERRIDES = ("declined", "refused", "overrid", "switched_off", "comfort_answered", "end_of_life_decided", "disposed")
"""Parts of the kinds of events that tell of a correction, and of what was declined or done against the usual."""
ALARMS_MAX = 300


@dataclass(frozen=True)
class Asked:
    """What a report is asked for."""

    case_id: str
    until_us: int
    made_us: int
    recipient: str
    purpose: str
    stamp: Callable[[int], str]
    """A moment as the reader's clock shows it."""
    zone: str
    """Which clock that is, in words."""


def case_report(ctx: Context, films: Films, asked: Asked) -> Document:
    """Everything that had been recorded by ``asked.until_us``."""
    case = ctx.book.case_at(asked.case_id, asked.until_us)
    lines = [one for one in whole_timeline(ctx, asked.case_id, asked.until_us) if one.category != "alarm"]
    items = list(custody.items_of(ctx, asked.case_id, asked.until_us).values())
    blocks = [
        *_head(case, asked),
        *_before(lines, ctx, asked),
        *_decisions(lines, ctx, asked),
        *_listed("Declined, overridden, switched off", lines, OVERRIDES, ctx, asked),
        *_listed("Corrections", lines, CORRECTIONS, ctx, asked),
        *(block for item in items for block in _item(ctx, films, item, asked)),
        *inquiry_chapter(ctx, case, asked.stamp),
        *strips(ctx, case, asked.until_us),
        *_alarms(ctx, asked),
        Heading("Everything, in order"),
        _rows(lines, ctx, asked),
        *_about(),
    ]
    foot = f"Case {asked.case_id}, as recorded by {asked.stamp(asked.until_us)}"
    return Document(title=f"Report of the case of {case.name}", foot=foot, blocks=tuple(blocks))


def _head(case: CaseState, asked: Asked) -> list[Block]:
    admitted = case.admitted
    age = f"{admitted.age_months / 12:.1f} years at admission" if admitted.age_months is not None else "age not known"
    weight = f"{case.weight_kg:g} kg" if case.weight_kg is not None else "not weighed"
    working = case.working
    rows = (
        ("Animal", ", ".join((case.name, case.corrected("breed") or admitted.breed or admitted.species, age, weight))),
        ("Sex", admitted.sex.replace("_", " ")),
        ("Microchip", case.microchip or "none on record"),
        ("Working dog", "yes" if admitted.working_dog else "no"),
        ("Handler", case.corrected("handler") or admitted.handler or "none on record"),
        ("Owner", case.corrected("owner") or admitted.owner or "none on record"),
        ("Admitted", f"{asked.stamp(admitted.at_us)}: {case.corrected('complaint') or admitted.complaint or '-'}"),
        ("Working diagnosis", working.text if working else "none on record"),
        ("Outcome", case.closed or "the case is open"),
        ("Report for", "; ".join(part for part in (asked.recipient, asked.purpose) if part) or "not said"),
    )
    training = [Text("TRAINING CASE: nothing in it was measured on an animal.", "problem")] if case.training else []
    said = (
        f"This report tells what had been recorded by {asked.stamp(asked.until_us)}; it was made "
        f"{asked.stamp(asked.made_us)}. Times are {asked.zone}, from the clock of the computer that keeps the record "
        "unless an entry names another. Where an entry was made more than a minute after what it tells, both times "
        "are given."
    )
    return [Text(said, "small"), *training, Heading("The animal"), Rows(("", ""), rows, (1, 4))]


def _before(lines: list[Line], ctx: Context, asked: Asked) -> list[Block]:
    """The dog's service, and how it was compared with what was found."""
    chosen = [line for line in lines if line.category in ("service", "inquiry")]
    return [Heading("Service on record, and the comparison with it"), _rows(chosen, ctx, asked)] if chosen else []


def _decisions(lines: list[Line], ctx: Context, asked: Asked) -> list[Block]:
    """Orders of an end of life, what the second look showed, what was decided and by whom."""
    chosen = [line for line in lines if line.category in ("second_look", "decision") or line.kind.startswith("end_of")]
    if not chosen:
        return []
    return [Heading("End of life and second looks"), _rows(chosen, ctx, asked)]


def _listed(title: str, lines: list[Line], parts: Iterable[str], ctx: Context, asked: Asked) -> list[Block]:
    chosen = [line for line in lines if any(part in line.kind for part in parts)]
    if not chosen:
        return [Heading(title), Text("None on record.")]
    return [Heading(title), _rows(chosen, ctx, asked)]


def _rows(lines: Iterable[Line], ctx: Context, asked: Asked) -> Rows:
    rows = tuple(
        (
            asked.stamp(line.at_us) + _entered(line, asked),
            line.text + (f" ({line.detail})" if line.detail else ""),
            who(ctx, line.actor),
        )
        for line in lines
    )
    return Rows(("When", "What", "Entered by"), rows, (1.5, 4.2, 1.3))


def _entered(line: Line, asked: Asked) -> str:
    late = line.recorded_us - line.at_us > US_PER_MIN
    return f"\nentered {asked.stamp(line.recorded_us)}" if late else ""


def who(ctx: Context, actor: str) -> str:
    """Name of who entered something."""
    if actor == "holdfast":
        return "Holdfast (the software)"
    return f"monitor {actor.removeprefix('device:')}" if actor.startswith("device:") else ctx.book.clinic.name_of(actor)


def _item(ctx: Context, films: Films, item: Item, asked: Asked) -> list[Block]:
    regions = {region.key: region.name for region in ctx.knowledge.regions.values()}
    number = item.created.number if item.created else "without entry"
    blocks: list[Block] = [Heading(f"Evidence: item {number}")]
    blocks += [Text(f"Break in the chain, {asked.stamp(step.at_us)}: {text}", "problem") for step, text in item.breaks]
    if not item.breaks:
        blocks.append(Text("The chain of hands has no break."))
    blocks += [Text(gap, "small") for gap in item.gaps]
    facts = tuple(
        (
            f"{step.version}",
            asked.stamp(step.at_us),
            sentence(step.event, regions) + _source(step.event),
            who(ctx, step.actor),
        )
        for step in item.facts
    )
    blocks.append(Rows(("Entry", "When", "What was done, seen or measured", "Entered by"), facts, (0.5, 1.5, 4, 1.3)))
    blocks += [Text(f"OPINION, no fact. {sentence(step.event)}", "opinion") for step in item.opinions]
    for digest, shows in custody.pictures_of(item).items():
        try:
            blocks.append(Picture(films.read(digest), f"{shows}; SHA-256 {digest}"))
        except (NotFoundError, IntegrityError) as error:
            blocks.append(Text(f"Picture {digest} ({shows}): {error.problem}", "problem"))
    return blocks


def _source(event: cu.ANY_CUSTODY_EVENT) -> str:
    source = f" [time: {event.time_source}]" if isinstance(event, cu.ItemCreated) else ""
    explained = event.explanation if isinstance(event, cu.CustodyFact) else ""
    return source + (f" [explained: {explained}]" if explained else "")


def strips(ctx: Context, case: CaseState, until_us: int) -> list[Block]:
    """What the monitor said, from its first to its last value."""
    series = trend_series(ctx, case.case_id, from_us=case.admitted.at_us, to_us=until_us + 1, keys=STRIPS)
    drawn = [(key, _numbers(series[key])) for key in STRIPS if key in series]
    if not drawn:
        return [Heading("Monitor"), Text("No numbers of a monitor are on record.")]
    from_us = min(at[0] for _, (at, *_) in drawn)
    to_us = max(at[-1] for _, (at, *_) in drawn)
    blocks: list[Block] = [Heading("Monitor")]
    for key, (at_us, last, low, high) in drawn:
        label, unit = str(series[key]["label"]), str(series[key]["unit"])
        blocks.append(Strip(label, unit, from_us, max(to_us, from_us + US_PER_S), at_us, last, low, high))
    blocks.append(Text("Line: last value of each stretch; band: lowest to highest. Times UTC.", "small"))
    return blocks


def _numbers(one: dict[str, Any]) -> tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    return tuple(one["at_us"]), tuple(one["last"]), tuple(one["low"]), tuple(one["high"])


def _alarms(ctx: Context, asked: Asked) -> list[Block]:
    log = alarm_log(ctx, asked.case_id, limit=ALARMS_MAX, recorded_until_us=asked.until_us)
    if not log:
        return [Heading("Alarms"), Text("None on record.")]
    rows = tuple(
        (
            asked.stamp(one.raised_us),
            f"{one.priority}: {one.label}. {one.text}",
            f"{one.acknowledged_by}, {asked.stamp(one.acknowledged_us)}" if one.acknowledged_us else "nobody",
            asked.stamp(one.cleared_us) if one.cleared_us else "lasts",
        )
        for one in reversed(log)
    )
    more = [Text(f"Only the newest {ALARMS_MAX} are listed.", "small")] if len(log) == ALARMS_MAX else []
    head = ("Raised", "Alarm", "Acknowledged by", "Over")
    return [Heading("Alarms"), Rows(head, rows, (1.4, 3, 1.7, 1.4)), *more]


def _about() -> list[Block]:
    texts = (
        "Facts are what somebody did, saw or measured and entered, or what a monitor sent. Opinions are marked. "
        "Holdfast does not know whether what was entered is true.",
        "Nothing in the record is edited or deleted: a correction is a new entry, and both stand above.",
        "The SHA-256 of this file is an event of the record. The signature file beside it names the same hash; "
        "check both with: python verify_report.py report.pdf --key <key you were given another way>",
        "An export of the case holds the events themselves, with proofs of their place under a signed checkpoint.",
    )
    return [Heading("About this report"), *(Text(text, "small") for text in texts)]
