"""Sentences of the timeline for the steps of an end-of-life order."""

from collections.abc import Sequence

from holdfast.hold.steps import NAMES, Step
from holdfast.knowledge.end_of_life import Choice, load
from holdfast.record import end_of_life_events as eol
from holdfast.record.events import AnyEvent


def end_of_life_words(event: AnyEvent) -> tuple[str, str, str] | None:
    """(category, text, detail) of such an event; None for every other."""
    match event:
        case eol.AnimalIdentified():
            return "order", _joined("The right animal", _text(load().identity, event.how), event.read), event.note
        case eol.EndOfLifeConsentRecorded():
            how = _text(load().consent_how, event.how)
            heard = f"also heard by {event.confirmed_by}" if event.confirmed_by else ""
            detail = _joined(heard, f"witness {event.witness}" if event.witness else "", event.note)
            return "order", f"Consent: {event.by} ({event.relation}), {how}", detail
        case eol.QualityOfLifeRecorded():
            return "order", f"Quality of life, {event.tool}: {event.total:g}", event.note
        case eol.EndOfLifeStepsPassed():
            names = ", ".join(NAMES[Step(step)].lower() for step in event.steps)
            return (
                "decision",
                f"Went on without: {names}",
                _joined(_text(load().pass_reasons, event.reason), event.words),
            )
        case eol.TrayReady():
            return "order", "The tray is ready: the bed is watched", event.note
        case eol.LastMinuteChange():
            words = load().change(event.change)
            return "monitor", f"Last minute: {words.title if words else event.change}", event.text
        case eol.EndOfLifePerformed():
            return "order", f"Euthanasia performed by {event.by}", _joined(event.what, event.amount, event.route)
        case eol.EndOfLifeStopped():
            return "decision", "Stopped", _joined(_text(load().stop_reasons, event.reason), event.words)
        case eol.DeathChecked() | eol.DeathConfirmed():
            return _death(event)
        case eol.AftercareRecorded():
            item = next((one.text for one in load().aftercare if one.key == event.item), event.item)
            return "order", f"{item}: {event.choice}", event.note
        case eol.EndOfLifeFinished():
            return "order", "End of life finished", event.reason
    return None


def _death(event: eol.DeathChecked | eol.DeathConfirmed) -> tuple[str, str, str]:
    if isinstance(event, eol.DeathConfirmed):
        return "decision", "Death confirmed", _joined(_text(load().confirm_reasons, event.reason), event.words)
    names = {sign.key: sign.text for sign in load().signs}
    present = ", ".join(names.get(key, key) for key in event.present)
    absent = ", ".join(names.get(key, key) for key in event.absent)
    if present:
        return "finding", f"Sign of life: {present}", _joined(f"absent: {absent}" if absent else "", event.note)
    return "finding", f"Absent: {absent}", event.note


def _text(choices: Sequence[Choice], key: str) -> str:
    return next((one.text for one in choices if one.key == key), key)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
