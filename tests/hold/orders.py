"""Makers of orders and logs for the tests of the hold."""

from holdfast.record import end_of_life_events as eol
from holdfast.record import end_of_life_state as log
from holdfast.record.case_entries import OrderEntry
from holdfast.record.end_of_life_state import EndOfLifeLog
from holdfast.record.events import ComfortAnswered, Decision, EndOfLifeDecided

SECOND_US = 1_000_000


def decided(decision: Decision, at_us: int) -> EndOfLifeDecided:
    return EndOfLifeDecided(at_us=at_us, order_id="o", look_id="l", decision=decision, reason="", words="")


def order(*entries: eol.ANY_END_OF_LIFE_EVENT, decisions=(), looked=False, comfort=False, how="none") -> OrderEntry:
    kept = EndOfLifeLog()
    for entry in entries:
        kept = log.apply(kept, entry, "vet")
    answered = ComfortAnswered(at_us=1, order_id="o", analgesia="given", sedation="given") if comfort else None
    made = tuple((one, "vet") for one in decisions)
    return OrderEntry("o", "failing", "owner", how, "", 0, "vet", answered, ("l",) if looked else (), made, kept)


def entry_for(act: str, at_us: int) -> eol.ANY_END_OF_LIFE_EVENT:
    """The event that stands for an act."""
    made = {"at_us": at_us, "order_id": "o"}
    return {
        "tray_ready": lambda: eol.TrayReady(**made),
        "perform": lambda: eol.EndOfLifePerformed(**made, by="Dr A"),
        "stop": lambda: eol.EndOfLifeStopped(**made, reason="other"),
        "check": lambda: eol.DeathChecked(**made, absent=("heartbeat",), present=()),
        "sign_of_life": lambda: eol.DeathChecked(**made, absent=(), present=("heartbeat",)),
        "confirm": lambda: eol.DeathConfirmed(**made, reason=""),
        "finish": lambda: eol.EndOfLifeFinished(**made),
    }[act]()
