"""No step is lost, a break stays, and a chain that holds says nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.examples import EXAMPLES, SECOND_US, T0_US
from holdfast.custody.item import Item, after, items
from holdfast.custody.table import Where, Wrap
from holdfast.kernel.canonical import encode
from holdfast.record import custody_events as cu
from holdfast.record.events import Recorded

VET, DETECTIVE = "Dr. Osei", "Det. Alvarez"
REMOVED = next(one for one in EXAMPLES if isinstance(one, cu.ItemCreated))
ACCOUNT = cu.Confirmation(how="account")
SIGNATURE = cu.Confirmation(how="signature", sha256="cd" * 32)


def said(kind: type[Any], minute: int, **fields: Any) -> Any:
    return kind(at_us=T0_US + minute * 60 * SECOND_US, item_id="i1", **{"by": VET} | fields)


def sealed(minute: int = 1, **more: Any) -> cu.ItemSealed:
    return said(cu.ItemSealed, minute, **{"bag": "B-17", "seal": "S-1", "container": "rigid"} | more)


def offered(minute: int = 2, **more: Any) -> cu.HandOverOffered:
    fields = {"transfer_id": "t1", "to": DETECTIVE, "organisation": "City Police", "purpose": "case", "seal": "S-1"}
    return said(cu.HandOverOffered, minute, **fields | {"confirmed": ACCOUNT} | more)


def accepted(minute: int = 3, **more: Any) -> cu.HandOverAccepted:
    fields = {"transfer_id": "t1", "seal": "S-1", "intact": True, "identification": "badge", "by": DETECTIVE}
    return said(cu.HandOverAccepted, minute, **fields | {"confirmed": SIGNATURE} | more)


def opened(minute: int = 4, **more: Any) -> cu.SealOpened:
    return said(cu.SealOpened, minute, **{"seal": "S-1", "intact": True, "reason": "to weigh it"} | more)


def stored(minute: int = 2, **more: Any) -> cu.ItemStored:
    return said(cu.ItemStored, minute, **{"place": "safe 2", "conditions": "dry"} | more)


def taken(minute: int = 3, **more: Any) -> cu.ItemTaken:
    return said(cu.ItemTaken, minute, **{"purpose": "hand-over"} | more)


def told(*events: cu.ANY_CUSTODY_EVENT) -> Item:
    item = Item(item_id="i1", created=None)
    for version, event in enumerate(events, start=1):
        item = after(item, event, version, event.at_us, "a1")
    return item


def broken(*events: cu.ANY_CUSTODY_EVENT) -> list[str]:
    return [text for _, text in told(*events).breaks]


def test_a_fragment_that_went_to_the_police_and_was_examined_has_an_unbroken_chain() -> None:
    item = told(
        REMOVED,
        sealed(),
        stored(),
        taken(),
        offered(4),
        accepted(5),
        opened(6, by=DETECTIVE),
        said(cu.LaboratoryMeasured, 7, request_id="q", method="XRF", result="lead", by="Dr. Lind"),
        sealed(8, seal="S-2", by=DETECTIVE),
    )
    assert item.breaks == ()
    assert (item.holder, item.organisation, item.seal, item.wrap) == (DETECTIVE, "City Police", "S-2", Wrap.SEALED)
    assert item.gaps == ()


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ((stored(),), "It was stored without a seal."),
        ((offered(seal=""),), "It was handed over without a seal."),
        ((sealed(), sealed(2, seal="S-2")), "It was sealed anew, but no opening of the seal before is on record."),
        ((sealed(), opened(seal="S-9")), "The seal read is S-9, the one on record is S-1."),
        ((sealed(), opened(intact=False)), "The seal was found broken."),
        ((sealed(), opened(by="Lee")), "Done by Lee; on record, Dr. Osei had it."),
        ((sealed(), stored(), opened()), "It was in store, and nobody is on record as having taken it out."),
        ((sealed(), accepted()), "No hand-over was open."),
        ((sealed(), offered(), accepted(by="Lee")), "It was given to Det. Alvarez and accepted by Lee."),
        (
            (sealed(), offered(), accepted(transfer_id="t2")),
            "Another hand-over was accepted than the one that was open.",
        ),
        ((sealed(), offered(), accepted(confirmed=ACCOUNT)), "Both sides were confirmed by the same account."),
        (
            (sealed(), offered(), accepted(confirmed=cu.Confirmation(how="spoken"))),
            "Det. Alvarez confirmed by word of mouth only.",
        ),
        ((sealed(5), stored(4)), "It is said to have happened before a step that was entered earlier."),
        ((REMOVED,), "It was created a second time."),
        ((said(cu.BreakNoted, 1, what="The bag was found open."),), "The bag was found open."),
    ],
)
def test_what_is_broken_is_said(events: tuple[cu.ANY_CUSTODY_EVENT, ...], sentence: str) -> None:
    assert broken(REMOVED, *events) == [sentence]


def test_an_item_that_nobody_removed_is_shown_as_such() -> None:
    assert broken(sealed())[0] == "There is no entry of its removal."
    assert told(sealed()).gaps == ("There is no entry of its removal.",)


def test_what_the_entry_of_the_removal_lacks_is_listed() -> None:
    bare = said(cu.ItemCreated, 0, number=1, description="", side="", region="", site="", orientation="", method="",
                witness="", size_mm=(), weight_g=None, photographs=(), time_source="")  # fmt: skip
    assert len(told(bare).gaps) == 5


def test_a_refused_hand_over_leaves_it_with_the_giver() -> None:
    item = told(REMOVED, sealed(), offered(), said(cu.HandOverRefused, 3, transfer_id="t1", reason="torn"))
    assert (item.holder, item.where, item.offer, item.breaks) == (VET, Where.HAND, None, ())


ANY_STEP = st.one_of(
    *(
        st.builds(make, st.integers(0, 9), **{"by": st.sampled_from([VET, DETECTIVE, "Lee"])})
        for make in (sealed, offered, accepted, opened, stored, taken)
    ),
    st.sampled_from([one for one in EXAMPLES if isinstance(one, cu.CustodyFact | cu.CustodyOpinion)]),
)


@settings(max_examples=200, deadline=None)
@given(events=st.lists(ANY_STEP, max_size=15))
def test_every_event_is_one_step_and_a_break_stays_whatever_follows(events: list[cu.ANY_CUSTODY_EVENT]) -> None:
    item = Item(item_id="i1", created=None)
    for version, event in enumerate(events, start=1):
        following = after(item, event, version, event.at_us, "a1")
        assert [step.event for step in following.steps] == events[:version]
        assert following.breaks[: len(item.breaks)] == item.breaks
        item = following
    assert sorted((*item.facts, *item.opinions), key=lambda step: step.version) == list(item.steps)


@settings(max_examples=100, deadline=None)
@given(events=st.lists(ANY_STEP, min_size=1, max_size=12), data=st.data())
def test_an_opinion_changes_nothing_about_the_item(events: list[cu.ANY_CUSTODY_EVENT], data: st.DataObject) -> None:
    opinion = next(one for one in EXAMPLES if isinstance(one, cu.OpinionStated))
    place = data.draw(st.integers(0, len(events)))
    with_it, without = told(*events[:place], opinion, *events[place:]), told(*events)
    assert [text for _, text in with_it.breaks] == [text for _, text in without.breaks]
    assert (with_it.where, with_it.wrap, with_it.holder) == (without.where, without.wrap, without.holder)


def test_items_are_folded_from_the_stream_of_a_case() -> None:
    recorded = [
        Recorded(seq=v, stream="case/rex", version=v, recorded_us=T0_US, actor="a1", command_id="c", body=encode(event),
                 prev=b"", hash=b"")
        for v, event in enumerate(EXAMPLES, start=1)
    ]  # fmt: skip
    (item,) = items(recorded).values()
    assert len(item.steps) == sum(isinstance(one, cu.CustodyFact | cu.CustodyOpinion) for one in EXAMPLES)
