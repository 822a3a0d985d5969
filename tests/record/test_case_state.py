"""The case as it folds from its events."""

from holdfast.kernel import canonical
from holdfast.kernel.limits import CONDITIONS_KEPT
from holdfast.record import events as ev
from holdfast.record.case_entries import LookEntry
from holdfast.record.case_state import CaseState, fold


def admitted(**changes: object) -> ev.PatientAdmitted:
    values = {
        "at_us": 0,
        "name": "Rex",
        "species": "dog",
        "breed": "Malinois",
        "sex": "male",
        "weight_kg": 32.0,
        "age_months": 60,
        "microchip": "",
        "owner": "",
        "handler": "",
        "working_dog": True,
        "complaint": "",
        "training": True,
    }
    return ev.PatientAdmitted(**(values | changes))  # type: ignore[arg-type]


def folded(*events: ev.AnyEvent) -> CaseState:
    recorded = [
        ev.Recorded(
            seq=number,
            stream="case/c",
            version=number,
            recorded_us=event.at_us,
            actor="vet",
            command_id=str(number),
            body=canonical.encode(event),
            prev=b"",
            hash=b"",
        )
        for number, event in enumerate(events, start=1)
    ]
    state = fold("c", recorded)
    assert state is not None
    return state


def finding(
    finding_id: str, key: str, presence: ev.Presence = ev.Presence.PRESENT, at_us: int = 1
) -> ev.FindingRecorded:
    return ev.FindingRecorded(at_us=at_us, finding_id=finding_id, key=key, presence=presence, stage=ev.Stage.PRESENTING)


def test_the_latest_entry_of_a_finding_stands() -> None:
    state = folded(admitted(), finding("f1", "gums_pale"), finding("f2", "gums_pale", ev.Presence.ABSENT, at_us=5))
    assert [(e.finding_id, e.presence) for e in state.standing_findings] == [("f2", ev.Presence.ABSENT)]
    assert len(state.findings) == 2


def test_a_retracted_finding_no_longer_stands_but_stays_readable() -> None:
    state = folded(
        admitted(),
        finding("f1", "gums_pale"),
        ev.FindingRetracted(at_us=3, finding_id="f1", reason="wrong dog"),
    )
    assert state.standing_findings == ()
    assert state.findings[0].retracted == "wrong dog"


def test_the_same_finding_in_two_places_stands_twice() -> None:
    left = ev.FindingRecorded(
        at_us=1, finding_id="a", key="wound", presence=ev.Presence.PRESENT, stage=ev.Stage.PRESENTING, region="neck"
    )
    right = ev.FindingRecorded(
        at_us=2, finding_id="b", key="wound", presence=ev.Presence.PRESENT, stage=ev.Stage.PRESENTING, region="tail"
    )
    assert len(folded(admitted(), left, right).standing_findings) == 2


def test_earlier_working_diagnoses_are_kept() -> None:
    state = folded(
        admitted(),
        ev.WorkingDiagnosisSet(at_us=1, disease="a", text="A"),
        ev.WorkingDiagnosisSet(at_us=2, disease="b", text="B"),
    )
    assert state.working is not None
    assert state.working.text == "B"
    assert [d.text for d in state.diagnoses] == ["A", "B"]


def test_an_order_is_open_until_held_or_released() -> None:
    ordered = ev.EndOfLifeOrdered(at_us=1, order_id="o", indication="", consent_by="", consent_how="none", witness="")
    called = ev.EndOfLifeDecided(
        at_us=2, order_id="o", look_id="", decision=ev.Decision.CALL_COLLEAGUE, reason="", words=""
    )
    held = ev.EndOfLifeDecided(at_us=3, order_id="o", look_id="", decision=ev.Decision.HOLD, reason="", words="")
    assert folded(admitted(), ordered).open_order is not None
    assert folded(admitted(), ordered, called).open_order is not None
    assert folded(admitted(), ordered, called, held).open_order is None


def decided(decision: ev.Decision, order_id: str = "o") -> ev.EndOfLifeDecided:
    return ev.EndOfLifeDecided(at_us=2, order_id=order_id, look_id="", decision=decision, reason="", words="")


def ordered(order_id: str = "o") -> ev.EndOfLifeOrdered:
    return ev.EndOfLifeOrdered(at_us=1, order_id=order_id, indication="", consent_by="", consent_how="none", witness="")


def test_a_call_that_crossed_with_a_hold_does_not_open_the_order_again_and_stays_readable() -> None:
    state = folded(admitted(), ordered(), decided(ev.Decision.HOLD), decided(ev.Decision.CALL_COLLEAGUE))
    assert state.open_order is None
    assert [d.decision for d, _ in state.orders[0].decisions] == [ev.Decision.HOLD, ev.Decision.CALL_COLLEAGUE]


def test_of_two_orders_placed_at_once_none_is_lost_from_sight() -> None:
    both = folded(admitted(), ordered("a"), ordered("b"))
    assert both.open_order == both.orders[1]
    one = folded(admitted(), ordered("a"), ordered("b"), decided(ev.Decision.HOLD, "b"))
    assert one.open_order == one.orders[0]


def test_of_looks_only_is_kept_when_and_where_they_stand() -> None:
    shown = ev.SecondLookShown(at_us=7, order_id="", look_id="l", knowledge_release="r", page={"long": "page"})
    state = folded(admitted(), shown)
    assert state.looks == {"l": LookEntry(at_us=7, version=2, order_id="", actor="vet")}


def test_ended_conditions_are_bounded_and_lasting_ones_are_not_forgotten() -> None:
    lasting = ev.MonitorConditionBegan(at_us=1, condition="asystole", text="", signal="ecg_ii")
    coming_and_going = [
        event
        for at_us in range(2, CONDITIONS_KEPT + 52)
        for event in (
            ev.MonitorConditionBegan(at_us=at_us, condition="lead_off", text=str(at_us), signal="ecg_i"),
            ev.MonitorConditionEnded(at_us=at_us, condition="lead_off", signal="ecg_i"),
        )
    ]
    conditions = folded(admitted(), lasting, *coming_and_going).conditions
    assert conditions[0].condition == "asystole"
    assert len(conditions) == CONDITIONS_KEPT + 1
    assert [c.began_us for c in conditions[1:]] == list(range(52, CONDITIONS_KEPT + 52))


def test_a_condition_ends_only_for_its_own_signal() -> None:
    began = [
        ev.MonitorConditionBegan(at_us=1, condition="lead_off", text="", signal=signal)
        for signal in ("ecg_i", "ecg_ii")
    ]
    state = folded(admitted(), *began, ev.MonitorConditionEnded(at_us=9, condition="lead_off", signal="ecg_ii"))
    assert [(c.signal, c.ended_us) for c in state.conditions] == [("ecg_i", None), ("ecg_ii", 9)]


def test_a_correction_changes_the_name_that_is_shown_and_keeps_the_first() -> None:
    corrected = ev.PatientCorrected(at_us=4, field="name", value="Rexy", reason="handler said so")
    state = folded(admitted(), corrected)
    assert (state.name, state.admitted.name) == ("Rexy", "Rex")


def test_a_closed_case_leaves_its_bed() -> None:
    state = folded(admitted(), ev.BedAssigned(at_us=1, bed="ICU 1"), ev.CaseClosed(at_us=2, outcome="home"))
    assert (state.bed, state.closed) == ("", "home")


def test_the_version_follows_the_stream() -> None:
    assert folded(admitted(), finding("f1", "x"), finding("f2", "y")).version == 3
