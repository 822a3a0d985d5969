"""Communication: alarms, calls, what the handler was told, opinions, notes."""

from holdfast.gateways.fhir.basics import Resource, coding, concept, filled, identifier, note, noted, ours, when
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import alarm_events as al
from holdfast.record import call_events as ca
from holdfast.record import consult_events as co
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.record.events import Recorded

_PRIORITY = {"high": "stat", "medium": "urgent", "low": "routine"}


def communication(b: Building, item: Recorded, at_us: int, category: str, words: str, content: Resource) -> Resource:
    """A Communication about this animal, sent at that moment."""
    return filled(
        {
            "resourceType": "Communication",
            "id": b.new_id(item),
            "status": "completed",
            "category": [concept(coding(ours("communication"), category))],
            **b.subject(),
            "sent": when(at_us),
            "sender": b.person(item.actor),
            "payload": [{"contentString": words}] if words else [],
            **content,
        }
    )


def _alarm(b: Building, item: Recorded, event: al.AlarmRaised) -> None:
    value = f"{event.value:g} {event.unit}".strip() if event.value is not None else ""
    limit = f"limit {event.limit:g} {event.unit}".strip() if event.limit is not None else ""
    content = {
        "identifier": [identifier(ours("alarm"), event.alarm_id)],
        "status": "in-progress",
        "priority": _PRIORITY.get(event.priority, "routine"),
        "topic": concept(coding(ours("alarm-kind"), event.alarm), text=event.text),
        "note": note(", ".join(part for part in (value, limit) if part)),
    }
    made = communication(b, item, event.at_us, "alarm", event.text or event.alarm, content)
    b.put(item, event.at_us, made, entity=("alarm", event.alarm_id))


def _acknowledged(b: Building, item: Recorded, event: al.AlarmAcknowledged) -> None:
    b.change(
        item,
        "alarm",
        event.alarm_id,
        lambda one: {
            "received": when(max(event.at_us, b.made["Communication", one["id"]].at_us)),
            "recipient": [*one.get("recipient", []), b.person(item.actor)],
        },
    )


def _cleared(b: Building, item: Recorded, event: al.AlarmCleared) -> None:
    b.change(
        item,
        "alarm",
        event.alarm_id,
        lambda one: {"status": "completed", "note": noted(one, *note(f"Over: {event.why}"))},
    )


def _opinion_of_signals(b: Building, item: Recorded, event: al.AlarmSecondOpinion) -> None:
    words = f"The signals {event.verdict.replace('_', ' ')}: {event.text}"
    b.change(item, "alarm", event.alarm_id, lambda one: {"note": noted(one, *note(words))})


def _call_opened(b: Building, item: Recorded, event: ca.CallOpened) -> None:
    content = {
        "identifier": [identifier(ours("call"), event.call_id)],
        "status": "in-progress",
        "priority": _PRIORITY.get(event.priority, "routine"),
        "recipient": [{"display": one.name} for one in event.people if one.name],
    }
    b.put(
        item,
        event.at_us,
        communication(b, item, event.at_us, "call", event.text, content),
        entity=("call", event.call_id),
    )


def _call_made(b: Building, item: Recorded, event: ca.CallMade) -> None:
    _call_line(b, item, event.call_id, event.at_us, f"Called: number {event.place} on the list")


def _call_delivery(b: Building, item: Recorded, event: ca.CallDelivery) -> None:
    words = f"Number {event.place}, {event.channel}: {event.state.replace('_', ' ')} {event.note}".strip()
    _call_line(b, item, event.call_id, event.at_us, words)


def _call_answered(b: Building, item: Recorded, event: ca.CallAnswered) -> None:
    _call_line(b, item, event.call_id, event.at_us, f"Answered by {event.who} ({event.how})")
    b.change(item, "call", event.call_id, lambda _: {"status": "completed", "received": when(event.at_us)})


def _call_withdrawn(b: Building, item: Recorded, event: ca.CallWithdrawn) -> None:
    b.change(
        item, "call", event.call_id, lambda _: {"status": "stopped", "statusReason": {"text": event.why or "withdrawn"}}
    )


def _call_line(b: Building, item: Recorded, call_id: str, at_us: int, words: str) -> None:
    line = {"text": words, "time": when(at_us)}
    b.change(item, "call", call_id, lambda one: {"note": noted(one, line)})


def _note(b: Building, item: Recorded, event: ev.NoteWritten) -> None:
    b.put(item, event.at_us, communication(b, item, event.at_us, "note", event.text, {}))


def _told(b: Building, item: Recorded, event: ho.HandlerTold) -> None:
    b.put(
        item,
        event.at_us,
        communication(b, item, event.at_us, "handler", event.text, {"recipient": [{"display": "Handler"}]}),
    )


def _discharge(b: Building, item: Recorded, event: ho.DischargeWritten) -> None:
    lines = (event.diagnosis, *event.done, *event.medicines, *event.look_for, event.words, event.recheck)
    content = {
        "payload": [{"contentString": line} for line in lines if line.strip()],
        "recipient": [{"display": "Owner or handler"}],
        "identifier": [identifier(ours("letter"), event.letter_id)],
    }
    b.put(item, event.at_us, communication(b, item, event.at_us, "discharge-letter", "", content))


def _opinion(b: Building, item: Recorded, event: co.OpinionGiven) -> None:
    content = {
        "sender": {"display": event.name} if event.name else b.person(item.actor),
        "topic": concept(coding(ours("stance"), event.stance.value), text=event.about or "opinion"),
    }
    b.put(item, event.at_us, communication(b, item, event.at_us, "opinion", event.words, content))


def _invited(b: Building, item: Recorded, event: co.ConsultInvited) -> None:
    content = {"recipient": [{"display": event.name}] if event.name else []}
    b.put(item, event.at_us, communication(b, item, event.at_us, "consult", event.question, content))


MAPPERS: Mappers = {
    al.AlarmRaised: _alarm,
    al.AlarmAcknowledged: _acknowledged,
    al.AlarmCleared: _cleared,
    al.AlarmSecondOpinion: _opinion_of_signals,
    ca.CallOpened: _call_opened,
    ca.CallMade: _call_made,
    ca.CallDelivery: _call_delivery,
    ca.CallAnswered: _call_answered,
    ca.CallWithdrawn: _call_withdrawn,
    ev.NoteWritten: _note,
    ho.HandlerTold: _told,
    ho.DischargeWritten: _discharge,
    co.OpinionGiven: _opinion,
    co.ConsultInvited: _invited,
}
