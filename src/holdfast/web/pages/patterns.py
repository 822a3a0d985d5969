"""The pattern page: every element a screen is made of, in every state, to look at and to test."""

from starlette.responses import Response

from holdfast.record.case_state import TouchEntry
from holdfast.record.events import Strength, TouchResponse
from holdfast.usecases.live_views import BedView, ConditionView, SignalView, ValueView
from holdfast.web.bodychart import charts
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.tiles import TILES, pick


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
        pick=pick,
        chart=charts(regions, touches),
        responses=list(TouchResponse),
    )


def _beds(now_us: int) -> list[BedView]:
    value_states = (("hr", "fresh", ""), ("spo2", "stale", "not new"), ("rr", "blank", "last value is 4 min old"))
    values = tuple(_value(key, state, reason, now_us) for key, state, reason in value_states)
    conditions = tuple(
        ConditionView(
            condition=f"example_{priority}",
            text=f"Example of a {priority} {'technical' if technical else 'physiological'} condition",
            signal="ecg_ii",
            began_us=now_us,
            technical=technical,
            priority=priority,
        )
        for priority in ("high", "medium", "low")
        for technical in (False, True)
    )
    return [
        _bed("Live", now_us, values=values, origin="live"),
        _bed("With conditions", now_us, values=values, conditions=conditions, origin="live"),
        _bed("Silent monitor", now_us, values=values, origin="live", silent=True),
        _bed("Training", now_us, values=values, training=True, origin="simulated"),
        _bed("Replayed", now_us, values=values, origin="replayed"),
        _bed("Empty", now_us, case_id="", silent=True),
    ]


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
    conditions: tuple[ConditionView, ...] = (),
    origin: str = "",
    training: bool = False,
    silent: bool = False,
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
        conditions=conditions,
        signals=tuple(SignalView(key=key, label="ECG II", quality=key, text=text) for key, text in qualities),
        last_message_us=None if not case_id else now_us - 125_000_000 if silent else now_us,
        silent=silent,
    )
