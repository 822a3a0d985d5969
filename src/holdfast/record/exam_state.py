"""The examination of a case, folded from its events: answers, drawings, photographs."""

from dataclasses import dataclass

from holdfast.kernel.frozen import replace
from holdfast.record import exam_events as ex


@dataclass(frozen=True)
class AnswerEntry:
    """One answer with who gave it; ``withdrawn`` says why it was taken back."""

    note_id: str
    entry_id: str
    item: str
    place: str
    option: str
    words: str
    normal: bool
    at_us: int
    actor: str
    withdrawn: str = ""


@dataclass(frozen=True)
class MarkEntry:
    """One drawing on the body chart."""

    mark_id: str
    view: str
    points: tuple[tuple[int, int], ...]
    words: str
    at_us: int
    actor: str
    withdrawn: str = ""


@dataclass(frozen=True)
class PhotoEntry:
    photo_id: str
    form: str
    width_px: int
    height_px: int
    what: str
    place: str
    at_us: int
    actor: str


@dataclass(frozen=True)
class ExamState:
    """Everything that was answered, drawn and photographed, in the order of the record."""

    answers: tuple[AnswerEntry, ...] = ()
    marks: tuple[MarkEntry, ...] = ()
    photographs: tuple[PhotoEntry, ...] = ()
    finding_ids: frozenset[str] = frozenset()
    """Findings that were recorded by answers, not on their own."""
    entries: int = 0
    """Events so far: grows with each."""

    @property
    def standing(self) -> dict[tuple[str, str], AnswerEntry]:
        """The newest answer of each line and place that was not taken back: by when the animal was so, not by when it
        was written, for entries may come late."""
        newest: dict[tuple[str, str], AnswerEntry] = {}
        for entry in self.answers:
            before = newest.get((entry.item, entry.place))
            if not entry.withdrawn and (before is None or entry.at_us >= before.at_us):
                newest[entry.item, entry.place] = entry
        return newest

    @property
    def standing_marks(self) -> tuple[MarkEntry, ...]:
        return tuple(mark for mark in self.marks if not mark.withdrawn)


def apply(state: ExamState, event: ex.ANY_EXAM_EVENT, actor: str) -> ExamState:
    """The state after one more event."""
    state = replace(state, entries=state.entries + 1)
    match event:
        case ex.ExamNoted():
            entry = AnswerEntry(
                event.note_id,
                event.entry_id,
                event.item,
                event.place,
                event.option,
                event.words,
                event.normal,
                event.at_us,
                actor,
            )
            ids = state.finding_ids | set(event.findings)
            return replace(state, answers=(*state.answers, entry), finding_ids=ids)
        case ex.ExamWithdrawn():
            answers = tuple(
                replace(one, withdrawn=event.reason) if one.entry_id == event.entry_id else one for one in state.answers
            )
            return replace(state, answers=answers, finding_ids=state.finding_ids | set(event.findings))
        case ex.ChartMarked():
            mark = MarkEntry(event.mark_id, event.view, event.points, event.words, event.at_us, actor)
            return replace(state, marks=(*state.marks, mark))
        case ex.ChartMarkWithdrawn():
            marks = tuple(
                replace(one, withdrawn=event.reason) if one.mark_id == event.mark_id else one for one in state.marks
            )
            return replace(state, marks=marks)
        case ex.PhotographTaken():
            photo = PhotoEntry(
                event.photo_id,
                event.form,
                event.width_px,
                event.height_px,
                event.what,
                event.place,
                event.at_us,
                actor,
            )
            return replace(state, photographs=(*state.photographs, photo))
        case ex.TouchWithdrawn():
            return state
