"""Lines of the timeline about other systems."""

from holdfast.record import events as ev
from holdfast.record import hook_events as he

CATEGORY = "other_systems"
OUTCOMES = {
    "answered": "answered",
    "no_answer": "gave no answer",
    "refused": "refused",
    "unreadable": "sent what cannot be read",
}


def hook_words(event: ev.AnyEvent) -> tuple[str, str, str] | None:
    """(category, text, detail); None for what is told elsewhere."""
    match event:
        case he.ExternalIdentifierRecorded():
            return CATEGORY, f"Number in {event.system}: {event.value}", event.note
        case he.ExternalIdentifierWithdrawn():
            return CATEGORY, "A number of another system was taken back", event.reason
        case he.HookTold():
            what = "end-of-life order there" if event.orders else "chart opened there"
            said = "; ".join(str(card.get("summary", "")) for card in event.cards) or "nothing to say"
            return CATEGORY, f"{event.client_name} was told ({what}, by {event.user})", said
        case he.HookFeedbackGiven():
            reason = event.reason_text or event.reason_code
            parts = (reason, event.comment, ", ".join(event.suggestions))
            return CATEGORY, f"In the other system: {event.outcome}", "; ".join(part for part in parts if part)
        case he.HookAsked():
            return CATEGORY, f"{event.peer_name} was asked about the order", ""
        case he.HookSaid():
            said = "; ".join(str(card.get("summary", "")) for card in event.cards)
            return CATEGORY, f"{event.peer} {OUTCOMES.get(event.outcome, event.outcome)}", said or event.problem
    return None
