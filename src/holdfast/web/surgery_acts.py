"""What can be done about an operation, by form or as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from holdfast.record.surgery_events import SurgeryPlanned
from holdfast.usecases import surgery
from holdfast.usecases.ports import Receipt
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call


class PlanEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    procedure: str = ""
    site: str = ""
    surgeon: str = ""
    risk: str = ""
    surgery_id: str = ""


class AsaEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: int
    emergency: bool = False


class ItemEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item: str = ""
    answer: str = ""
    reason: str = ""


class StepEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    step: str = ""
    reason: str = ""


class BeginEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    anaesthetist: str = ""


class AnaestheticNoteEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: str = ""


class EndEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def _plan(call: Call, case_id: str, entry: PlanEntry, command_id: str) -> Outcome:
    given = msgspec.structs.asdict(entry) | {"command_id": command_id}
    receipt = surgery.plan(call.ctx, actor=call.actor, case_id=case_id, **given)
    planned = receipt.recorded[0].event
    assert isinstance(planned, SurgeryPlanned)
    return recorded(receipt, f"/cases/{case_id}/surgery/{planned.surgery_id}")


def _on(use: Callable[..., Receipt], anchor: str = "") -> Callable[[Call, str, Any, str], Outcome]:
    """An act on the operation that stands in the path."""
    return passed_on(use, f"/cases/{{}}/surgery/{{surgery_id}}{anchor}", "surgery_id")


_ONE = "surgery/{surgery_id}"
SURGERY_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("surgery.plan", PlanEntry, _plan, "surgery"),
        Act("surgery.asa", AsaEntry, _on(surgery.set_asa), f"{_ONE}/asa"),
        Act("surgery.item", ItemEntry, _on(surgery.answer_item), f"{_ONE}/items"),
        Act("surgery.step", StepEntry, _on(surgery.take_step), f"{_ONE}/steps"),
        Act("surgery.begin", BeginEntry, _on(surgery.begin_anaesthesia, "#record"), f"{_ONE}/begin"),
        Act("surgery.note", AnaestheticNoteEntry, _on(surgery.note, "#record"), f"{_ONE}/notes"),
        Act("surgery.end", EndEntry, _on(surgery.end_anaesthesia, "#record"), f"{_ONE}/end"),
    )
}
