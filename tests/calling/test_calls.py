"""The table of a call and what the desk does with it: no call is lost, nobody answers twice, the list ends loudly."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from holdfast.calling.course import STANDING, TRANSITIONS, Phase, Step, is_loud, phase_of
from holdfast.calling.desk import about_alarms, next_step
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge import calling_times
from holdfast.record import alarm_events as al
from holdfast.record import alarm_state, call_state
from holdfast.record import call_events as ce
from holdfast.record.alarm_state import AlarmState
from holdfast.record.call_state import CallEntry, Calls
from making import NOON_US

TIMES = calling_times.load()


def people(count: int, wait_s: float = 20.0) -> tuple[ce.Callee, ...]:
    return tuple(
        ce.Callee(contact_id=f"p{n}", name=f"P{n}", place="clinic", wait_s=wait_s) for n in range(1, count + 1)
    )


def opened(count: int, again_s: float = 60.0) -> Calls:
    event = ce.CallOpened(
        at_us=NOON_US,
        call_id="c1",
        cause="alarm",
        cause_id="a1",
        about="asystole",
        text="No beat",
        priority="high",
        people=people(count),
        again_s=again_s,
    )
    return call_state.apply(Calls(), event, "holdfast")


def entry(calls: Calls) -> CallEntry:
    return calls.entries["c1"]


def run(calls: Calls, seconds: int, start_us: int = NOON_US) -> Calls:
    for second in range(seconds):
        step = next_step(entry(calls), start_us + second * US_PER_S)
        if step is not None:
            calls = call_state.apply(calls, step, "holdfast")
    return calls


def test_nothing_leads_out_of_an_answer_and_every_other_phase_can_be_answered() -> None:
    for phase, step in product(Phase, Step):
        following = TRANSITIONS.get((phase, step))
        if phase in STANDING and step is Step.ANSWERED:
            assert following is Phase.ANSWERED
        if phase not in STANDING:
            assert following is None


@given(count=st.integers(0, 6), again_s=st.floats(1, 120))
def test_everybody_is_called_in_order_and_then_it_is_loud(count: int, again_s: float) -> None:
    calls = run(opened(count, again_s), 20 * count + 2)
    assert [made.place for made in entry(calls).made][:count] == list(range(1, count + 1))
    assert is_loud(entry(calls))
    assert phase_of(entry(calls)) in STANDING


@given(count=st.integers(1, 5))
def test_a_list_that_ended_begins_again_and_stays_loud(count: int) -> None:
    calls = run(opened(count), 20 * count + 60 + 3)
    assert [made.place for made in entry(calls).made] == [*range(1, count + 1), 1]
    assert phase_of(entry(calls)) is Phase.CALLING
    assert is_loud(entry(calls))


HAPPENING = st.one_of(
    st.integers(1, 90),  # seconds pass
    st.sampled_from(["answer", "withdraw", "seen", "delivery"]),
)


@given(count=st.integers(1, 4), course=st.lists(HAPPENING, max_size=20))
def test_a_call_stands_until_the_first_answer_or_end_and_that_one_holds(count: int, course: list[int | str]) -> None:
    calls, now_us, ended = opened(count), NOON_US, ""
    for number, what in enumerate(course):
        match what:
            case int():
                calls = run(calls, what, now_us)
                now_us += what * US_PER_S
            case "answer":
                answer = ce.CallAnswered(at_us=now_us, call_id="c1", who=f"W{number}", how="page")
                calls, ended = call_state.apply(calls, answer, "x"), ended or f"W{number}"
            case "withdraw":
                calls = call_state.apply(calls, ce.CallWithdrawn(at_us=now_us, call_id="c1", why="w"), "x")
                ended = ended or "withdrawn"
            case "seen":
                calls = call_state.apply(calls, ce.CallSeen(at_us=now_us, call_id="c1", place=1), "x")
            case _:
                told = ce.CallDelivery(at_us=now_us, call_id="c1", place=1, channel="ntfy", state="failed")
                calls = call_state.apply(calls, told, "x")
        phase = phase_of(entry(calls))
        assert (phase in STANDING) == (not ended)
        assert entry(calls).answered_by == ("" if ended == "withdrawn" else ended)
        assert (phase is Phase.WITHDRAWN) == (ended == "withdrawn")
    if not ended:
        following = run(calls, 400, now_us)
        assert len(entry(following).made) > len(entry(calls).made)


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    calls = run(opened(2), 1)
    step = next_step(entry(calls), NOON_US - 3600 * US_PER_S)
    assert isinstance(step, ce.CallMade)
    assert step.place == 2


# Alarms open, join, replace and answer calls.


class Bed:
    """Alarms and calls of one case, moved on by the desk."""

    def __init__(self, count: int = 2) -> None:
        self.alarms, self.calls, self.now_us, self.ids, self.count = AlarmState(), Calls(), NOON_US, 0, count

    def new_id(self) -> str:
        self.ids += 1
        return f"c{self.ids}"

    def raise_(self, alarm: str, priority: str = "high", technical: bool = False) -> str:
        alarm_id = f"{alarm}-{self.now_us}"
        event = al.AlarmRaised(
            at_us=self.now_us,
            alarm_id=alarm_id,
            alarm=alarm,
            signal="",
            text=alarm,
            priority=priority,
            technical=technical,
            audible_when_over=False,
            since_us=self.now_us,
        )
        self.alarms = alarm_state.apply(self.alarms, event, "holdfast")
        return alarm_id

    def acknowledge(self, alarm_id: str) -> None:
        known = self.alarms.by_id(alarm_id)
        assert known
        self.calls = call_state.acknowledged(self.calls, alarm_id, known.alarm, "kim", self.now_us)
        event = al.AlarmAcknowledged(at_us=self.now_us, alarm_id=alarm_id)
        self.alarms = alarm_state.apply(self.alarms, event, "kim")

    def seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_us += US_PER_S
            told = about_alarms(
                self.calls,
                self.alarms,
                lambda _: people(self.count),
                TIMES,
                {"kim": "Nurse Kim"},
                self.new_id,
                self.now_us,
            )
            for event in told:
                self.calls = call_state.apply(self.calls, event, "holdfast")
            for one in list(self.calls.entries.values()):
                if (step := next_step(one, self.now_us)) is not None:
                    self.calls = call_state.apply(self.calls, step, "holdfast")

    def standing(self) -> list[CallEntry]:
        return [one for one in self.calls.entries.values() if phase_of(one) in STANDING]


def test_an_alarm_that_somebody_at_the_bed_takes_at_once_calls_nobody() -> None:
    bed = Bed()
    alarm_id = bed.raise_("asystole")
    bed.seconds(5)
    bed.acknowledge(alarm_id)
    bed.seconds(60)
    assert not bed.calls.entries


def test_a_second_alarm_joins_the_call_that_stands() -> None:
    bed = Bed()
    bed.raise_("asystole")
    bed.seconds(11)
    bed.raise_("spo2_desat_low")
    bed.seconds(12)
    assert len(bed.calls.entries) == 1
    assert bed.standing()[0].abouts == ("asystole", "spo2_desat_low")


def test_a_more_urgent_alarm_begins_a_call_of_its_own_at_the_top_of_the_list_and_takes_the_other_with_it() -> None:
    bed = Bed()
    bed.raise_("deterioration", "medium")
    bed.seconds(30)
    assert [one.priority for one in bed.standing()] == ["medium"]
    bed.raise_("asystole")
    bed.seconds(12)
    (call,) = bed.standing()
    assert (call.priority, call.abouts) == ("high", ("asystole", "deterioration"))
    assert [made.place for made in call.made] == [1]


def test_who_acknowledges_at_the_bed_has_answered_also_when_the_alarm_was_latched() -> None:
    bed = Bed()
    alarm_id = bed.raise_("spo2_desat_low")
    bed.seconds(12)
    cleared = al.AlarmCleared(at_us=bed.now_us, alarm_id=alarm_id, why="over", latches=True)
    bed.alarms = alarm_state.apply(bed.alarms, cleared, "holdfast")
    bed.seconds(5)
    assert len(bed.standing()) == 1, "an alarm that went by itself still needs somebody"
    bed.acknowledge(alarm_id)
    bed.seconds(1)
    (call,) = bed.calls.entries.values()
    assert (call.answered_by, call.answered_how) == ("Nurse Kim", "bedside")


def test_an_answer_after_which_nobody_came_to_the_bed_calls_again() -> None:
    bed = Bed()
    bed.raise_("asystole")
    bed.seconds(12)
    answer = ce.CallAnswered(at_us=bed.now_us, call_id="c1", who="Lee", how="link")
    bed.calls = call_state.apply(bed.calls, answer, "contact:lee")
    bed.seconds(int(TIMES.come_s("high")) - 2)
    assert not bed.standing()
    bed.seconds(4)
    assert len(bed.standing()) == 1


def test_what_is_about_the_equipment_or_of_medium_priority_calls_nobody() -> None:
    bed = Bed()
    bed.raise_("lead_off", "high", technical=True)
    bed.raise_("hr_high", "medium")
    bed.seconds(120)
    assert not bed.calls.entries


def test_an_arrest_that_comes_and_goes_every_few_seconds_calls_as_one_that_stays() -> None:
    bed = Bed()
    for _ in range(3):
        alarm_id = bed.raise_("asystole")
        bed.seconds(3)
        cleared = al.AlarmCleared(at_us=bed.now_us, alarm_id=alarm_id, why="over", latches=True)
        bed.alarms = alarm_state.apply(bed.alarms, cleared, "holdfast")
        bed.seconds(2)
    assert len(bed.standing()) == 1
    assert len(bed.calls.entries) == 1


def test_without_a_list_no_call_begins() -> None:
    bed = Bed(count=0)
    bed.raise_("asystole")
    bed.seconds(60)
    assert not bed.calls.entries


@given(
    course=st.lists(
        st.tuples(st.sampled_from(["asystole", "apnea_low", "deterioration", "ack", "pass"]), st.integers(1, 40)),
        max_size=12,
    )
)
def test_no_alarm_that_needs_a_person_is_ever_without_a_call(course: list[tuple[str, int]]) -> None:
    bed = Bed()
    for what, seconds in course:
        match what:
            case "ack":
                for one in bed.alarms.alarms:
                    if one.status is not alarm_state.AlarmStatus.ACKNOWLEDGED:
                        bed.acknowledge(one.alarm_id)
            case "pass":
                pass
            case _:
                bed.raise_(what, "medium" if what == "deterioration" else "high")
        bed.seconds(seconds)
        assert len(bed.standing()) <= 1, "one dog, one call"
        for one in bed.alarms.alarms:
            waited_s = (bed.now_us - one.raised_us) / US_PER_S
            if one.status is alarm_state.AlarmStatus.ACTIVE and waited_s > TIMES.first_s(one.priority) + 1:
                assert any(one.alarm_id in call.causes or one.alarm in call.abouts for call in bed.standing())
