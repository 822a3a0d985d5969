"""Two people who act in the same instant: what one of them did, the other is told."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import replay
from holdfast.kernel.errors import ConflictError, OperatorError
from holdfast.kernel.limits import CONFLICT_TRIES_MAX
from holdfast.knowledge.loader import load
from holdfast.record import events as ev
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases import beds, cases
from holdfast.usecases import second_look as look
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context, record, record_checked
from holdfast.usecases.ports import Change, Receipt, Store
from making import StandingClock

KNOWLEDGE = load()
_numbers = itertools.count(1)


class Ids:
    """Ids that count on, for several threads."""

    def new_id(self) -> str:
        return f"id{next(_numbers)}"

    new_secret = new_id


def context(store: Store) -> Context:
    return Context(store=store, book=CaseBook(store), clock=StandingClock(), ids=Ids(), knowledge=KNOWLEDGE)


@pytest.fixture(params=["memory", "sqlite", "two programs"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Context, Context]]:
    """The contexts of two people: of one program, or of a server and a command beside it."""
    first: Store = MemoryStore() if request.param == "memory" else SqlStore(tmp_path / "record.db")
    stores = [first, SqlStore(tmp_path / "record.db") if request.param == "two programs" else first]
    mine = context(first)
    yield mine, mine if stores[1] is first else context(stores[1])
    for store in stores:
        store.close()


def at_once(contexts: tuple[Context, Context], *acts: Callable[[Context], Any]) -> list[Any]:
    """What each act returned or raised; nothing is written before all of them have looked at the record."""
    looked = threading.Barrier(len(acts))
    waited: set[int] = set()
    outcomes: list[Any] = [None] * len(acts)
    originals = {id(one.store): one.store.submit for one in contexts}

    def patient(store: Store) -> Callable[[Change], Any]:
        def submit(change: Change) -> Any:
            if threading.get_ident() not in waited:
                waited.add(threading.get_ident())
                looked.wait(timeout=10)
            return originals[id(store)](change)

        return submit

    def run(number: int) -> None:
        try:
            outcomes[number] = acts[number](contexts[number % 2])
        except OperatorError as error:
            outcomes[number] = error

    for one in contexts:
        one.book.catch_up()  # as the door of the server does before every request
        one.store.submit = patient(one.store)  # type: ignore[method-assign]
    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in contexts:
        one.store.submit = originals[id(one.store)]  # type: ignore[method-assign]
        one.book.catch_up()
    return outcomes


def refusal(outcomes: list[Any]) -> OperatorError:
    """The one refusal among the outcomes."""
    (refused,) = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, OperatorError)
    assert not isinstance(refused, ConflictError)
    return refused


def admit(ctx: Context, name: str = "Rex", bed: str = "", command_id: str = "") -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name=name, bed=bed), command_id=command_id)


def order(ctx: Context, case_id: str, command_id: str = "", actor: str = "vet") -> str:
    return look.order(
        ctx,
        actor=actor,
        case_id=case_id,
        indication="organ failure",
        consent_by="owner",
        consent_how="in_person",
        command_id=command_id,
    )


def decide(ctx: Context, case_id: str, order_id: str, decision: ev.Decision, command_id: str = "") -> None:
    look.decide(
        ctx, actor="vet", case_id=case_id, order_id=order_id, look_id="", decision=decision, command_id=command_id
    )


Both = tuple[Context, Context]


def test_two_admissions_to_one_bed(both: Both) -> None:
    ctx, _ = both
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    outcomes = at_once(both, lambda c: admit(c, "Rex", "ICU 1"), lambda c: admit(c, "Leo", "ICU 1"))
    assert "lies on ICU 1" in refusal(outcomes).problem
    assert [case.bed for case in ctx.book.open_cases()] == ["ICU 1"]


def test_two_moves_to_one_bed(both: Both) -> None:
    ctx, _ = both
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    rex, leo = admit(ctx, "Rex"), admit(ctx, "Leo")
    outcomes = at_once(
        both,
        lambda c: cases.assign_bed(c, actor="vet", case_id=rex, bed="ICU 1"),
        lambda c: cases.assign_bed(c, actor="vet", case_id=leo, bed="ICU 1"),
    )
    assert "lies on ICU 1" in refusal(outcomes).problem
    assert sorted(case.bed for case in ctx.book.open_cases()) == ["", "ICU 1"]


def test_a_move_and_a_discharge(both: Both) -> None:
    ctx, _ = both
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    rex = admit(ctx)
    at_once(
        both,
        lambda c: cases.close_case(c, actor="vet", case_id=rex, outcome="home"),
        lambda c: cases.assign_bed(c, actor="vet", case_id=rex, bed="ICU 1"),
    )
    assert ctx.book.case(rex).bed == ""
    assert ctx.book.case_on_bed("ICU 1") is None


def test_two_discharges(both: Both) -> None:
    ctx, _ = both
    rex = admit(ctx)
    outcomes = at_once(
        both,
        lambda c: cases.close_case(c, actor="a", case_id=rex, outcome="home"),
        lambda c: cases.close_case(c, actor="b", case_id=rex, outcome="died"),
    )
    assert "is closed" in refusal(outcomes).problem


def test_two_people_take_one_finding_back(both: Both) -> None:
    ctx, _ = both
    rex = admit(ctx)
    cases.record_finding(ctx, actor="vet", case_id=rex, key="lethargy", presence=ev.Presence.PRESENT)
    finding_id = ctx.book.case(rex).findings[0].finding_id
    outcomes = at_once(
        both,
        lambda c: cases.retract_finding(c, actor="a", case_id=rex, finding_id=finding_id, reason="wrong dog"),
        lambda c: cases.retract_finding(c, actor="b", case_id=rex, finding_id=finding_id, reason="slip"),
    )
    assert "not standing" in refusal(outcomes).problem


def test_two_orders(both: Both) -> None:
    ctx, _ = both
    rex = admit(ctx)
    outcomes = at_once(both, lambda c: order(c, rex), lambda c: order(c, rex))
    assert "waits for a decision already: vet placed it" in refusal(outcomes).problem
    assert len(ctx.book.case(rex).orders) == 1


@pytest.mark.parametrize("other", [ev.Decision.CALL_COLLEAGUE, ev.Decision.HOLD])
def test_two_decisions_on_one_order(both: Both, other: ev.Decision) -> None:
    """Hold after a call is a way on; anything after a hold is refused. Either way a new order can be placed."""
    ctx, _ = both
    rex = admit(ctx)
    order_id = order(ctx, rex)
    outcomes = at_once(
        both,
        lambda c: decide(c, rex, order_id, ev.Decision.HOLD),
        lambda c: decide(c, rex, order_id, other),
    )
    decisions = [d.decision for d, _ in ctx.book.case(rex).orders[0].decisions]
    if decisions != [ev.Decision.CALL_COLLEAGUE, ev.Decision.HOLD]:
        assert "already held" in refusal(outcomes).problem
        assert decisions == [ev.Decision.HOLD]
    assert ctx.book.case(rex).open_order is None
    assert order(ctx, rex) != order_id


def test_two_beds_of_one_name(both: Both) -> None:
    add = [lambda c: beds.add_bed(c, actor="vet", bed="ICU 1")] * 2
    assert "already a bed" in refusal(at_once(both, *add)).problem


def test_one_command_sent_twice_at_once_is_carried_out_once_and_answered_twice(both: Both) -> None:
    ctx, _ = both
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    first, second = at_once(both, *[lambda c: admit(c, bed="ICU 1", command_id="admission")] * 2)
    assert first == second
    placed = at_once(both, *[lambda c: order(c, first, command_id="order")] * 2)
    assert placed[0] == placed[1]
    held = at_once(both, *[lambda c: decide(c, first, placed[0], ev.Decision.HOLD, command_id="decision")] * 2)
    assert held == [None, None]
    assert len(ctx.book.cases()) == 1
    assert len(ctx.book.case(first).orders[0].decisions) == 1


def test_entries_that_depend_on_nothing_are_all_kept_beside_a_checked_one(both: Both) -> None:
    ctx, _ = both
    rex = admit(ctx)
    order_id = order(ctx, rex)

    def write(text: str) -> Callable[[Context], Any]:
        return lambda c: cases.write_note(c, actor="vet", case_id=rex, text=text)

    notes = [write(str(number)) for number in range(8)]
    outcomes = at_once(both, *notes, lambda c: decide(c, rex, order_id, ev.Decision.HOLD))
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert sorted(text for _, _, text in ctx.book.case(rex).notes) == [str(number) for number in range(8)]
    assert ctx.book.case(rex).open_order is None


def test_blocks_and_conditions_are_no_conflict(both: Both) -> None:
    ctx, _ = both
    rex = admit(ctx)
    looked = 0

    def build() -> list[ev.AnyEvent]:
        nonlocal looked
        looked += 1
        began = ev.MonitorConditionBegan(at_us=1, condition="asystole", text="")
        record(ctx, actor="holdfast", stream=ev.case_stream(rex), events=[began])
        return [ev.NoteWritten(at_us=1, text="a note")]

    record_checked(ctx, actor="vet", stream=ev.case_stream(rex), build=build)
    assert looked == 1


def test_what_a_command_beside_the_server_moves_is_a_conflict(both: Both) -> None:
    ctx, other = both
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    rex = admit(other, "Rex")
    outcomes = at_once(
        both,
        lambda c: admit(c, "Leo", bed="ICU 1"),
        lambda c: cases.assign_bed(c, actor=replay.ACTOR, case_id=rex, bed="ICU 1"),
    )
    assert "lies on ICU 1" in refusal(outcomes).problem


def test_who_is_overtaken_again_and_again_is_told(both: Both) -> None:
    ctx, other = both
    looked = 0

    def build() -> list[ev.AnyEvent]:
        nonlocal looked
        looked += 1
        beds.add_bed(other, actor="somebody", bed=f"Bed {looked}")
        return [ev.BedAdded(at_us=1, bed="mine")]

    with pytest.raises(ConflictError) as caught:
        record_checked(ctx, actor="vet", stream=ev.CLINIC_STREAM, build=build)
    assert caught.value.remedy
    assert looked == CONFLICT_TRIES_MAX


def test_a_shift_that_saves_in_the_same_instant_is_served(both: Both) -> None:
    ctx, _ = both

    def add(number: int) -> Callable[[Context], Receipt]:
        return lambda c: beds.add_bed(c, actor=f"person {number}", bed=f"Bed {number}")

    outcomes = at_once(both, *[add(number) for number in range(16)])
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert len(ctx.book.clinic.beds) == 16
