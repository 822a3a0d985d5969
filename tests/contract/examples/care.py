"""One event of every kind about a case, what was found on the dog, its monitor."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import events as ev
from holdfast.record import exam_events as ex
from holdfast.record.events import AnyEvent
from holdfast.record.monitor import Origin
from holdfast.record.score_events import ScoreItemAnswered

CARE: tuple[AnyEvent, ...] = (
    ev.PatientAdmitted(
        at_us=T0_US,
        name="Rex",
        species="dog",
        breed="German Shepherd",
        sex="male",
        weight_kg=34.5,
        age_months=62,
        microchip="276098106234567",
        owner="City Police",
        handler="Sgt. Müller",
        working_dog=True,
        complaint="collapsed during the night",
        training=False,
    ),
    ev.PatientCorrected(at_us=T0_US, field="breed", value="Malinois", reason="papers seen"),
    ev.WeightMeasured(at_us=T0_US, weight_kg=33.9),
    ev.BedAssigned(at_us=T0_US, bed="ICU 2"),
    ev.CaseClosed(at_us=T0_US, outcome="discharged"),
    ev.FindingRecorded(
        at_us=T0_US,
        finding_id="f1",
        key="lactate_high",
        presence=ev.Presence.PRESENT,
        stage=ev.Stage.PRESENTING,
        value=6.2,
        unit="mmol/L",
        region="",
        note="venous",
    ),
    ev.FindingRetracted(at_us=T0_US, finding_id="f1", reason="wrong dog"),
    ev.TouchRecorded(
        at_us=T0_US,
        touch_id="t1",
        side="left",
        region="rib_7",
        strength=ev.Strength.LIGHT,
        response=ev.TouchResponse.FLINCHES,
        note="yelped",
    ),
    ev.WorkingDiagnosisSet(at_us=T0_US, disease="", text="organ failure", supported_by=("lactate_high",)),
    ev.TestOrdered(at_us=T0_US, test="thoracic_radiographs", note="two views"),
    ev.NoteWritten(at_us=T0_US, text='He leans on the handler. "Wait."\nÄ, 犬, 🐕'),
    ev.MonitorBlockStored(
        at_us=T0_US,
        block_id="b1",
        bed="ICU 2",
        device="MON-1",
        origin=Origin.LIVE,
        start_us=T0_US - 10 * SECOND_US,
        end_us=T0_US,
        sha256="0" * 64,
        numerics=40,
        waves=("ecg_ii", "pleth"),
        refused=1,
    ),
    ev.MonitorConditionBegan(
        at_us=T0_US, condition="asystole", text="No beat for 4 s", signal="ecg_ii", origin=Origin.LIVE
    ),
    ev.MonitorConditionEnded(at_us=T0_US, condition="asystole", signal="ecg_ii"),
    ScoreItemAnswered(at_us=T0_US, score="mgcs", item="motor", points=5.0),
    ex.ExamNoted(
        at_us=T0_US,
        note_id="n1",
        entry_id="e1",
        item="pulse_quality",
        place="left hind",
        option="weak",
        words="Pulse, left hind: weak",
        normal=False,
        findings=("f2",),
    ),
    ex.ExamWithdrawn(at_us=T0_US, entry_id="e1", reason="undone", findings=("f3",)),
    ex.TouchWithdrawn(at_us=T0_US, touch_id="t1", reason="slipped"),
    ex.ChartMarked(at_us=T0_US, mark_id="m1", view="left", points=((300, 180), (310, 190)), words="here"),
    ex.ChartMarkWithdrawn(at_us=T0_US, mark_id="m1", reason="undone"),
    ex.PhotographTaken(
        at_us=T0_US,
        photo_id="1" * 64,
        size_bytes=2_400_000,
        form="jpeg",
        width_px=4032,
        height_px=3024,
        what="scar between two ribs",
        place="left:thorax_mid",
    ),
)
