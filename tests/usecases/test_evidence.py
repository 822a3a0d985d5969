"""What reaches reasoning from the monitor: only the animal's own values, on the clock of the touches."""

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.events import Strength, TouchResponse
from holdfast.record.monitor import Origin
from holdfast.usecases import beds, cases
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import gather
from holdfast.usecases.ports import Change, NewHeld
from holdfast.usecases.second_look import look
from making import NOON_US, StandingClock, make_context, monitor_message, numeric


def ctx_with_case(*, training: bool = False) -> tuple[Context, str]:
    ctx = make_context(StandingClock(NOON_US + 60 * US_PER_S))
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    admission = cases.Admission(name="Rex", bed="ICU 1", training=training, weight_kg=30)
    case_id = cases.admit(ctx, actor="vet", admission=admission)
    return ctx, case_id


def hear(
    ctx: Context,
    case_id: str,
    *,
    behind_s: dict[int, float] | float = 0,
    origin: Origin = Origin.LIVE,
    rate: float | None = None,
) -> None:
    """Two minutes around noon: a heart rate of 90 that becomes 150 at noon, or a steady ``rate``."""
    for second in range(-60, 60):
        received_us = NOON_US + second * US_PER_S
        late = behind_s if isinstance(behind_s, float | int) else behind_s[second]
        device_us = received_us - int(late * US_PER_S)
        value = rate or (150 if second >= 0 else 90) + second % 3
        message = monitor_message(
            numeric("hr", value, at_us=device_us), sent_us=device_us, control_id=str(second), origin=origin
        )
        held = NewHeld(case_id=case_id, bed="ICU 1", received_us=received_us, message=message)
        change = Change(command_id=f"m{second}", actor="device", recorded_us=received_us, held=(held,))
        ctx.store.submit(change).result()


def touch(ctx: Context, case_id: str) -> None:
    cases.record_touch(
        ctx,
        actor="vet",
        case_id=case_id,
        side="left",
        region="thorax_mid",
        strength=Strength.FIRM,
        response=TouchResponse.FLINCHES,
        at_us=NOON_US,
    )


def effect(ctx: Context, case_id: str) -> tuple[bool | None, str]:
    _, (seen,) = gather(ctx, ctx.book.case(case_id), NOON_US + 60 * US_PER_S)
    return seen.effect.significant, seen.effect.text


@pytest.mark.parametrize("behind_s", [0, 20, 31, 45, -20, -45])
def test_a_response_to_touch_is_found_whatever_the_device_s_clock_shows(behind_s: float) -> None:
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id, behind_s=behind_s)
    touch(ctx, case_id)
    assert effect(ctx, case_id)[0] is True


def test_a_clock_that_cannot_be_told_is_never_read_as_no_response() -> None:
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id, behind_s={second: (second * 37) % 50 for second in range(-60, 60)}, rate=90)
    touch(ctx, case_id)
    significant, text = effect(ctx, case_id)
    assert significant is None
    assert "not steady" in text


def test_no_response_is_said_of_a_steady_monitor() -> None:
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id, behind_s=20, rate=90)
    touch(ctx, case_id)
    assert effect(ctx, case_id)[0] is False


@pytest.mark.parametrize(("training", "counts"), [(False, False), (True, True)])
def test_a_replayed_recording_is_no_evidence_on_a_patient(training: bool, counts: bool) -> None:
    ctx, case_id = ctx_with_case(training=training)
    hear(ctx, case_id, origin=Origin.REPLAYED, rate=222)
    touch(ctx, case_id)
    evidence, (seen,) = gather(ctx, ctx.book.case(case_id), NOON_US + 60 * US_PER_S)
    assert (seen.effect.significant is not None) == counts
    assert ("tachycardia" in evidence.findings) == counts
    page = look(ctx, case_id, NOON_US + 60 * US_PER_S)
    assert any("not evidence" in caveat for caveat in page["caveats"]) != counts
    assert bool(page["monitor"]["replayed"]) != counts


def press_at(ctx: Context, case_id: str, region: str, second: float, response: TouchResponse) -> None:
    cases.record_touch(
        ctx,
        actor="vet",
        case_id=case_id,
        side="left",
        region=region,
        strength=Strength.FIRM,
        response=response,
        at_us=NOON_US + int(second * US_PER_S),
    )


def told(ctx: Context, case_id: str) -> dict[str, bool | None]:
    _, seen = gather(ctx, ctx.book.case(case_id), NOON_US + 60 * US_PER_S)
    return {one.entry.region: one.effect.significant for one in seen}


def test_quick_palpation_gives_the_answer_to_the_one_place_that_the_animal_answered_for() -> None:
    """The rate rises at noon; three quiet places were pressed in the seconds before."""
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id)
    for region, second in (("head", -7), ("neck", -4), ("shoulder", -2)):
        press_at(ctx, case_id, region, second, TouchResponse.NONE)
    press_at(ctx, case_id, "thorax_mid", 0, TouchResponse.FLINCHES)
    assert told(ctx, case_id) == {"head": None, "neck": None, "shoulder": None, "thorax_mid": True}


def test_presses_too_close_to_be_told_apart_say_so() -> None:
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id)
    press_at(ctx, case_id, "neck", -3, TouchResponse.FLINCHES)
    press_at(ctx, case_id, "thorax_mid", 0, TouchResponse.FLINCHES)
    assert told(ctx, case_id) == {"neck": None, "thorax_mid": None}


def test_a_quiet_place_pressed_after_the_painful_one_is_not_blamed() -> None:
    ctx, case_id = ctx_with_case()
    hear(ctx, case_id)
    press_at(ctx, case_id, "thorax_mid", 0, TouchResponse.FLINCHES)
    press_at(ctx, case_id, "neck", 12, TouchResponse.NONE)
    assert told(ctx, case_id) == {"thorax_mid": True, "neck": None}
