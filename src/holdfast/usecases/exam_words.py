"""Examination and consult as lines of the timeline."""

from collections.abc import Iterable

from holdfast.kernel.time import US_PER_H
from holdfast.record import consult_events as co
from holdfast.record import events as ev
from holdfast.record import exam_events as ex
from holdfast.usecases.examination import FROM_EXAM, NOT_SAID

STANCES = {
    co.Stance.SUPPORTS: "supports the working diagnosis",
    co.Stance.DOUBTS: "doubts the working diagnosis",
    co.Stance.LEAVES_OPEN: "leaves it open",
}


def follows_from_answers(event: ev.AnyEvent) -> bool:
    """A finding that stands in the line of the answer it came from."""
    recorded = isinstance(event, ev.FindingRecorded) and event.note == FROM_EXAM
    return recorded or (isinstance(event, ev.FindingRetracted) and event.reason == NOT_SAID)


def together(recorded: Iterable[ev.Recorded]) -> dict[str, str]:
    """The answers of each touch in one sentence, by the id of its first answer; the others have none."""
    words: dict[str, list[str]] = {}
    firsts: dict[str, str] = {}
    for item in recorded:
        if isinstance(event := item.event, ex.ExamNoted):
            firsts.setdefault(event.entry_id, event.note_id)
            words.setdefault(event.entry_id, []).append(event.words)
    return {firsts[entry]: "; ".join(said) for entry, said in words.items()}


def told(event: ev.AnyEvent, answers: dict[str, str]) -> tuple[str, str, str] | None:
    """(category, text, detail); None for other events. ``answers``: of ``together``."""
    match event:
        case ex.ExamNoted():
            return "finding", f"Examined: {answers.get(event.note_id, event.words)}", ""
        case ex.ExamWithdrawn():
            return "finding", "An answer of the examination was taken back", event.reason
        case ex.TouchWithdrawn():
            return "touch", "A press was taken back", event.reason
        case ex.ChartMarked():
            return "finding", f"Drawn on the body chart ({event.view})", event.words
        case ex.ChartMarkWithdrawn():
            return "finding", "A mark on the body chart was taken back", event.reason
        case ex.PhotographTaken():
            return "finding", "Photograph taken", event.what
        case co.ConsultInvited():
            hours = round((event.until_us - event.at_us) / US_PER_H)
            return "consult", f"{event.name} was invited to this case for {hours} h", event.question
        case co.ConsultOpened():
            return "consult", "The link of a consult was opened", f"from {event.address}"
        case co.ConsultRevoked():
            return "consult", "The link of a consult was withdrawn", event.reason
        case co.OpinionGiven():
            about = f" ({event.about})" if event.about else ""
            return "consult", f"Opinion of {event.name}: {STANCES[event.stance]}{about}", event.words
    return None
