"""The second look: shown whatever happens, recorded once, and one order at a time."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from holdfast.kernel.errors import NotFoundError, OperatorError, WorldError
from holdfast.monitoring.expected_course import AS_EXPECTED, CANNOT_SAY, LESS, OPPOSITE
from holdfast.record import events as ev
from holdfast.record.monitor import Origin
from holdfast.usecases import cases
from holdfast.usecases import second_look as look
from holdfast.usecases.context import Context, record
from holdfast.usecases.course_views import CourseView, ExpectedView, TreatmentView
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent, Receipt
from making import StandingClock, make_context


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ctx(clock: StandingClock) -> Context:
    return make_context(clock)


@pytest.fixture
def rex(ctx: Context) -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))


def order(ctx: Context, case_id: str, *, actor: str = "vet", command_id: str = "", consent_by: str = "owner") -> str:
    return look.order(
        ctx,
        actor=actor,
        case_id=case_id,
        indication="organ failure",
        consent_by=consent_by,
        consent_how="in_person",
        command_id=command_id,
    )


def decide(ctx: Context, case_id: str, order_id: str, look_id: str = "", **more: Any) -> None:
    values: dict[str, Any] = {"actor": "vet", "decision": ev.Decision.HOLD}
    look.decide(ctx, case_id=case_id, order_id=order_id, look_id=look_id, **(values | more))


def shown(ctx: Context, case_id: str) -> list[ev.SecondLookShown]:
    events = (item.event for item in ctx.store.read_stream(ev.case_stream(case_id)))
    return [event for event in events if isinstance(event, ev.SecondLookShown)]


class TestOneOrderAtATime:
    def test_a_second_one_is_refused_and_says_who_ordered_and_when(
        self, ctx: Context, clock: StandingClock, rex: str
    ) -> None:
        osei = ev.AccountCreated(at_us=clock.at_us, account="a1", name="Dr. Osei", role="clinician")
        record(ctx, actor="admin", stream=ev.CLINIC_STREAM, events=[osei])
        order(ctx, rex, actor="a1", consent_by="owner")
        clock.advance(20 * 60)
        with pytest.raises(OperatorError, match=r"Rex.*Dr\. Osei.*20 min ago") as caught:
            order(ctx, rex, consent_by="handler")
        assert "decide on it first" in caught.value.remedy
        assert [one.consent_by for one in ctx.book.case(rex).orders] == ["owner"]

    def test_the_same_command_sent_again_is_answered_again(self, ctx: Context, rex: str) -> None:
        first = order(ctx, rex, command_id="once")
        assert order(ctx, rex, command_id="once") == first
        decide(ctx, rex, first)
        assert order(ctx, rex, command_id="once") == first

    def test_after_a_hold_a_new_one_can_be_placed(self, ctx: Context, rex: str) -> None:
        first = order(ctx, rex)
        decide(ctx, rex, first)
        assert order(ctx, rex) != first

    def test_a_closed_case_takes_none(self, ctx: Context, rex: str) -> None:
        cases.close_case(ctx, actor="vet", case_id=rex, outcome="home")
        with pytest.raises(OperatorError, match="closed"):
            order(ctx, rex)

    def test_an_order_that_is_not_there_is_said(self, ctx: Context, rex: str) -> None:
        with pytest.raises(NotFoundError, match="no such"):
            decide(ctx, rex, "nothing")

    def test_a_decision_whose_answer_was_lost_is_answered_again(self, ctx: Context, rex: str) -> None:
        order_id = order(ctx, rex)
        for _ in range(2):
            decide(ctx, rex, order_id, command_id="once")
        assert len(ctx.book.case(rex).orders[0].decisions) == 1

    def test_two_decisions_of_an_older_release_leave_the_case_usable(self, ctx: Context, rex: str) -> None:
        order_id = order(ctx, rex)
        decided = [
            ev.EndOfLifeDecided(at_us=1, order_id=order_id, look_id="", decision=decision, reason="", words="")
            for decision in (ev.Decision.HOLD, ev.Decision.CALL_COLLEAGUE)
        ]
        record(ctx, actor="vet", stream=ev.case_stream(rex), events=decided)
        with pytest.raises(OperatorError, match="already held"):
            decide(ctx, rex, order_id)
        again = order(ctx, rex)
        assert look.show(ctx, actor="vet", case_id=rex, order_id=again)[0]
        decide(ctx, rex, again)


class TestADiskThatIsFull:
    @pytest.fixture
    def full(self, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        def submit(change: Change) -> Future[Receipt]:
            future: Future[Receipt] = Future()
            future.set_exception(WorldError("The disk is full, while writing the record.", "Free some space."))
            return future

        return lambda: monkeypatch.setattr(ctx.store, "submit", submit)

    def test_the_look_is_shown_and_says_that_it_is_not_on_record(
        self, ctx: Context, rex: str, full: Callable[[], None]
    ) -> None:
        order_id = order(ctx, rex)
        full()
        look_id, page = look.show(ctx, actor="vet", case_id=rex, order_id=order_id)
        assert look_id == ""
        assert page["not_recorded"] == "The disk is full, while writing the record."
        assert page["verdict"]["text"]
        assert shown(ctx, rex) == []

    def test_the_decision_needs_no_look_on_record(
        self, ctx: Context, rex: str, full: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order_id = order(ctx, rex)
        full()
        look_id, _ = look.show(ctx, actor="vet", case_id=rex, order_id=order_id)
        with pytest.raises(WorldError, match="disk is full"):
            decide(ctx, rex, order_id, look_id)
        monkeypatch.undo()
        decide(ctx, rex, order_id, look_id)
        assert ctx.book.case(rex).open_order is None


class TestAPageOpenedTwice:
    def test_is_one_look_and_says_the_same(self, ctx: Context, clock: StandingClock, rex: str) -> None:
        order_id = order(ctx, rex)
        first, page = look.show(ctx, actor="vet", case_id=rex, order_id=order_id)
        clock.advance(look.LOOK_STANDS_S)
        block = next_block(clock)
        record(ctx, actor=OWN_ACTOR, stream=ev.case_stream(rex), events=[block])
        second, again = look.show(ctx, actor="vet", case_id=rex, order_id=order_id)
        assert second == first
        assert again == shown(ctx, rex)[0].page
        assert again["at_us"] == page["at_us"]
        assert len(shown(ctx, rex)) == 1

    @pytest.mark.parametrize(
        "change",
        [
            lambda ctx, clock, rex: clock.advance(look.LOOK_STANDS_S + 1),
            lambda ctx, clock, rex: cases.write_note(ctx, actor="vet", case_id=rex, text="he stood up"),
            lambda ctx, clock, rex: record(
                ctx,
                actor=OWN_ACTOR,
                stream=ev.case_stream(rex),
                events=[ev.MonitorConditionBegan(at_us=clock.at_us, condition="asystole", text="No beat")],
            ),
            lambda ctx, clock, rex: ctx.store.submit(
                Change(
                    command_id="from another process",
                    actor=OWN_ACTOR,
                    recorded_us=clock.at_us,
                    events=(
                        NewEvent(
                            stream=ev.case_stream(rex),
                            event=ev.MonitorConditionBegan(at_us=clock.at_us, condition="asystole", text="No beat"),
                        ),
                    ),
                )
            ).result(),
            lambda ctx, clock, rex: look.show(ctx, actor="colleague", case_id=rex),
        ],
        ids=["later", "an entry", "a condition", "a condition not yet followed", "somebody else looked"],
    )
    def test_is_a_new_look_when_anything_changed(
        self, ctx: Context, clock: StandingClock, rex: str, change: Callable[[Context, StandingClock, str], object]
    ) -> None:
        first, _ = look.show(ctx, actor="vet", case_id=rex)
        change(ctx, clock, rex)
        second, _ = look.show(ctx, actor="vet", case_id=rex)
        assert second != first

    def test_somebody_else_and_another_order_get_a_look_of_their_own(self, ctx: Context, rex: str) -> None:
        mine, _ = look.show(ctx, actor="vet", case_id=rex)
        theirs, _ = look.show(ctx, actor="colleague", case_id=rex)
        assert mine != theirs


def next_block(clock: StandingClock) -> ev.MonitorBlockStored:
    return ev.MonitorBlockStored(
        at_us=clock.at_us,
        block_id="b1",
        bed="ICU 1",
        device="MON-1",
        origin=Origin.LIVE,
        start_us=clock.at_us - 1,
        end_us=clock.at_us,
        sha256="0" * 64,
        numerics=1,
        waves=(),
        refused=0,
    )


class TestWhatFollowedATreatment:
    """The comparison with the expected course becomes evidence."""

    @staticmethod
    def course(*verdicts: str) -> CourseView:
        expected = tuple(
            ExpectedView(
                sign=f"s{n}",
                label="SpO2",
                expected="rises",
                verdict=verdict,
                text="88 to 89 %",
                grade="estimate",
                source="",
                note="",
            )
            for n, verdict in enumerate(verdicts)
        )
        given = TreatmentView(
            treatment_id="t1", what="oxygen", amount="", category="oxygen", at_us=5, signs=(), expected=expected
        )
        return CourseView(case_id="c", at_us=9, release="r", standing=(), changes=(), treatments=(given,), touches=())

    @pytest.mark.parametrize(
        ("verdicts", "helped"),
        [
            ((LESS, CANNOT_SAY), False),
            ((OPPOSITE,), False),
            ((LESS, AS_EXPECTED), True),
            ((CANNOT_SAY,), None),
            ((), None),
        ],
    )
    def test_one_expected_effect_is_enough_to_have_helped(self, verdicts: tuple[str, ...], helped: bool | None) -> None:
        (effect,) = look.treatment_effects(self.course(*verdicts))
        assert (effect.category, effect.at_us, effect.helped, effect.event_id) == ("oxygen", 5, helped, "t1")

    def test_the_reason_is_told(self) -> None:
        (effect,) = look.treatment_effects(self.course(LESS))
        assert effect.text == "after oxygen: SpO2 less than expected (88 to 89 %)"
