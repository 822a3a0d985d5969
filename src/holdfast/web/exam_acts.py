"""What can be posted to the examination of a case, by form or as JSON."""

from collections.abc import Mapping

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.errors import OperatorError
from holdfast.usecases import examination
from holdfast.web.acts import ACTS, Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry, TouchEntry
from holdfast.web.gate import Call

_PAGE = "/cases/{}/exam"


class AnswerEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item: str = ""
    place: str = ""
    option: str = ""
    at_us: int | None = None


class NormalEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    system: str = ""
    at_us: int | None = None


class AnswerBackEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entry_id: str = ""
    reason: str = "undone"


class TouchBackEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    touch_id: str = ""
    reason: str = "undone"


class MarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    view: str = ""
    points: tuple[tuple[int, int], ...] = ()
    path: str = ""
    """The points as a page sends them in one field, ``x,y x,y ...``; instead of ``points``."""
    words: str = ""


class MarkBackEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mark_id: str = ""
    reason: str = "undone"


def points_of(entry: MarkEntry) -> tuple[tuple[int, int], ...]:
    """The points of a drawn line; raises ``OperatorError`` when they cannot be read."""
    if not entry.path:
        return entry.points
    pairs = [pair.split(",") for pair in entry.path.split()]
    try:
        return typed.convert(pairs, tuple[tuple[int, int], ...], strict=False)
    except msgspec.ValidationError:
        raise OperatorError("The line cannot be read.", "Draw it again.") from None


def _mark(call: Call, case_id: str, entry: MarkEntry, command_id: str) -> Outcome:
    receipt = examination.mark(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        view=entry.view,
        points=points_of(entry),
        words=entry.words,
        command_id=command_id,
    )
    return recorded(receipt, f"{_PAGE.format(case_id)}#drawn")


def _press(call: Call, case_id: str, entry: TouchEntry, command_id: str) -> Outcome:
    """The same press as on the page of the case; the form stays on the examination."""
    told = ACTS["touches"].run(call, case_id, entry, command_id).told
    return Outcome(_PAGE.format(case_id), told)


EXAM_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("exam", AnswerEntry, passed_on(examination.note, _PAGE)),
        Act("exam.normal", NormalEntry, passed_on(examination.note_normal, _PAGE), "exam/normal"),
        Act("exam.withdraw", AnswerBackEntry, passed_on(examination.withdraw, _PAGE), "exam/withdraw"),
        Act("exam.touches", TouchEntry, _press, "exam/touches"),
        Act("touches.withdraw", TouchBackEntry, passed_on(examination.withdraw_touch, _PAGE), "touches/withdraw"),
        Act("marks", MarkEntry, _mark),
        Act("marks.withdraw", MarkBackEntry, passed_on(examination.withdraw_mark, _PAGE), "marks/withdraw"),
    )
}
