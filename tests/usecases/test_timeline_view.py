"""The whole timeline: alarms with their people, second looks with what they showed, as of any moment."""

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record import alarm_events as al
from holdfast.record.events import AnyEvent, case_stream
from holdfast.usecases import cases
from holdfast.usecases.context import Context, record
from holdfast.usecases.timeline_view import ORDER, categories_of, chosen_of, whole_timeline
from making import NOON_US, StandingClock, make_context


def ward() -> tuple[Context, StandingClock, str]:
    clock = StandingClock()
    ctx = make_context(clock)
    return ctx, clock, cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))


def told(ctx: Context, case_id: str, *events: AnyEvent, actor: str = "holdfast") -> None:
    record(ctx, actor=actor, stream=case_stream(case_id), events=events)


def raised(alarm_id: str, at_us: int) -> al.AlarmRaised:
    return al.AlarmRaised(
        at_us=at_us, alarm_id=alarm_id, alarm="spo2_low", signal="spo2", text="SpO2 82 %", priority="high",
        technical=False, audible_when_over=False, since_us=at_us,
    )  # fmt: skip


def alarms(ctx: Context, case_id: str, until_us: int | None = None) -> list[str]:
    return [line.detail for line in whole_timeline(ctx, case_id, until_us) if line.category == "alarm"]


def test_an_alarm_is_one_line_with_who_acknowledged_it_and_when() -> None:
    ctx, clock, case_id = ward()
    told(ctx, case_id, raised("a", NOON_US))
    clock.advance(40)
    told(ctx, case_id, al.AlarmAcknowledged(at_us=clock.at_us, alarm_id="a"), actor="vet")
    clock.advance(300)
    told(ctx, case_id, al.AlarmCleared(at_us=clock.at_us, alarm_id="a", why="over", latches=False))
    assert alarms(ctx, case_id) == ["SpO2 82 %; acknowledged by vet after 40 s; over after 5 min"]
    (line,) = [one for one in whole_timeline(ctx, case_id) if one.category == "alarm"]
    assert (line.at_us, line.end_us) == (NOON_US, clock.at_us)


def test_as_of_a_moment_nothing_later_is_known() -> None:
    ctx, clock, case_id = ward()
    told(ctx, case_id, raised("a", NOON_US))
    clock.advance(60)
    before = clock.at_us - US_PER_S
    told(ctx, case_id, al.AlarmEscalated(at_us=clock.at_us, alarm_id="a", called="Dr Keller", step=1))
    assert alarms(ctx, case_id, before) == ["SpO2 82 %; acknowledged by nobody; lasts"]
    assert alarms(ctx, case_id, NOON_US - 1) == []
    assert alarms(ctx, case_id) == ["SpO2 82 %; acknowledged by nobody; Dr Keller called after 60 s; lasts"]


def test_it_is_chosen_by_kind_person_and_time() -> None:
    ctx, clock, case_id = ward()
    cases.write_note(ctx, actor="vet", case_id=case_id, text="one")
    clock.advance(120)
    cases.write_note(ctx, actor="nurse", case_id=case_id, text="two")
    told(ctx, case_id, raised("a", clock.at_us))
    lines = whole_timeline(ctx, case_id)
    assert [one.text for one in chosen_of(lines, categories=["note"])] == ["one", "two"]
    assert [one.text for one in chosen_of(lines, categories=["note"], actors=["nurse"])] == ["two"]
    until = NOON_US + US_PER_MIN
    assert [one.text for one in chosen_of(lines, categories=["note"], from_us=NOON_US, to_us=until)] == ["one"]
    assert chosen_of(lines) == lines


def test_every_category_has_its_lane_and_an_unknown_one_is_not_lost() -> None:
    ctx, _, case_id = ward()
    told(ctx, case_id, raised("a", NOON_US))
    lines = whole_timeline(ctx, case_id)
    assert categories_of(lines) == ("alarm", "admin")
    strange = [*lines, type(lines[0])(0, NOON_US, NOON_US, "vet", "sang.1", "song", "he sang")]
    assert categories_of(strange) == ("alarm", "admin", "song")
    assert len(set(ORDER)) == len(ORDER)
