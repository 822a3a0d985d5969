"""Where a monitor's message goes: the right case, or the quarantine with its bytes."""

import msgspec
import numpy as np
import pytest

from holdfast.kernel import limits
from holdfast.kernel.time import US_PER_H, US_PER_S
from holdfast.record.monitor import Alert, MonitorMessage, Origin
from holdfast.usecases import beds, cases
from holdfast.usecases.context import Context
from holdfast.usecases.ingest import Answer, Incoming, Intake, Submitted
from making import NOON_US, make_context, monitor_message, numeric, wave


@pytest.fixture
def ctx() -> Context:
    ctx = make_context()
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    beds.bind_device(ctx, actor="vet", device="MON-1", bed="ICU 1")
    return ctx


def admit(ctx: Context, *, training: bool = False) -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", bed="ICU 1", training=training))


def send(
    ctx: Context,
    message: MonitorMessage | None,
    *,
    raw: bytes = b"MSH|raw",
    problem: str = "",
    intake: Intake | None = None,
) -> Submitted:
    incoming = Incoming(raw, "10.0.0.9:41000", NOON_US, message, problem, message.control_id if message else "")
    submitted = (intake or Intake(ctx)).receive(incoming)
    if submitted.receipt is not None:
        submitted.receipt.result()
    return submitted


def test_a_bound_monitor_s_values_reach_the_case_on_its_bed(ctx: Context) -> None:
    case_id = admit(ctx)
    submitted = send(ctx, monitor_message(numeric("hr", 120)))
    assert submitted.answer is Answer.ACCEPTED
    (held,) = ctx.store.held(case_id)
    assert held.message.numerics[0].value == 120
    assert ctx.store.quarantine() == []


def test_the_same_message_again_is_accepted_and_charted_once(ctx: Context) -> None:
    case_id = admit(ctx)
    for _ in range(2):
        assert send(ctx, monitor_message(numeric("hr", 120))).answer is Answer.ACCEPTED
    assert len(ctx.store.held(case_id)) == 1


@pytest.mark.parametrize(("setting", "reason"), [("unbound", "bound to no bed"), ("empty bed", "No case lies on")])
def test_what_finds_no_patient_is_kept_with_its_bytes_and_its_reason(ctx: Context, setting: str, reason: str) -> None:
    if setting != "empty bed":
        admit(ctx)
    message = monitor_message(numeric("hr", 120), device="MON-2" if setting == "unbound" else "MON-1")
    submitted = send(ctx, message, raw=b"the very bytes")
    (kept,) = ctx.store.quarantine()
    assert submitted.answer is Answer.ACCEPTED
    assert reason in kept.reason
    assert ctx.store.quarantine_raw(kept.quarantine_id) == b"the very bytes"
    assert ctx.store.held() == []


def test_a_broken_message_is_kept_and_answered_as_an_error(ctx: Context) -> None:
    submitted = send(ctx, None, raw=b"\xff\x00garbage", problem="No MSH segment.")
    (kept,) = ctx.store.quarantine()
    assert submitted.answer is Answer.ERROR
    assert ctx.store.quarantine_raw(kept.quarantine_id) == b"\xff\x00garbage"


@pytest.mark.parametrize(
    ("training", "origin", "charted"),
    [
        (False, Origin.LIVE, True),
        (False, Origin.SIMULATED, False),
        (False, Origin.REPLAYED, True),
        (True, Origin.LIVE, False),
        (True, Origin.SIMULATED, True),
        (True, Origin.REPLAYED, True),
    ],
)
def test_simulated_data_never_reach_a_patient_nor_live_data_a_training_case(
    ctx: Context, training: bool, origin: Origin, charted: bool
) -> None:
    case_id = admit(ctx, training=training)
    send(ctx, monitor_message(numeric("hr", 120), origin=origin))
    assert (len(ctx.store.held(case_id)), len(ctx.store.quarantine())) == ((1, 0) if charted else (0, 1))


def test_a_clock_ahead_never_makes_a_value_look_fresher_than_its_receipt(ctx: Context) -> None:
    case_id, intake = admit(ctx), Intake(ctx)
    ahead_us = 3 * US_PER_H
    for second in range(3):
        at_us = NOON_US + ahead_us + second * US_PER_S
        message = monitor_message(
            numeric("hr", 120, at_us=at_us),
            waves=(wave("ecg_ii", np.zeros(250), start_us=at_us),),
            sent_us=at_us,
            control_id=str(second),
        )
        incoming = Incoming(str(second).encode(), "p", NOON_US + second * US_PER_S, message, "", str(second))
        submitted = intake.receive(incoming)
        assert submitted.receipt is not None
        submitted.receipt.result()
    held = [h.message for h in ctx.store.held(case_id)]
    assert [m.numerics[0].at_us for m in held] == [NOON_US + s * US_PER_S for s in range(3)]
    assert [m.waves[0].start_us for m in held] == [NOON_US + s * US_PER_S for s in range(3)]


def test_an_old_cuff_value_keeps_its_own_time(ctx: Context) -> None:
    case_id = admit(ctx)
    old_us = NOON_US - 24 * 60 * US_PER_S
    send(ctx, monitor_message(numeric("nibp_mean", 60, at_us=old_us, unit="mmHg")))
    assert ctx.store.held(case_id)[0].message.numerics[0].at_us == old_us


def test_a_full_quarantine_is_not_acknowledged(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.usecases.ingest.QUARANTINE_BYTES_MAX", 10)
    submitted = send(ctx, None, raw=b"x" * 11, problem="broken")
    assert submitted.answer is Answer.REJECTED
    assert submitted.receipt is None
    assert ctx.store.quarantine() == []
    assert limits.QUARANTINE_BYTES_MAX > limits.QUARANTINE_RESERVE_BYTES > limits.MESSAGE_BYTES_MAX


@pytest.mark.parametrize("message", [None, monitor_message()])
def test_what_holds_no_measurement_is_accepted_with_a_word_and_not_kept(
    ctx: Context, message: MonitorMessage | None
) -> None:
    submitted = send(ctx, message)
    assert (submitted.answer, submitted.receipt) == (Answer.ACCEPTED, None)
    assert "no measurement" in submitted.text
    assert ctx.store.quarantine() == []


def test_what_was_quarantined_is_charted_when_it_is_sent_again_after_binding(ctx: Context) -> None:
    case_id, intake = admit(ctx), Intake(ctx)
    message = monitor_message(numeric("hr", 120), device="MON-2")
    for _ in range(2):
        assert send(ctx, message, intake=intake).text.startswith("Kept in quarantine. Device 'MON-2' is bound to no")
    assert len(ctx.store.quarantine()) == 1
    beds.bind_device(ctx, actor="vet", device="MON-2", bed="ICU 1")
    assert send(ctx, message, intake=intake).text == ""
    assert len(ctx.store.held(case_id)) == 1


def test_a_stranger_is_kept_fifty_times_an_hour_and_then_refused(ctx: Context) -> None:
    intake = Intake(ctx)

    def heard(number: int, at_us: int, device: str = "MON-2") -> Submitted:
        message = monitor_message(numeric("hr", 120), device=device, sent_us=at_us - 1)
        return intake.receive(Incoming(b"%d" % number, "10.0.0.7:1", at_us, message, "", str(number)))

    answers = [heard(number, NOON_US + number).answer for number in range(60)]
    assert [answers.count(answer) for answer in (Answer.ACCEPTED, Answer.REJECTED)] == [50, 10]
    assert "Not kept: 60 like it arrived within this hour. Device 'MON-2'" in heard(60, NOON_US + 60).text
    assert len(ctx.store.quarantine()) == 50
    assert heard(61, NOON_US + 61, "MON-3").answer is Answer.ACCEPTED
    assert heard(62, NOON_US + US_PER_H).answer is Answer.ACCEPTED


def test_a_stranger_cannot_take_the_room_of_a_patient_s_monitor(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, intake = admit(ctx), Intake(ctx)
    monkeypatch.setattr("holdfast.usecases.ingest.QUARANTINE_BYTES_MAX", limits.QUARANTINE_RESERVE_BYTES + 5)
    stranger = Incoming(b"x" * 6, "10.0.0.66:1", NOON_US, None, "No MSH segment.")
    assert intake.receive(stranger).answer is Answer.REJECTED
    assert "is full" in intake.receive(stranger).text
    send(ctx, monitor_message(numeric("hr", 120)), intake=intake)
    assert len(ctx.store.held(case_id)) == 1
    for number in range(60):
        broken = Incoming(b"broken %d" % number, "10.0.0.9:2", NOON_US, None, "No MSH segment.")
        assert intake.receive(broken).answer is Answer.ERROR


def charted(intake: Intake, message: MonitorMessage, received_us: int) -> tuple[MonitorMessage, str]:
    submitted = intake.receive(Incoming(b"%d" % received_us, "p:1", received_us, message, "", str(received_us)))
    assert submitted.held is not None
    return submitted.held.message, submitted.note


def test_the_shift_follows_the_message_s_clock_and_a_row_ahead_of_it_is_capped(ctx: Context) -> None:
    admit(ctx)
    intake, day_us = Intake(ctx), 24 * US_PER_H
    message = monitor_message(
        numeric("hr", 120), numeric("spo2", 97, at_us=NOON_US + day_us), waves=(wave("ecg_ii", np.zeros(250)),)
    )
    kept, note = charted(intake, message, NOON_US + US_PER_S // 10)
    assert [value.at_us for value in kept.numerics] == [NOON_US, NOON_US + US_PER_S // 10]
    assert (kept.sent_us, kept.waves[0].start_us, note) == (NOON_US, NOON_US, "")


def test_a_wave_of_another_year_is_put_at_its_receipt_and_its_messages_still_join(ctx: Context) -> None:
    admit(ctx)
    intake, year_us = Intake(ctx), 8766 * US_PER_H
    starts = []
    for second in range(3):
        at_us = NOON_US + second * US_PER_S
        late_us = (second + 1) * 20_000
        message = monitor_message(
            waves=(wave("ecg_ii", np.zeros(250), start_us=at_us - US_PER_S + year_us),), sent_us=at_us
        )
        starts.append(charted(intake, message, at_us + late_us)[0].waves[0].start_us)
    assert starts == [NOON_US + (second - 1) * US_PER_S + 20_000 for second in range(3)]


def test_a_clock_that_is_ahead_or_set_back_is_said(ctx: Context) -> None:
    admit(ctx)
    intake, hour_us = Intake(ctx), US_PER_H

    def note(ahead_us: int, received_us: int) -> str:
        at_us = received_us + ahead_us
        return charted(intake, monitor_message(numeric("hr", 99, at_us=at_us), sent_us=at_us), received_us)[1]

    assert note(0, NOON_US) == ""
    assert "60 min ahead" in note(hour_us, NOON_US + US_PER_S)
    assert "went back by 59 min" in note(0, NOON_US + 2 * US_PER_S)
    assert "went back by 59 min" in note(0, NOON_US + 60 * US_PER_S)
    assert note(0, NOON_US + 600 * US_PER_S) == ""
    assert "stamped 60 min ago" in note(-hour_us, NOON_US + 601 * US_PER_S)


def test_alarms_are_moved_with_the_clock(ctx: Context) -> None:
    admit(ctx)
    ahead_us = NOON_US + US_PER_H
    alert = Alert(text="HR high", priority="high", kind="physiological", phase="start", at_us=ahead_us)
    message = msgspec.structs.replace(monitor_message(sent_us=ahead_us), alerts=(alert,))
    assert charted(Intake(ctx), message, NOON_US)[0].alerts[0].at_us == NOON_US


def test_a_device_bound_by_another_process_is_found_at_once(ctx: Context) -> None:
    case_id, intake = admit(ctx), Intake(ctx)
    other = make_context()
    elsewhere = Context(ctx.store, type(ctx.book)(ctx.store), other.clock, ctx.ids, ctx.knowledge)
    beds.bind_device(elsewhere, actor="cli", device="REPLAY:x", bed="ICU 1")
    send(ctx, monitor_message(numeric("hr", 99), device="REPLAY:x", origin=Origin.REPLAYED), intake=intake)
    assert len(ctx.store.held(case_id)) == 1


def test_a_message_without_a_time_of_its_own_is_new_each_time(ctx: Context) -> None:
    case_id, intake = admit(ctx), Intake(ctx)
    for second in range(3):
        received_us = NOON_US + second * US_PER_S
        message = monitor_message(numeric("hr", 120, at_us=received_us), sent_us=received_us, control_id="204")
        submitted = intake.receive(Incoming(b"the same bytes", "p", received_us, message, "", "204"))
        assert submitted.receipt is not None
        submitted.receipt.result()
    assert len(ctx.store.held(case_id)) == 3


def test_a_device_that_does_not_say_who_it_is_is_known_by_its_address(ctx: Context) -> None:
    case_id = admit(ctx)
    beds.bind_device(ctx, actor="vet", device="unidentified@10.0.0.9", bed="ICU 1")
    send(ctx, monitor_message(numeric("hr", 120), device="unidentified"))
    assert len(ctx.store.held(case_id)) == 1
