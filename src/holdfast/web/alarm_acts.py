"""What can be done about alarms, by form or as JSON: acknowledge, pause, switch off and on, set limits."""

from collections.abc import Mapping

from holdfast.usecases import alarms
from holdfast.web.acts import Act, Outcome, recorded
from holdfast.web.entries import (
    AcknowledgeEntry,
    LimitEntry,
    PauseEntry,
    ResumeEntry,
    SwitchOffEntry,
    SwitchOnEntry,
)
from holdfast.web.gate import Call


def page_of(case_id: str) -> str:
    """The page of a dog's alarms."""
    return f"/cases/{case_id}/alarms"


def _acknowledge(call: Call, case_id: str, _: AcknowledgeEntry, command_id: str) -> Outcome:
    bed = call.ctx.book.case(case_id).bed
    shown = call.services.ward.view(bed, call.now_us).alarms.alarms if bed else ()
    receipt = alarms.acknowledge(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        alarm_id=call.part("alarm_id"),
        shown={alarm.alarm_id for alarm in shown},
        command_id=command_id,
    )
    return recorded(receipt, page_of(case_id))


def _pause(call: Call, case_id: str, entry: PauseEntry, command_id: str) -> Outcome:
    receipt = alarms.pause(call.ctx, actor=call.actor, case_id=case_id, minutes=entry.minutes, command_id=command_id)
    return recorded(receipt, page_of(case_id))


def _resume(call: Call, case_id: str, _: ResumeEntry, command_id: str) -> Outcome:
    receipt = alarms.resume(call.ctx, actor=call.actor, case_id=case_id, command_id=command_id)
    return recorded(receipt, page_of(case_id))


def _switch_off(call: Call, case_id: str, entry: SwitchOffEntry, command_id: str) -> Outcome:
    receipt = alarms.switch_off(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        kind=entry.kind,
        reason=entry.reason,
        minutes=entry.minutes,
        command_id=command_id,
    )
    return recorded(receipt, f"{page_of(case_id)}#off")


def _switch_on(call: Call, case_id: str, entry: SwitchOnEntry, command_id: str) -> Outcome:
    receipt = alarms.switch_on(call.ctx, actor=call.actor, case_id=case_id, kind=entry.kind, command_id=command_id)
    return recorded(receipt, f"{page_of(case_id)}#off")


def _limit(call: Call, case_id: str, entry: LimitEntry, command_id: str) -> Outcome:
    receipt = alarms.set_limit(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        key=entry.key,
        low=entry.low,
        high=entry.high,
        why=entry.why,
        command_id=command_id,
    )
    return recorded(receipt, f"{page_of(case_id)}#limits")


ALARM_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("alarms.acknowledge", AcknowledgeEntry, _acknowledge, "alarms/{alarm_id}/acknowledge"),
        Act("alarms.pause", PauseEntry, _pause, "alarms/pause"),
        Act("alarms.resume", ResumeEntry, _resume, "alarms/resume"),
        Act("alarms.off", SwitchOffEntry, _switch_off, "alarms/off"),
        Act("alarms.on", SwitchOnEntry, _switch_on, "alarms/on"),
        Act("alarms.limits", LimitEntry, _limit, "alarms/limits"),
    )
}
