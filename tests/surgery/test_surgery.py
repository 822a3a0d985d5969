"""The steps of an operation lock nothing and lose nothing; the record shows what was measured and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.knowledge.surgery_lists import load
from holdfast.record import surgery_events as su
from holdfast.record import surgery_state
from holdfast.record.surgery_state import Surgery
from holdfast.surgery.anaesthetic import COLUMNS, marks, shown
from holdfast.surgery.course import TRANSITIONS, Phase, Step, left_open, passed_over, phase_of, reason_needed
from making import NOON_US

LISTS = load()


def planned() -> dict[str, Surgery]:
    event = su.SurgeryPlanned(at_us=NOON_US, surgery_id="s", procedure="p", site="", surgeon="", risk="")
    return surgery_state.apply({}, event, "vet")


def after(steps: list[Step]) -> Surgery:
    surgeries = planned()
    for step in steps:
        event = su.SurgeryStepped(at_us=NOON_US, surgery_id="s", step=step.value, reason="")
        surgeries = surgery_state.apply(surgeries, event, "vet")
    return surgeries["s"]


@given(steps=st.lists(st.sampled_from(list(Step)), max_size=8))
def test_the_end_can_be_reached_from_everywhere_and_no_step_goes_back(steps: list[Step]) -> None:
    order = list(Phase)
    phases = [phase_of(after(steps[:count])) for count in range(len(steps) + 1)]
    assert [order.index(one) for one in phases] == sorted(order.index(one) for one in phases)
    last = phases[-1]
    assert last is Phase.SIGNED_OUT or (last, Step.SIGN_OUT) in TRANSITIONS
    assert len(after(steps).steps) == len(steps), "every press stays on record"


@given(done=st.sets(st.sampled_from(sorted(LISTS.items))))
def test_what_is_open_is_counted_and_a_full_list_needs_no_reason(done: set[str]) -> None:
    surgeries = planned()
    for item in done:
        event = su.SurgeryItemAnswered(at_us=NOON_US, surgery_id="s", item=item, answer="done")
        surgeries = surgery_state.apply(surgeries, event, "vet")
    sign_in = LISTS.list_of("sign_in")
    missing = {item.key for item in sign_in.items} - done
    assert set(left_open(surgeries["s"], sign_in)) == missing
    assert bool(reason_needed(surgeries["s"], Step.SIGN_IN, LISTS)) == bool(missing)


def test_a_step_that_is_passed_over_is_named() -> None:
    assert passed_over(after([]), Step.TIME_OUT) == (Step.SIGN_IN,)
    assert "sign in is passed over" in reason_needed(after([]), Step.TIME_OUT, LISTS)
    assert passed_over(after([Step.SIGN_IN]), Step.TIME_OUT) == ()


def test_an_answer_that_is_taken_back_is_open_again() -> None:
    surgeries = planned()
    for answer in ("done", "open"):
        event = su.SurgeryItemAnswered(at_us=NOON_US, surgery_id="s", item="in_name", answer=answer)
        surgeries = surgery_state.apply(surgeries, event, "vet")
    assert "in_name" in left_open(surgeries["s"], LISTS.list_of("sign_in"))


# The record

EVERY = {"every_min": 5.0, "continuous_s": 60.0, "spot_s": 300.0}


def test_a_gap_stays_a_gap_and_no_value_is_carried_on() -> None:
    points = {"hr": [(NOON_US + s * US_PER_S, 100.0) for s in (*range(0, 301, 10), *range(600, 901, 10))]}
    lines = marks(points, NOON_US, NOON_US + 15 * US_PER_MIN, **EVERY)
    assert [line.values.get("hr") for line in lines] == [100.0, 100.0, 100.0, 100.0]
    points = {"hr": [(NOON_US + s * US_PER_S, 100.0) for s in range(0, 200, 10)]}
    lines = marks(points, NOON_US, NOON_US + 10 * US_PER_MIN, **EVERY)
    assert [line.values.get("hr") for line in lines] == [100.0, None, None]


def test_a_cuff_counts_until_the_next_line_and_the_better_source_goes_first() -> None:
    points = {
        "nibp_sys": [(NOON_US + 60 * US_PER_S, 118.0)],
        "rr_co2": [(NOON_US + 290 * US_PER_S, 9.0)],
        "rr": [(NOON_US + 295 * US_PER_S, 12.0)],
    }
    lines = marks(points, NOON_US, NOON_US + 10 * US_PER_MIN, **EVERY)
    assert [line.values.get("cuff_sys") for line in lines] == [None, 118.0, None]
    assert lines[1].values["rr"] == 12.0


VALUES = st.lists(st.tuples(st.integers(0, 40 * 60), st.floats(1, 250)), max_size=30)


@given(rows=st.dictionaries(st.sampled_from([key for one in COLUMNS for key in one.keys]), VALUES, max_size=6))
def test_every_line_holds_only_values_that_were_sent_in_its_time(rows: dict[str, list[tuple[int, float]]]) -> None:
    points = {key: sorted((NOON_US + s * US_PER_S, v) for s, v in values) for key, values in rows.items()}
    lines = marks(points, NOON_US, NOON_US + 40 * US_PER_MIN, **EVERY)
    assert [line.at_us for line in lines] == [NOON_US + n * 5 * US_PER_MIN for n in range(9)]
    assert {one.name for one in shown(lines)} >= {"hr", "rr"}
    for line in lines:
        for column in COLUMNS:
            if column.name in line.values:
                back_us = int((300 if column.spot else 60) * US_PER_S)
                sent = [
                    v for key in column.keys for at, v in points.get(key, ()) if line.at_us - back_us < at <= line.at_us
                ]
                assert min(sent) - 0.5 <= line.values[column.name] <= max(sent) + 0.5


def test_every_line_of_a_list_names_a_page_that_was_read_or_is_ours() -> None:
    assert all(0 <= item.source <= len(LISTS.sources) for item in LISTS.items.values())
    assert all(one.note or one.source for one in LISTS.figures)
