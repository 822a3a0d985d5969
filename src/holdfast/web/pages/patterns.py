"""The pattern page: every element a screen is made of, in every state, to look at and to test."""

from starlette.responses import Response

from holdfast.record.case_entries import TouchEntry
from holdfast.record.events import Strength, TouchResponse
from holdfast.usecases.alarm_views import AlarmsView, AlarmView, OffView, OpinionView
from holdfast.usecases.live_values import not_of_now
from holdfast.usecases.live_views import BedView, SignalView, ValueView
from holdfast.web.bodychart import charts
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

_NO_ALARMS = AlarmsView()


def patterns(call: Call) -> Response:
    now_us = call.now_us
    regions = list(call.ctx.knowledge.regions.values())
    touches = tuple(
        TouchEntry("", region.sides[0], region.key, Strength.FIRM, response, "", now_us, "")
        for region, response in zip(regions, TouchResponse, strict=False)
    )
    return page(
        call,
        "patterns.html",
        beds=_beds(now_us),
        tiles=TILES,
        chart=charts(regions, touches),
        responses=list(TouchResponse),
    )


def _beds(now_us: int) -> list[BedView]:
    value_states = (("hr", "fresh", ""), ("spo2", "stale", "not new"), ("rr", "blank", "last value is 4 min old"))
    values = tuple(_value(key, state, reason, now_us) for key, state, reason in value_states)
    alarms = AlarmsView(
        alarms=tuple(
            _alarm(state, priority, technical, now_us)
            for state in ("active", "latched", "acknowledged")
            for priority in ("high", "medium", "low")
            for technical in (False, True)
        ),
        off=(
            OffView(
                kind="example", label="Example of an alarm", by="Ada", reason="it pants", at_us=now_us, until_us=None
            ),
        ),
    )
    return [
        _bed("Live", now_us, values=values, origin="live"),
        _bed("With alarms", now_us, values=values, alarms=alarms, origin="live"),
        _bed("Silent monitor", now_us, values=values, origin="live", silent=True),
        _bed("Analysis behind", now_us, values=not_of_now(values), origin="live", behind_s=12),
        _bed("Training", now_us, values=values, training=True, origin="simulated"),
        _bed("Replayed", now_us, values=values, origin="replayed"),
        _bed("Empty", now_us, case_id="", silent=True),
    ]


_OPINION = OpinionView(verdict="cannot_say", text="Our signals cannot say: an example, so the alarm stands.")


def _alarm(state: str, priority: str, technical: bool, now_us: int) -> AlarmView:
    about = "technical" if technical else "physiological"
    return AlarmView(
        alarm_id=f"{state}-{priority}-{about}",
        kind=f"example_{priority}",
        label="Example",
        signal="",
        text=f"Example: {state}, {priority}, {about}",
        priority=priority,
        technical=technical,
        state=state,
        began_us=now_us - 40_000_000,
        raised_us=now_us - 30_000_000,
        ended_why="over" if state == "latched" else "",
        ended_us=now_us if state == "latched" else None,
        acknowledged_by="Ada" if state == "acknowledged" else "",
        acknowledged_us=now_us if state == "acknowledged" else None,
        called="technician on duty" if state == "active" and priority == "high" else "",
        called_us=now_us if state == "active" and priority == "high" else None,
        unseen=False,
        times=1,
        sounding=False,
        rule="",
        second_opinion=_OPINION if priority == "high" and not technical else None,
    )


def _value(key: str, state: str, reason: str, now_us: int) -> ValueView:
    return ValueView(
        key=key,
        label={"hr": "Heart rate", "spo2": "SpO2", "rr": "Respiration"}[key],
        value=None if state == "blank" else 92.0,
        text="--" if state == "blank" else "92",
        unit="%" if key == "spo2" else "/min",
        at_us=now_us,
        age_s=1.0,
        age={"fresh": "now", "stale": "24 s", "blank": "4 min"}[state],
        source="monitor example",
        state=state,
        reason=reason,
    )


def _bed(
    name: str,
    now_us: int,
    *,
    values: tuple[ValueView, ...] = (),
    alarms: AlarmsView = _NO_ALARMS,
    origin: str = "",
    training: bool = False,
    silent: bool = False,
    behind_s: int = 0,
    case_id: str = "example",
) -> BedView:
    qualities = (("usable", "Usable"), ("noisy", "Noisy"), ("lead_off", "Lead off"), ("flat", "Flat line"))
    return BedView(
        bed=name,
        case_id=case_id,
        name="Example" if case_id else "",
        summary="Malinois, 32 kg" if case_id else "",
        training=training,
        origin=origin,
        server_us=now_us,
        devices=("example",),
        values=values,
        conditions=(),
        alarms=alarms,
        signals=tuple(SignalView(key=key, label="ECG II", quality=key, text=text) for key, text in qualities),
        last_message_us=None if not case_id else now_us - 125_000_000 if silent else now_us,
        silent=silent,
        behind_s=behind_s,
        shown_from_us=now_us - behind_s * 1_000_000 if behind_s else None,
    )


PAGES = (Page("GET", "/patterns", "patterns", lambda: patterns),)
