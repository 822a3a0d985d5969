"""A working dog's history: corrected and never edited, reached by its handler, linked by a person, read from files."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.kernel.errors import HoldfastError, NotAllowedError, OperatorError
from holdfast.kernel.limits import SERVICE_ROWS_MAX
from holdfast.kernel.time import from_datetime
from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.events import case_stream
from holdfast.usecases import cases, incidents, service, service_import
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Account
from holdfast.usecases.service_rows import Columns, guessed, table
from holdfast.usecases.timeline import timeline
from making import NOON_US, make_context

DAY_US = 24 * 3600 * 1_000_000
PIPE = se.Incident(
    mechanism=se.Mechanism.BLOW, what="A pipe", side="left", region="thorax_mid", witnesses="Lind", seen=se.Seen.BRUISE
)


@pytest.fixture
def ctx() -> Context:
    return make_context()


def instant(local: datetime) -> int:
    return from_datetime(local.replace(tzinfo=UTC))


def begin(ctx: Context, training: bool = False) -> str:
    return service.add_dog(
        ctx, actor="a1", dog=service.NewDog(name="Rex", service_number="K9-17", microchip="900", training=training)
    )


def write(ctx: Context, dog: str, what: se.Happening = PIPE, days: float = 14, **more: object) -> str:
    receipt = service.make_entry(
        ctx, actor="a1", service_id=dog, at_us=NOON_US - int(days * DAY_US), what=what, by="Reyes", **more
    )
    (made,) = receipt.recorded
    assert isinstance(made.event, se.ServiceEntryMade)
    return made.event.entry_id


def test_a_correction_takes_the_place_of_an_entry_and_both_stay(ctx: Context) -> None:
    dog = begin(ctx)
    old = write(ctx, dog)
    new = write(ctx, dog, msgspec.structs.replace(PIPE, side="right"), replaces=old, reason="The other side")
    found = ctx.book.service_dog(dog)
    assert [one.event.entry_id for one in found.standing] == [new]
    assert found.entries[old].replaced_by == new
    assert found.entries[old].reason == "The other side"
    with pytest.raises(OperatorError, match="does not stand"):
        write(ctx, dog, replaces=old, reason="again")
    with pytest.raises(OperatorError, match="needs a reason"):
        write(ctx, dog, replaces=new)
    service.withdraw_entry(ctx, actor="a1", service_id=dog, entry_id=new, reason="Not this dog")
    assert ctx.book.service_dog(dog).standing == []
    assert len(ctx.book.service_dog(dog).entries) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"what": msgspec.structs.replace(PIPE, region="moon")}, "no place"),
        ({"what": msgspec.structs.replace(PIPE, what=" ")}, "says nothing"),
        ({"days": -1}, "future"),
        ({"days": 365 * 60}, "born"),
        ({"end_us": NOON_US - 20 * DAY_US}, "ends before"),
        ({"what": se.Exposure(agent="smoke", minutes=float("nan"))}, "minutes"),
        ({"what": se.Fitness(state="perhaps")}, "no fitness"),
        ({"what": se.VetCheck(result="fine", places_imaged=("left:moon",))}, "no place"),
        ({"note": "x" * 5000}, "characters long"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(ctx: Context, change: dict[str, object], says: str) -> None:
    dog = begin(ctx)
    with pytest.raises(OperatorError, match=says):
        write(ctx, dog, **change)  # type: ignore[arg-type]
    assert ctx.book.service_dog(dog).entries == {}


def test_a_chip_is_one_dog_s_and_a_simulated_dog_is_another_s(ctx: Context) -> None:
    begin(ctx)
    with pytest.raises(OperatorError, match="microchip already"):
        service.add_dog(ctx, actor="a1", dog=service.NewDog(name="Max", microchip="900"))
    begin(ctx, training=True)
    with pytest.raises(OperatorError, match="identifies"):
        service.add_dog(ctx, actor="a1", dog=service.NewDog(name="Max"))


def test_a_handler_reaches_the_dog_that_they_lead_now(ctx: Context) -> None:
    dog = begin(ctx)
    handler = Account(account_id="h1", login="h", name="Reyes", role="handler", password_hash="")
    vet = msgspec.structs.replace(handler, account_id="v1", role="clinician")
    with pytest.raises(NotAllowedError):
        service.reached(ctx, handler, dog)
    assert service.reached(ctx, vet, dog).service_id == dog
    with pytest.raises(OperatorError, match="not a handler's"):
        service.assign_handler(ctx, actor="a1", service_id=dog, handler="Reyes", account="v1")


def test_a_case_is_linked_by_a_person_who_says_how_they_know(ctx: Context) -> None:
    dog = begin(ctx)
    case = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex", microchip="900"))
    practice = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex", microchip="900", training=True))
    assert [one.service_id for one in service.suggested(ctx, case)] == [dog]
    assert service.suggested(ctx, practice) == []
    with pytest.raises(OperatorError, match="simulated"):
        service.link(ctx, actor="a1", case_id=practice, service_id=dog, how="chip")
    with pytest.raises(OperatorError, match="how they know"):
        service.link(ctx, actor="a1", case_id=case, service_id=dog, how="")
    service.link(ctx, actor="a1", case_id=case, service_id=dog, how="chip read")
    with pytest.raises(OperatorError, match="already"):
        service.link(ctx, actor="a1", case_id=case, service_id=dog, how="chip read")
    service.unlink(ctx, actor="a1", case_id=case, reason="another Rex")
    assert service.linked_dog(ctx, case) is None


# --- What was found, and what is put on record of it


def described(ctx: Context, case: str, **more: object) -> str:
    told = incidents.Description(
        by="Dr Keller",
        side="left",
        region="thorax_mid",
        depth=iq.Depth.CAVITY,
        found=iq.ObjectFound.PROJECTILE,
        age_low_days=28,
        age_high_days=180,
        age_basis=iq.AgeBasis.EYE,
        age_by="Dr Keller",
        age_reason="capsule",
    )
    receipt = incidents.describe(ctx, actor="a1", case_id=case, description=msgspec.structs.replace(told, **more))
    (made,) = receipt.recorded
    assert isinstance(made.event, iq.LesionDescribed)
    return made.event.lesion_id


def test_a_statement_stands_whole_and_says_when_what_it_rests_on_has_changed(ctx: Context) -> None:
    dog = begin(ctx)
    case = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex", age_months=74))
    service.link(ctx, actor="a1", case_id=case, service_id=dog, how="chip")
    pipe = write(ctx, dog)
    lesion = described(ctx, case)
    incidents.state(ctx, actor="a1", case_id=case, lesion_id=lesion)
    ((stated, _),) = ctx.book.case(case).inquiry.statements
    assert stated.page == incidents.page_of(ctx, case, lesion)
    assert incidents.changed_since(ctx, case, stated) == []
    line = next(one for one in timeline(ctx, case) if one.kind == "incidents_compared.1")
    assert "an event that is not on record leads" in line.detail
    write(ctx, dog, msgspec.structs.replace(PIPE, seen=se.Seen.OPEN_WOUND), replaces=pipe, reason="Lind saw blood")
    assert any("1 entry" in one for one in incidents.changed_since(ctx, case, stated))
    incidents.describe(
        ctx,
        actor="a1",
        case_id=case,
        lesion_id=lesion,
        reason="laboratory",
        description=incidents.Description(by="Dr Keller", found=iq.ObjectFound.METAL_SPLINTER),
    )
    assert any("described anew" in one for one in incidents.changed_since(ctx, case, stated))
    assert ctx.book.case(case).inquiry.statements[0][0] == stated


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age_high_days": None}, "both ends"),
        ({"age_low_days": 300.0}, "no range"),
        ({"age_by": ""}, "nobody's word"),
        ({"side": "left", "region": "tail"}, "no place"),
        ({"by": ""}, "Nobody"),
        ({"item_id": "i9"}, "no such item"),
    ],
)
def test_a_finding_that_cannot_be_right_is_refused(ctx: Context, change: dict[str, object], says: str) -> None:
    case = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex"))
    with pytest.raises(OperatorError, match=says):
        described(ctx, case, **change)


def test_without_a_history_the_page_says_so(ctx: Context) -> None:
    case = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex"))
    page = incidents.page_of(ctx, case, described(ctx, case))
    assert page["has_history"] is False
    assert [row["key"] for row in page["rows"]] == ["not_on_record"]


# --- Files

LOG = '''Day;Type;Location;Shots fired;Mechanism;Story
01.03.2025;deployment;Harbour;no;;
17.06.2025;Deployment;Warehouse;yes;;
31.06.2025;deployment;Nowhere;no;;
02.07.2025;incident;Yard;;blow;"a ""pipe"""
03.07.2025;incident;Yard;;laser;burnt
04.07.2025;parade;Town;;;
05.07.2025;deployment;Town;maybe;;
06.07.2025;deployment;Town
01.03.2025;deployment;Harbour;no;;
'''
SAID = Columns(
    columns={
        "date": "Day",
        "kind": "Type",
        "place": "Location",
        "gunfire": "Shots fired",
        "mechanism": "Mechanism",
        "what": "Story",
    },
    dates="dmy",
    by="Sgt Lind",
)


def take(ctx: Context, dog: str, text: str = LOG, said: Columns = SAID) -> se.ServiceImported:
    receipt = service_import.take(
        ctx, actor="a1", service_id=dog, text=text, said=said, instant=instant, name="log.csv"
    )
    told = receipt.recorded[-1].event
    assert isinstance(told, se.ServiceImported)
    return told


def test_a_file_is_tried_first_and_writes_nothing(ctx: Context) -> None:
    dog = begin(ctx)
    seq = ctx.store.head_seq()
    trial = service_import.try_out(ctx, dog, LOG, SAID, instant)
    assert (len(trial.new), len(trial.known), len(trial.refused)) == (3, 1, 5)
    assert ctx.store.head_seq() == seq
    whys = {read.row: read.why for read in trial.refused}
    assert "no date" in whys[4]
    assert "no mechanism" in whys[6]
    assert "no kind of entry" in whys[7]
    assert "neither yes nor no" in whys[8]
    assert "number of cells" in whys[9]


def test_a_file_is_taken_whole_and_once(ctx: Context) -> None:
    dog = begin(ctx)
    told = take(ctx, dog)
    assert (told.rows, told.taken, told.known, len(told.refused)) == (9, 3, 1, 5)
    found = ctx.book.service_dog(dog)
    assert {one.event.place for one in found.standing} == {"Harbour", "Warehouse", "Yard"}
    assert all(one.event.by == "Sgt Lind" for one in found.standing)
    assert 'a "pipe"' in {one.event.what.what for one in found.standing if isinstance(one.event.what, se.Incident)}
    seq = ctx.store.head_seq()
    take(ctx, dog)
    assert ctx.store.head_seq() == seq, "the same file again writes nothing"
    longer = take(ctx, dog, LOG + "09.07.2025;deployment;Bridge;no;;\n")
    assert (longer.taken, longer.known) == (1, 4)


def test_a_row_that_was_corrected_since_does_not_come_back(ctx: Context) -> None:
    dog = begin(ctx)
    take(ctx, dog)
    harbour = next(one for one in ctx.book.service_dog(dog).standing if one.event.place == "Harbour")
    service.withdraw_entry(ctx, actor="a1", service_id=dog, entry_id=harbour.event.entry_id, reason="another dog")
    take(ctx, dog, LOG + "\n\n09.07.2025;deployment;Bridge;no;;\n")
    assert "Harbour" not in {one.event.place for one in ctx.book.service_dog(dog).standing}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no rows"),
        ("a,b\n", "no rows"),
        ('a,b\n"1,2\n', "no table"),
        ("a,a\n1,2\n", "same name"),
        ("a,\n1,2\n", "none"),
        (",".join(f"c{n}" for n in range(200)) + "\n1\n", "columns"),
        ("a,b\n" + "1,2\n" * (SERVICE_ROWS_MAX + 1), "rows"),
        ("a,b\n" + "x" * 3_000_000 + ",1\n", "kB"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(OperatorError, match=says):
        table(text)


def test_columns_that_carry_our_names_are_offered() -> None:
    assert guessed(("Date", "PLACE", "Shots near the dog", "x")) == {
        "place": "PLACE",
        "gunfire": "Shots near the dog",
        "date": "Date",
    }


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400) | st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=5))
def test_hostile_files_are_refused_or_taken_and_never_half_written(text: str | list[list[str]]) -> None:
    ctx = make_context()
    dog = begin(ctx)
    if not isinstance(text, str):
        text = LOG.partition("\n")[0] + "\n" + "\n".join(";".join(row) for row in text)
    before = ctx.store.head_seq()
    try:
        told = take(ctx, dog, text)
    except HoldfastError:
        assert ctx.store.head_seq() == before
    else:
        assert len(ctx.book.service_dog(dog).entries) == told.taken
        assert told.rows == told.taken + told.known + len(told.refused)


def test_the_statement_is_in_the_export_s_own_events(ctx: Context) -> None:
    case = cases.admit(ctx, actor="a1", admission=cases.Admission(name="Rex"))
    incidents.state(ctx, actor="a1", case_id=case, lesion_id=described(ctx, case))
    kinds = [type(one.event) for one in ctx.store.read_stream(case_stream(case))]
    assert iq.IncidentsCompared in kinds
