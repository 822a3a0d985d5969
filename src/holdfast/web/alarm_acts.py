"""What can be done about alarms, by form or as JSON: acknowledge, pause, switch off and on, set limits."""

from collections.abc import Mapping

from holdfast.usecases import alarms
from holdfast.usecases.alarm_views import AlarmView
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import (
    AcknowledgeEntry,
    LimitEntry,
    PauseEntry,
    ResumeEntry,
    SwitchOffEntry,
    SwitchOnEntry,
)
from holdfast.web.gate import Call

_PAGE = "/cases/{}/alarms"
"""The page of a dog's alarms."""


def _shown(call: Call, case_id: str) -> tuple[AlarmView, ...]:
    """What stands on the bed of this case as the screens show it."""
    bed = call.ctx.book.case(case_id).bed
    return call.services.ward.view(bed, call.now_us).alarms.alarms if bed else ()


def _acknowledge(call: Call, case_id: str, _: AcknowledgeEntry, command_id: str) -> Outcome:
    receipt = alarms.acknowledge(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        alarm_id=call.part("alarm_id"),
        shown={alarm.alarm_id for alarm in _shown(call, case_id)},
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


def _over(call: Call, case_id: str, _: AcknowledgeEntry, command_id: str) -> Outcome:
    receipt = alarms.say_over(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        alarm_id=call.part("alarm_id"),
        unseen={alarm.alarm_id for alarm in _shown(call, case_id) if alarm.unseen},
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


ALARM_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("alarms.acknowledge", AcknowledgeEntry, _acknowledge, "alarms/{alarm_id}/acknowledge"),
        Act("alarms.over", AcknowledgeEntry, _over, "alarms/{alarm_id}/over"),
        Act("alarms.pause", PauseEntry, passed_on(alarms.pause, _PAGE), "alarms/pause"),
        Act("alarms.resume", ResumeEntry, passed_on(alarms.resume, _PAGE), "alarms/resume"),
        Act("alarms.off", SwitchOffEntry, passed_on(alarms.switch_off, f"{_PAGE}#off"), "alarms/off"),
        Act("alarms.on", SwitchOnEntry, passed_on(alarms.switch_on, f"{_PAGE}#off"), "alarms/on"),
        Act("alarms.limits", LimitEntry, passed_on(alarms.set_limit, f"{_PAGE}#limits"), "alarms/limits"),
    )
}
