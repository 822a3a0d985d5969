"""An archive concluded again says nothing new while nothing is new, and all that is when something is."""

from dataclasses import replace

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record import events as ev
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases import beds, cases, reanalysis
from holdfast.usecases import second_look as look
from holdfast.usecases.live import Ward
from holdfast.usecases.monitor_blocks import build_flush
from holdfast.usecases.ports import OWN_ACTOR, Change, NewHeld
from holdfast.usecases.reanalysis import CaseReport, StateSeen, compare
from making import StandingClock, make_context, monitor_message, numeric, wave
from signals.made_signals import Floats, ecg, flat, steady_beats

RATE_HZ = 250.0
BEATS_S, FLAT_S = 32, 10


class Archive:
    """One dog whose heart stops, two second looks, everything in blocks but the last seconds."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.ctx = make_context(self.clock)
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        self.case_id = cases.admit(self.ctx, actor="vet", admission=cases.Admission(name="Rex", bed="ICU 1"))
        self.ward = Ward(self.ctx)
        self._enter()
        beating = ecg(steady_beats(100, BEATS_S), BEATS_S, RATE_HZ)
        self._hear(beating, BEATS_S)
        self._look()
        self._hear(flat(FLAT_S, RATE_HZ), FLAT_S)
        self.clock.advance(60)
        self._look()

    def _enter(self) -> None:
        for key in ("retching", "abdominal_distension"):
            cases.record_finding(
                self.ctx, actor="vet", case_id=self.case_id, key=key, presence=ev.Presence.PRESENT, at_us=None
            )
        cases.set_working_diagnosis(self.ctx, actor="vet", case_id=self.case_id, diagnosis="gdv")

    def _hear(self, trace: Floats, seconds: int) -> None:
        for second in range(seconds):
            at_us = self.clock.advance(1)
            first = int(second * RATE_HZ)
            piece = wave("ecg_ii", trace[first : first + int(RATE_HZ)], start_us=at_us - US_PER_S)
            message = monitor_message(
                numeric("hr", 100 + second % 7, at_us=at_us), waves=(piece,), sent_us=at_us, control_id=str(at_us)
            )
            held = NewHeld(case_id=self.case_id, bed="ICU 1", received_us=at_us, message=message)
            self.ctx.store.submit(
                Change(command_id=f"m{at_us}", actor=OWN_ACTOR, recorded_us=at_us, held=(held,))
            ).result()
            self.ward.hear(held)
            self.ctx.book.catch_up()
            if second % 10 == 9:
                waiting = self.ctx.store.held(self.case_id)
                taken = self.ctx.derived.take(self.case_id, waiting)
                flush = build_flush(self.case_id, waiting, new_id=self.ctx.ids.new_id, now_us=at_us, derived=taken)
                self.ctx.store.submit(flush).result()

    def _look(self) -> None:
        look.show(self.ctx, actor="vet", case_id=self.case_id)
        self.clock.advance(1)

    def again(self, **more: object) -> CaseReport:
        knowledge = replace(self.ctx.knowledge, **more)  # type: ignore[arg-type]
        return reanalysis.reanalyse(self.ctx.store, MemoryStore(), MemoryStore(), self.case_id, knowledge)


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive()


def test_with_the_same_knowledge_and_analysis_nothing_would_be_different(archive: Archive) -> None:
    report = archive.again()
    assert (report.looks, report.messages) == (2, BEATS_S + FLAT_S)
    assert report.states >= 1
    assert (report.changed, report.only_then, report.only_now, report.moved) == ((), (), (), ())


def test_nothing_is_written(archive: Archive) -> None:
    before = archive.ctx.store.head_seq()
    archive.again()
    assert archive.ctx.store.head_seq() == before


def test_a_release_that_says_something_else_is_told_look_by_look(archive: Archive) -> None:
    recorded = archive.ctx.store.read_stream(ev.case_stream(archive.case_id))
    looks = [one.event for one in recorded if isinstance(one.event, ev.SecondLookShown)]
    diseases = archive.ctx.knowledge.diseases
    report = archive.again(diseases=diseases | {"gdv": replace(diseases["gdv"], name="Twisted stomach")})
    assert [one.look_id for one in report.changed] == [shown.look_id for shown in looks]
    for one, shown in zip(report.changed, looks, strict=True):
        assert one.differs[0] == "verdict"
        assert (one.text_then, one.release) == (shown.page["verdict"]["text"], archive.ctx.knowledge.release)
        assert "Twisted stomach" in one.text_now
        assert not one.turned


def test_an_analysis_that_calls_no_asystole_is_told_apart_from_the_record(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = reanalysis.Ward.hear

    def deaf(self: Ward, held: NewHeld, clock_note: str = "") -> None:
        if not held.message.waves or held.received_us < archive.clock.at_us - (FLAT_S + 70) * US_PER_S:
            plain(self, held, clock_note)

    monkeypatch.setattr(reanalysis.Ward, "hear", deaf)
    report = archive.again()
    assert "asystole" in {seen.condition for seen in report.only_then}
    assert report.changed == ()


def seen(at_s: float, condition: str = "asystole", ended_s: float | None = None) -> StateSeen:
    ended_us = None if ended_s is None else int(ended_s * US_PER_S)
    return StateSeen(at_us=int(at_s * US_PER_S), condition=condition, signal="", ended_us=ended_us)


def test_a_state_that_moves_a_little_is_the_same_state() -> None:
    then = [seen(10, ended_s=20), seen(100), seen(200, "pause", 201)]
    now = [seen(11, ended_s=20), seen(103), seen(200, "pause")]
    only_then, only_now, moved = compare(then, now)
    assert (only_then, only_now) == ((then[1],), (now[1],))
    assert moved == ((then[0], now[0]),)
