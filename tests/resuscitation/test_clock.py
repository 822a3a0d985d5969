"""What the page says: the cycle, what is due, how much for this animal, and what only a person may confirm."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.knowledge.loader import load
from holdfast.record.cpr_events import ANY_CPR_EVENT, CprFactRecorded, CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.after import after
from holdfast.resuscitation.circulation import Signs, suggested
from holdfast.resuscitation.clock import Clock, clock
from holdfast.resuscitation.course import Phase
from holdfast.resuscitation.drugs import DrugRow, Due, drug_rows, energies
from holdfast.resuscitation.protocol import protocol
from holdfast.resuscitation.utstein import NOT_RECORDED, Animal, report
from resuscitation.logs import S_US, T0_US, log_of, step

CARE = load().care
NUMBERS = protocol(CARE)
REX = Animal("Rex", "dog", "German Shepherd", "male", "5 years", 34.0)


def at(log: CprLog, seconds: float) -> Clock:
    now_us = T0_US + round(seconds * S_US)
    drugs = drug_rows(log, CARE, "dog", 34.0, now_us)
    told = clock(log, NUMBERS, drugs, now_us)
    assert told is not None
    return told


def prompts(log: CprLog, seconds: float) -> dict[str, bool]:
    return {prompt.key: prompt.urgent for prompt in at(log, seconds).prompts}


def row(log: CprLog, key: str, seconds: float, weight_kg: float | None = 34.0) -> DrugRow:
    rows = drug_rows(log, CARE, "dog", weight_kg, T0_US + round(seconds * S_US))
    return next(one for one in rows if one.dose.key == key)


def joules(log: CprLog, weight_kg: float | None) -> float | None:
    every = energies(log, CARE, "dog", weight_kg, T0_US + 600 * S_US)
    return next(one.joules for one in every if one.dose.key == "defibrillation_biphasic_external")


VF = step(CprStep.RHYTHM, 60, "vf")
ASYSTOLE = step(CprStep.RHYTHM, 10, "asystole")
EPINEPHRINE = step(CprStep.DRUG, 30, "epinephrine_cpr", 0.34, "mg")


def test_two_minutes_then_look_and_change_the_compressor() -> None:
    log = log_of(VF, step(CprStep.SHOCK, 61))
    assert at(log, 60).cycle_left_us == 60 * S_US
    assert prompts(log, 104) == {}
    assert "next_compressor" in prompts(log, 106)
    assert prompts(log, 121) == {"rhythm_check": False}
    assert prompts(log, 140) == {"rhythm_check": True}


def test_a_pause_of_more_than_ten_seconds_is_loud() -> None:
    log = log_of(EPINEPHRINE, step(CprStep.RHYTHM_CHECK, 120))
    assert prompts(log, 125)["compress"] is False
    assert prompts(log, 131)["compress"] is True
    assert at(log, 131).cycle_left_us is None


def test_a_new_cycle_begins_with_compressions_and_the_compressor_is_named() -> None:
    log = log_of(step(CprStep.RHYTHM_CHECK, 120), step(CprStep.COMPRESSIONS, 126, "Kim"))
    assert at(log, 130).cycle == 2
    assert at(log, 130).cycle_left_us == 116 * S_US
    assert at(log, 130).compressor == "Kim"


def test_a_rhythm_to_shock_asks_for_one_shock_and_no_vasopressor_first() -> None:
    assert prompts(log_of(VF), 61) == {"shock": True}
    assert "shock" not in prompts(log_of(VF, step(CprStep.SHOCK, 65)), 66)
    assert "shock" not in prompts(log_of(VF, step(CprStep.RHYTHM, 62, "asystole")), 66)


def test_the_vasopressor_is_due_early_then_every_three_to_five_minutes() -> None:
    assert row(log_of(ASYSTOLE), "epinephrine_cpr", 11).due is Due.NOW
    log = log_of(ASYSTOLE, EPINEPHRINE)
    assert row(log, "epinephrine_cpr", 200).due is Due.LATER
    assert row(log, "epinephrine_cpr", 211).due is Due.NOW
    assert row(log, "epinephrine_cpr", 331).due is Due.OVERDUE
    assert row(log, "vasopressin_cpr", 200).due is Due.LATER, "one stands for the other"
    assert (row(log, "epinephrine_cpr", 331).given, row(log, "vasopressin_cpr", 331).given) == (1, 0)


def test_without_an_ecg_the_vasopressor_is_not_waited_for() -> None:
    assert row(log_of(), "epinephrine_cpr", 5).due is Due.NOW


def test_atropine_is_done_after_one() -> None:
    assert row(log_of(), "atropine_cpr", 5).due is Due.NOT_NAMED
    assert row(log_of(step(CprStep.DRUG, 20, "atropine_cpr")), "atropine_cpr", 600).due is Due.DONE


def test_amounts_are_worked_out_for_the_animal_and_not_guessed_without_a_weight() -> None:
    amount = row(log_of(), "epinephrine_cpr", 5).amount
    assert amount is not None
    assert (amount.low, amount.low_ml) == pytest.approx((0.34, 0.34))
    assert row(log_of(), "epinephrine_cpr", 5, weight_kg=None).amount is None
    assert joules(log_of(), None) is None


def test_no_cats_drug_stands_on_a_dogs_page() -> None:
    keys = {one.dose.key for one in drug_rows(log_of(), CARE, "dog", 34.0, T0_US)}
    assert "amiodarone_cpr" not in keys
    assert "lidocaine_cpr" in keys


def test_the_first_shock_is_the_lower_energy_and_the_next_ones_the_upper() -> None:
    assert joules(log_of(), 34.0) == pytest.approx(68)
    one = log_of(step(CprStep.SHOCK, 60))
    assert joules(one, 34.0) == pytest.approx(136)
    assert joules(log_of(step(CprStep.SHOCK, 60), step(CprStep.SHOCK, 180)), 34.0) == pytest.approx(136)


def test_a_low_etco2_asks_for_better_compressions_while_somebody_compresses() -> None:
    log = log_of(EPINEPHRINE, step(CprStep.ETCO2, 40, amount=12, unit="mmHg"))
    assert "etco2_low" in prompts(log, 41)
    assert "etco2_low" not in prompts(log_of(EPINEPHRINE, step(CprStep.ETCO2, 40, amount=18, unit="mmHg")), 41)


def test_the_etco2_of_an_earlier_cycle_says_nothing_about_this_one() -> None:
    low = step(CprStep.ETCO2, 40, amount=12, unit="mmHg")
    log = log_of(EPINEPHRINE, low, step(CprStep.RHYTHM_CHECK, 120), step(CprStep.COMPRESSIONS, 126))
    assert at(log, 130).etco2_mmhg is None
    assert "etco2_low" not in prompts(log, 130)


@given(st.integers(0, 900))
@settings(max_examples=30)
def test_nothing_is_asked_for_when_circulation_has_returned_or_it_is_over(seconds: int) -> None:
    for end in (CprStep.CIRCULATION, CprStep.STOPPED):
        assert prompts(log_of(VF, step(end, 70)), 71 + seconds) == {}


def test_a_jump_of_etco2_is_suggested_and_pulses_count_only_without_compressions() -> None:
    jump = Signs(etco2_mmhg=38, etco2_before_mmhg=16)
    assert suggested(Phase.COMPRESSIONS, jump, NUMBERS) is not None
    assert suggested(Phase.CIRCULATION, jump, NUMBERS) is None
    pulse = Signs(pulse_per_min=110, art_sys_mmhg=85)
    assert suggested(Phase.COMPRESSIONS, pulse, NUMBERS) is None, "compressions make pulses"
    found = suggested(Phase.PAUSE, pulse, NUMBERS)
    assert found is not None
    assert len(found.reasons) == 2


@given(st.floats(0, 80), st.floats(0, 80), st.floats(0, 30))
@settings(max_examples=50)
def test_a_higher_etco2_never_takes_a_suggestion_back(now: float, before: float, more: float) -> None:
    one = suggested(Phase.COMPRESSIONS, Signs(now, before), NUMBERS)
    other = suggested(Phase.COMPRESSIONS, Signs(now + more, before), NUMBERS)
    assert one is None or other is not None


def test_nothing_known_suggests_nothing() -> None:
    for phase in Phase:
        assert suggested(phase, Signs(), NUMBERS) is None


def test_the_list_after_says_what_is_not_known() -> None:
    lines = {line.figure.key: line for line in after(CARE, {"spo2": 99.5})}
    assert lines["post_spo2"].verdict == "above"
    assert lines["post_pao2_mmhg"].verdict == "not_known"
    assert {line.verdict for line in after(CARE, {})} == {"not_known"}


def rows(log: CprLog, seconds: float) -> dict[str, str]:
    made = report(log, REX, NUMBERS, T0_US + round(seconds * S_US))
    assert made is not None
    assert [section.title for section in made.sections] == ["Hospital", "Animal", "Event", "Outcome"]
    return {line.label: line.value for section in made.sections for line in section.rows}


def test_the_report_says_what_happened_and_what_nobody_recorded() -> None:
    touches: tuple[ANY_CPR_EVENT, ...] = (
        ASYSTOLE,
        EPINEPHRINE,
        step(CprStep.ETCO2, 50, amount=14, unit="mmHg"),
        step(CprStep.ETCO2, 110, amount=22, unit="mmHg"),
        step(CprStep.RHYTHM_CHECK, 120),
        step(CprStep.CIRCULATION, 130),
        CprFactRecorded(at_us=T0_US, cpr_id="c1", key="witnessed", value="yes"),
    )
    told = rows(log_of(*touches), 200)
    assert told["First rhythm identified"] == "asystole"
    assert told["First drug after"] == "0:30"
    assert told["EtCO2"] == "14 to 22 mmHg"
    assert told["Time with compressions"] == "2:00"
    assert told["Arrest seen by somebody"] == "yes"
    assert told["Suspected cause"] == NOT_RECORDED
    assert told["Circulation for more than 30 s"] == "yes"
    assert told["Circulation for more than 20 min"] == "not yet"


def test_circulation_of_half_a_minute_that_was_lost_again_is_no_lasting_one() -> None:
    log = log_of(step(CprStep.CIRCULATION, 130), step(CprStep.COMPRESSIONS, 150))
    told = rows(log, 2_000)
    assert told["Circulation for more than 30 s"] == "no"
    assert told["Circulation for more than 20 min"] == "no"


def test_the_report_holds_every_touch_also_those_taken_back() -> None:
    made = report(log_of(ASYSTOLE, EPINEPHRINE), REX, NUMBERS, T0_US + 60 * S_US)
    assert made is not None
    assert [line.step for line in made.log] == [CprStep.RHYTHM, CprStep.DRUG]
    assert made.log[1].amount == "0.34 mg"


def test_before_it_began_there_is_nothing_to_say() -> None:
    log = replace(log_of(), started=None)
    assert clock(log, NUMBERS, (), T0_US) is None
    assert report(log, REX, NUMBERS, T0_US) is None
