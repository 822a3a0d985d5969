"""Scores of a case as of a moment: what a person answered, and what the record and the monitor fill in."""

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.observations import read_observation
from holdfast.record.case_state import CaseState
from holdfast.record.events import Presence, case_stream
from holdfast.record.score_events import ScoreItemAnswered
from holdfast.recovery.scores import Answer, OnRecord, Score, Sign, Value, score
from holdfast.usecases.context import Context, record
from holdfast.usecases.evidence import measurements, signalment
from holdfast.usecases.ports import Receipt


def answer(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    score_key: str,
    item: str,
    points: float,
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Record what a person chose for one item. Raises ``NotFoundError`` or ``OperatorError``."""
    ctx.book.case(case_id)
    rule = ctx.knowledge.care.scores.get(score_key)
    line = next((one for one in rule.items if one.key == item), None) if rule else None
    if rule is None or line is None:
        raise NotFoundError(f"There is no item {item!r} of a score {score_key!r}.", "Choose one of the page.")
    if points not in line.scores:
        possible = ", ".join(f"{one:g}" for one in line.scores) or "a measured value"
        raise OperatorError(f"{line.name} cannot be {points:g}.", f"It takes {possible}.")
    now_us = ctx.clock.now_us()
    event = ScoreItemAnswered(
        at_us=now_us if at_us is None else min(at_us, now_us), score=score_key, item=item, points=points
    )
    return record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)


def scores_now(ctx: Context, case_id: str, now_us: int) -> dict[str, Score]:
    """Every score for this species, filled as far as the record goes. Raises ``NotFoundError``."""
    case = ctx.book.case(case_id)
    values, findings = _values(ctx, case, now_us), _findings(case)
    return {
        rule.key: score(rule, OnRecord(values, findings, _answers(case, rule.key)), now_us)
        for rule in ctx.knowledge.care.scores.values()
        if case.admitted.species in rule.species
    }


def _answers(case: CaseState, key: str) -> tuple[Answer, ...]:
    return tuple(Answer(e.item, e.points, e.at_us, by) for e, by in case.score_answers if e.score == key)


def _values(ctx: Context, case: CaseState, now_us: int) -> dict[str, Value]:
    """The newest of each, whether a person wrote it down or the monitor said it."""
    found: list[tuple[str, Value]] = [
        (one.key, Value(one.value, one.at_us if one.at_us is not None else now_us))
        for one in measurements(ctx, case, now_us)
    ]
    for entry in case.findings:
        if entry.retracted or entry.value is None:
            continue
        read = read_observation(entry.key, entry.value, entry.unit)
        if read is not None:
            found.append((read.key, Value(read.value, entry.at_us)))
    age = signalment(case, now_us).age_years
    if age is not None:
        found.append(("age_years", Value(age, now_us)))
    newest: dict[str, Value] = {}
    for key, value in sorted(found, key=lambda pair: pair[1].at_us):
        newest[key] = value
    return newest


def _findings(case: CaseState) -> dict[str, Sign]:
    """The newest word on each finding; seen in one place is seen."""
    signs: dict[str, Sign] = {}
    for entry in case.standing_findings:
        present = entry.presence is Presence.PRESENT
        before = signs.get(entry.key)
        if before is None or present or not before.present:
            signs[entry.key] = Sign(present, entry.at_us)
    return signs
