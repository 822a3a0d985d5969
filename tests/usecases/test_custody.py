"""An item from the wound to the detective, and what is asked when a step is missing."""

from typing import Any

import pytest

from holdfast.custody.table import Where
from holdfast.custody.words import label_code, label_lines, sentence
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record import custody_events as cu
from holdfast.usecases import cases, custody
from holdfast.usecases.context import Context
from holdfast.usecases.timeline import timeline
from making import make_context

PHOTO = cu.Photograph(sha256="ab" * 32, shows="as recovered", scale="ruler, mm")


@pytest.fixture
def ctx() -> Context:
    return make_context()


@pytest.fixture
def case_id(ctx: Context) -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))


@pytest.fixture
def item_id(ctx: Context, case_id: str) -> str:
    removal = custody.Removal(
        by="Dr. Osei", description="metallic object", side="left", site="7th intercostal space", size_mm=(9.1,),
        photographs=(PHOTO,), witness="nurse Kim",
    )  # fmt: skip
    custody.create(ctx, actor="vet", case_id=case_id, removal=removal)
    (item_id,) = custody.items_of(ctx, case_id)
    return item_id


def add(ctx: Context, case_id: str, item_id: str, kind: type[Any], **fields: Any) -> None:
    event = kind(at_us=ctx.clock.now_us(), item_id=item_id, **{"by": "Dr. Osei"} | fields)
    custody.add(ctx, actor="vet", case_id=case_id, event=event)


def test_an_item_is_sealed_given_and_confirmed(ctx: Context, case_id: str, item_id: str) -> None:
    add(ctx, case_id, item_id, cu.ItemSealed, bag="B-17", seal=" S-4711 ", container="rigid")
    add(ctx, case_id, item_id, cu.HandOverOffered, transfer_id="t", to="Det. Alvarez", organisation="City Police",
        purpose="investigation", seal="S-4711", confirmed=cu.Confirmation(how="account"))  # fmt: skip
    assert custody.item_of(ctx, case_id, item_id).where is Where.OFFERED
    add(ctx, case_id, item_id, cu.HandOverAccepted, by="Det. Alvarez", transfer_id="t", seal="S-4711", intact=True,
        identification="badge", confirmed=cu.Confirmation(how="signature", sha256="cd" * 32))  # fmt: skip
    item = custody.item_of(ctx, case_id, item_id)
    assert (item.holder, item.organisation, item.breaks) == ("Det. Alvarez", "City Police", ())
    assert [line.text for line in timeline(ctx, case_id) if line.category == "custody"] == [
        "Dr. Osei took out item 1: metallic object, 9.1 mm; from left, 7th intercostal space",
        "Dr. Osei put it into bag B-17 and sealed it with S-4711",
        "Dr. Osei gave it to Det. Alvarez (City Police), seal S-4711: investigation",
        "Det. Alvarez confirmed to have it, seal S-4711 intact (badge)",
    ]


def test_a_break_needs_an_explanation_and_is_then_on_record(ctx: Context, case_id: str, item_id: str) -> None:
    with pytest.raises(OperatorError, match=r"break in the chain of hands: It was stored without a seal\."):
        add(ctx, case_id, item_id, cu.ItemStored, place="safe", conditions="dry")
    add(ctx, case_id, item_id, cu.ItemStored, place="safe", conditions="dry", explanation="no bags left")
    ((step, text),) = custody.item_of(ctx, case_id, item_id).breaks
    assert text == "It was stored without a seal."
    assert timeline(ctx, case_id)[-1].detail == "no bags left"
    assert step.actor == "vet"


def test_items_are_numbered_within_the_case(ctx: Context, case_id: str, item_id: str) -> None:
    custody.create(ctx, actor="vet", case_id=case_id, removal=custody.Removal(by="Dr. Osei", description="cloth"))
    assert [one.created.number for one in custody.items_of(ctx, case_id).values() if one.created] == [1, 2]


def test_custody_goes_on_after_the_dog_went_home(ctx: Context, case_id: str, item_id: str) -> None:
    cases.close_case(ctx, actor="vet", case_id=case_id, outcome="home")
    add(ctx, case_id, item_id, cu.ItemSealed, bag="B", seal="S", container="rigid")
    assert custody.item_of(ctx, case_id, item_id).seal == "S"


@pytest.mark.parametrize(
    ("removal", "problem"),
    [
        (custody.Removal(by="", description="metal"), "Nobody is named"),
        (custody.Removal(by="Dr. Osei", description=" "), "no description"),
        (custody.Removal(by="Dr. Osei", description="metal", side="top"), "no side"),
        (custody.Removal(by="Dr. Osei", description="metal", region="tailpipe"), "no region"),
        (custody.Removal(by="Dr. Osei", description="metal", size_mm=(0.0,)), "cannot be right"),
        (custody.Removal(by="Dr. Osei", description="metal", at_us=2**60), "in the future"),
        (
            custody.Removal(
                by="Dr. Osei", description="m", photographs=(cu.Photograph(sha256="x", shows="", scale=""),)
            ),
            "no SHA-256",
        ),
    ],
)
def test_an_entry_that_says_too_little_or_too_much_is_refused(
    ctx: Context, case_id: str, removal: custody.Removal, problem: str
) -> None:
    with pytest.raises(OperatorError, match=problem):
        custody.create(ctx, actor="vet", case_id=case_id, removal=removal)
    assert custody.items_of(ctx, case_id) == {}


def test_an_unknown_item_is_refused(ctx: Context, case_id: str) -> None:
    with pytest.raises(NotFoundError):
        add(ctx, case_id, "nothing", cu.ItemTaken, purpose="x")


def test_every_kind_of_entry_has_words_and_the_label_names_bag_and_seal(
    ctx: Context, case_id: str, item_id: str
) -> None:
    from contract.examples import EXAMPLES

    for event in EXAMPLES:
        if isinstance(event, cu.CustodyFact | cu.CustodyOpinion):
            assert event.by in sentence(event)
    add(ctx, case_id, item_id, cu.ItemSealed, bag="B-17", seal="S-4711", container="rigid")
    item = custody.item_of(ctx, case_id, item_id)
    assert "Bag B-17   Seal S-4711" in label_lines(case_id, "Rex", "", item, "noon")
    assert label_code("clinic.example", case_id, item) == f"holdfast/clinic.example/{case_id}/{item_id}/S-4711"


def test_a_correction_or_withdrawal_names_an_entry_that_there_is(ctx: Context, case_id: str, item_id: str) -> None:
    (removal,) = custody.item_of(ctx, case_id, item_id).steps
    told = {"value": "2.5", "reason": "scale misread"}
    with pytest.raises(OperatorError, match="Entry 99 of this item has no"):
        add(ctx, case_id, item_id, cu.EntryCorrected, version=99, field="weight_g", **told)
    with pytest.raises(OperatorError, match="has no 'colour'"):
        add(ctx, case_id, item_id, cu.EntryCorrected, version=removal.version, field="colour", **told)
    with pytest.raises(OperatorError, match="no opinion 'o9'"):
        add(ctx, case_id, item_id, cu.OpinionWithdrawn, opinion_id="o9", reason="wrong sample")
    add(ctx, case_id, item_id, cu.EntryCorrected, version=removal.version, field="weight_g", **told)
    item = custody.item_of(ctx, case_id, item_id)
    assert item.created is not None
    assert item.created.weight_g is None, "the entry stays as it was; the correction stands beside it"
    assert len(item.steps) == 2
