"""Lines of the timeline about calls, recovery, home and operations."""

from collections.abc import Mapping

from holdfast.knowledge.recovery_care import load as load_care
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.record import surgery_events as su

Words = tuple[str, str, str]

ADVICE = {
    "now": "come now",
    "today": "call today",
    "look_again": "look again later",
    "go_on": "go on as before",
}


def care_words(event: ev.AnyEvent) -> Words | None:
    """(category, text, detail); None for what is told elsewhere."""
    if isinstance(event, ce.ANY_CALL_EVENT):
        return _call_words(event)
    if isinstance(event, ho.ANY_HOME_EVENT):
        return _home_words(event)
    if isinstance(event, su.ANY_SURGERY_EVENT):
        return _surgery_words(event)
    return None


def _call_words(event: ce.ANY_CALL_EVENT) -> Words:
    match event:
        case ce.CaseCallListSet():
            return "call", "Call list of this case changed", event.why
        case ce.CallOpened():
            return "call", f"Calling: {event.text}", ", ".join(one.name for one in event.people)
        case ce.CallJoined():
            return "call", f"Also: {event.text}", ""
        case ce.CallMade():
            return "call", f"Called number {event.place} of the list", ""
        case ce.CallDelivery():
            return "call", f"Message to number {event.place}, {event.channel}: {event.state}", event.note
        case ce.CallSeen():
            return "call", f"Number {event.place} opened the link", ""
        case ce.CallAnswered():
            return "call", f"{event.who} answered the call", event.how
        case ce.CallListEnded():
            return "call", "Nobody answered: the list has ended", ""
        case ce.CallWithdrawn():
            return "call", "Call ended", event.why


def _home_words(event: ho.ANY_HOME_EVENT) -> Words:
    match event:
        case ho.RecoveryMarked():
            names: Mapping[str, str] = {one.key: one.label for one in load_care().signs}
            return "recovery", f"First sign: {names.get(event.sign, event.sign)}", event.note
        case ho.RecoveryMarkWithdrawn():
            return "recovery", "A first sign was taken back", event.reason
        case ho.HandlerLinkMade():
            return "home", f"Page for {event.who} opened", ""
        case ho.HandlerLinkRevoked():
            return "home", "A handler's page was closed", event.why
        case ho.HandlerLinkOpened():
            return "home", "The handler's page was read", ""
        case ho.HandlerTold():
            return "home", f"Told the handler: {event.text}", ""
        case ho.HandlerPhotoShown():
            return "home", "A photograph for the handler", ""
        case ho.HomeMedicineOrdered():
            until = f", until {event.until}" if event.until else ""
            return "home", f"For home: {event.medicine}: {event.how}{until}", ""
        case ho.HomeMedicineStopped():
            return "home", "A medicine for home was stopped", event.reason
        case ho.DischargeWritten():
            return "home", "Letter for home written", event.diagnosis
        case ho.HomeObserved():
            rate = f"{event.breaths_per_min:g} breaths a minute" if event.breaths_per_min is not None else ""
            parts = [
                rate,
                event.effort,
                event.gums,
                f"appetite {event.appetite}" if event.appetite else "",
                event.gait,
                event.wound,
            ]
            told = ", ".join(part.replace("_", " ") for part in parts if part)
            advice = ADVICE.get(event.advice, event.advice)
            return "home", f"From home: {told or 'a note'}; advice: {advice}", event.note


def _surgery_words(event: su.ANY_SURGERY_EVENT) -> Words:
    match event:
        case su.SurgeryPlanned():
            return "surgery", f"Operation planned: {event.procedure} ({event.site})", f"risk said: {event.risk}"
        case su.AsaStatusSet():
            return "surgery", f"ASA {event.status}{' E' if event.emergency else ''}", ""
        case su.SurgeryItemAnswered():
            return "surgery", f"{event.item.replace('_', ' ')}: {event.answer}", event.reason
        case su.SurgeryStepped():
            return "surgery", f"{event.step.replace('_', ' ')} closed", event.reason
        case su.AnaesthesiaBegan():
            return "surgery", f"Anaesthetic record opened by {event.anaesthetist}", ""
        case su.AnaesthesiaNoted():
            return "surgery", f"Anaesthetic: {event.what}", ""
        case su.AnaesthesiaEnded():
            return "surgery", "Anaesthetic record closed", ""
