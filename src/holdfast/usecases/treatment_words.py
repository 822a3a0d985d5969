"""Sentences of the timeline for ordered treatments."""

from holdfast.record import treatment_events as tr
from holdfast.record.events import AnyEvent


def treatment_words(event: AnyEvent) -> tuple[str, str, str] | None:
    """(category, text, detail) of such an event; None for every other."""
    match event:
        case tr.TreatmentOrdered():
            return "treatment", f"Ordered: {event.what}, {rhythm_words(event)}", _order_detail(event)
        case tr.TreatmentOrderApproved():
            return "treatment", f"Approved: {event.what}", ""
        case tr.TreatmentOrderSpoken():
            return "treatment", f"Allowed by word of mouth: {event.what}", event.by
        case tr.TreatmentOrderStopped():
            return "treatment", f"Order stopped: {event.what}", event.reason
        case tr.TreatmentDone():
            return "treatment", f"Done as ordered: {event.what}", _joined(event.amount, event.reason, event.note)
        case tr.TreatmentSkipped():
            times = f" ({len(event.due_us)} times)" if len(event.due_us) > 1 else ""
            return "treatment", f"Not given: {event.what}{times}", event.reason
        case tr.TreatmentDeclined():
            told = f"told: {event.explained}" if event.explained else "nothing recorded of what was explained"
            return "treatment", f"Declined by {event.declined_by}: {event.what}", told
    return None


def rhythm_words(order: tr.TreatmentOrdered) -> str:
    """How often: ``once``, ``every 8 h``, ``all the time``."""
    if order.continuous:
        return "all the time"
    if order.every_min is None:
        return "once"
    hours, minutes = divmod(order.every_min, 60)
    return f"every {hours} h" if not minutes else f"every {order.every_min} min"


def _order_detail(event: tr.TreatmentOrdered) -> str:
    dose = f"{event.dose:g} {event.dose_unit}" if event.dose is not None else ""
    rate = f"{event.rate_ml_h:g} mL/h" if event.rate_ml_h is not None else ""
    spoken = f"on the word of {event.on_word_of}" if event.on_word_of else ""
    outside = f"outside the checked range: {event.outside_reason}" if event.outside_reason else ""
    waits = "waits for approval" if event.waits and not event.on_word_of else ""
    return _joined(event.amount, dose, rate, event.route, outside, event.weight_reason, spoken, waits, event.note)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
