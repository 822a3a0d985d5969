"""The desk on a record: whom it calls when, what becomes of messages when the network is cut, who may answer."""

import pytest

from fake_calling import FakeChannels, make_desk
from holdfast.calling.course import Phase, phase_of
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record import alarm_events as al
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.record.call_state import CallEntry
from holdfast.usecases import calling, cases
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.context import Context, record
from making import StandingClock, make_context

NAMES = ("Dr Osei", "Nurse Kim", "Dr Lee")


class Night:
    """A dog on a ward, three people on the list, a desk that looks once a second."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.ctx: Context = make_context(self.clock)
        self.channels = FakeChannels()
        self.desk: CallDesk = make_desk(self.ctx, self.channels)
        self.case_id = cases.admit(self.ctx, actor="vet", admission=cases.Admission(name="Rex"))
        for name in NAMES:
            calling.set_contact(
                self.ctx,
                self.desk.addresses,
                self.channels,
                actor="vet",
                name=name,
                place="clinic",
                by_channel={"ntfy": f"secret-topic-of-{name[-3:]}"},
            )
        calling.set_list(self.ctx, actor="vet", contacts=tuple(self.ctx.book.clinic.calling.contacts), why="tonight")

    def alarm(self, alarm: str = "asystole") -> str:
        alarm_id = self.ctx.ids.new_id()
        event = al.AlarmRaised(
            at_us=self.clock.at_us,
            alarm_id=alarm_id,
            alarm=alarm,
            signal="",
            text="No heart beat for 4 s",
            priority="high",
            technical=False,
            audible_when_over=True,
            since_us=self.clock.at_us,
        )
        record(self.ctx, actor="holdfast", stream=ev.case_stream(self.case_id), events=[event])
        return alarm_id

    def seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.desk.follow(self.clock.advance(1))

    @property
    def call(self) -> CallEntry:
        (entry,) = self.ctx.book.case(self.case_id).calls.entries.values()
        return entry

    def events(self, kind: type[ev.CaseEvent]) -> list[ev.AnyEvent]:
        recorded = self.ctx.store.read_stream(ev.case_stream(self.case_id))
        return [item.event for item in recorded if isinstance(item.event, kind)]


@pytest.fixture
def night() -> Night:
    return Night()


def test_two_who_do_not_answer_are_followed_by_a_third_who_does(night: Night) -> None:
    night.alarm()
    night.seconds(11)
    assert [one.to[-3:] for one in night.channels.sent] == ["sei"]
    night.seconds(20)
    night.seconds(20)
    assert [one.to[-3:] for one in night.channels.sent] == ["sei", "Kim", "Lee"]
    token = night.channels.sent[-1].link.rpartition("#")[2]
    case_id, entry, place = calling.linked(night.ctx, night.desk.signer, token)
    calling.answer_link(night.ctx, case_id=case_id, entry=entry, place=place)
    assert (night.call.answered_by, night.call.answered_how) == ("Dr Lee", "link")
    night.seconds(120)
    assert len(night.channels.sent) == 3, "who has answered ends the calling"


def test_when_nobody_answers_it_is_on_record_and_the_list_begins_again(night: Night) -> None:
    night.alarm()
    night.seconds(11 + 3 * 20 + 1)
    assert phase_of(night.call) is Phase.NOBODY
    assert len(night.events(ce.CallListEnded)) == 1
    night.seconds(61)
    assert phase_of(night.call) is Phase.CALLING
    assert len(night.channels.sent) == 4, "the first is called, and sent to, again"


def test_a_cut_network_is_tried_again_and_each_message_arrives_once(night: Night) -> None:
    night.channels.cut = True
    night.alarm()
    night.seconds(18)
    assert night.channels.sent == []
    assert night.channels.tries >= 2
    assert [event.state for event in night.events(ce.CallDelivery)] == ["failed"], "one line, not one for each try"
    night.channels.cut = False
    night.seconds(12)
    assert len(night.channels.sent) == 1 + (len(night.call.made) > 1)
    assert len({(one.to, one.link) for one in night.channels.sent}) == len(night.channels.sent)
    assert [event.state for event in night.events(ce.CallDelivery)][:2] == ["failed", "sent"]


def test_a_restart_sends_what_no_channel_had_taken_and_nothing_else(night: Night) -> None:
    night.alarm()
    night.seconds(12)
    night.channels.cut = True
    night.seconds(20)
    assert len(night.channels.sent) == 1
    night.channels.cut = False
    night.desk = CallDesk(
        night.ctx, night.desk.addresses, night.channels, night.desk.signer, "https://holdfast.test", night.desk._senders
    )
    night.seconds(2)
    assert [one.to for one in night.channels.sent].count(night.channels.sent[0].to) == 1
    assert len(night.channels.sent) == 2


def test_no_address_and_no_link_is_ever_in_an_event(night: Night) -> None:
    night.alarm()
    night.seconds(90)
    token = night.channels.sent[0].link.rpartition("#")[2]
    bodies = b"".join(item.body for item in night.ctx.store.read_log(limit=10_000))
    assert b"secret-topic" not in bodies
    assert token.rpartition(".")[2].encode() not in bodies


def test_the_first_answer_holds_and_the_second_is_told(night: Night) -> None:
    night.alarm()
    night.seconds(40)
    calling.answer(night.ctx, actor="kim", case_id=night.case_id, call_id=night.call.call_id, who="Nurse Kim")
    with pytest.raises(OperatorError, match="Nurse Kim has answered already"):
        calling.answer(night.ctx, actor="lee", case_id=night.case_id, call_id=night.call.call_id, who="Dr Lee")
    assert len(night.events(ce.CallAnswered)) == 1


def test_a_link_that_we_did_not_sign_opens_nothing(night: Night) -> None:
    night.alarm()
    night.seconds(12)
    token = night.channels.sent[0].link.rpartition("#")[2]
    named, _, signature = token.rpartition(".")
    for bad in (f"{named[:-1]}2.{signature}", f"{named}.{signature[:-1]}x", "", ".", "a.b.c.d", f"{named}."):
        with pytest.raises(NotFoundError):
            calling.linked(night.ctx, night.desk.signer, bad)


def test_opening_the_link_is_said_once(night: Night) -> None:
    night.alarm()
    night.seconds(12)
    for _ in range(3):
        calling.see_link(night.ctx, case_id=night.case_id, entry=night.call, place=1)
    assert len(night.events(ce.CallSeen)) == 1


def test_a_case_that_is_closed_calls_nobody_any_more(night: Night) -> None:
    night.alarm()
    night.seconds(12)
    cases.close_case(night.ctx, actor="vet", case_id=night.case_id, outcome="died")
    night.seconds(60)
    assert phase_of(night.call) is Phase.WITHDRAWN
    assert len(night.channels.sent) == 1


def test_a_case_can_have_a_list_of_its_own(night: Night) -> None:
    own = tuple(night.ctx.book.clinic.calling.contacts)[2:]
    calling.set_case_list(night.ctx, actor="vet", case_id=night.case_id, contacts=own, why="his surgeon")
    night.alarm()
    night.seconds(12)
    assert [one.name for one in night.call.people] == ["Dr Lee"]


def test_an_exercise_says_so_in_the_message() -> None:
    night = Night()
    night.case_id = cases.admit(night.ctx, actor="vet", admission=cases.Admission(name="Bella", training=True))
    night.alarm()
    night.seconds(12)
    assert night.channels.sent[0].title.startswith("EXERCISE: Bella")
