"""What the pages show of other systems."""

from dataclasses import dataclass
from typing import Any

from holdfast.kernel.limits import HOOK_ANSWER_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.hook_words import OUTCOMES
from holdfast.web.gate import Call

_GIVEN_UP_US = int(3 * HOOK_ANSWER_S * US_PER_S)
"""Asked so long ago and still no answer on record: Holdfast was stopped meanwhile, and none will come."""


@dataclass(frozen=True)
class OtherSaid:
    """One system and what it said about an order."""

    name: str
    waiting: bool
    outcome: str
    problem: str
    at_us: int
    cards: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class OutsideSaid:
    """What other systems say about an order; ``waiting``: more may come in the next seconds."""

    order_id: str
    said: list[OtherSaid]
    waiting: bool


def outside_says(call: Call, case: CaseState, order: OrderEntry | None) -> OutsideSaid | None:
    """None where nobody is asked."""
    if order is None:
        return None
    return said_of_order(call, case, order.order_id, order.at_us)


def said_of_order(call: Call, case: CaseState, order_id: str, ordered_us: int) -> OutsideSaid | None:
    expected = [one.name for one in call.services.hook_peers if one.training == case.training]
    entries = case.hooks.of_order(order_id)
    if not expected and not entries:
        return None
    young = call.now_us - ordered_us < _GIVEN_UP_US
    said = [
        OtherSaid(
            name=entry.asked.peer_name,
            waiting=entry.said is None and young,
            outcome=OUTCOMES.get(entry.said.outcome, entry.said.outcome) if entry.said else "gave no answer",
            problem=entry.said.problem if entry.said else "",
            at_us=entry.said.at_us if entry.said else entry.asked.at_us,
            cards=entry.said.cards if entry.said else (),
        )
        for entry in entries
    ]
    missing = [name for name in expected if name not in {one.name for one in said}]
    said += [OtherSaid(name, young, "was not asked", "", ordered_us, ()) for name in missing]
    return OutsideSaid(order_id, said, any(one.waiting for one in said))
