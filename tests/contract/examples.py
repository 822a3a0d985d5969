"""Examples that several tests share: one event of every kind, monitor messages, changes."""

import itertools
from typing import Any, get_args

import numpy as np

from holdfast.record import alarm_events as al
from holdfast.record import cpr_events as cpr
from holdfast.record import custody_events as cu
from holdfast.record import events as ev
from holdfast.record import evidence_events as evi
from holdfast.record import imaging_events as im
from holdfast.record import inquiry_events as iq
from holdfast.record import service_events as se
from holdfast.record.monitor import Alert, MonitorMessage, Numeric, Origin, Refusal, Wave
from holdfast.record.score_events import ScoreItemAnswered
from holdfast.usecases.ports import Change, NewBlock, NewEvent, NewHeld, Receipt, Store, TrendPoint

T0_US = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z
SECOND_US = 1_000_000

EVERY_KIND = get_args(ev.ANY_CASE_EVENT) + get_args(ev.ANY_CLINIC_EVENT)

EXAMPLES: tuple[ev.AnyEvent, ...] = (
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
    ev.TreatmentGiven(at_us=T0_US, treatment_id="g1", category="fluid", what="crystalloid", amount="300 mL", note=""),
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
    ev.EndOfLifeOrdered(
        at_us=T0_US,
        order_id="o1",
        indication="organ failure",
        consent_by="Sgt. Müller",
        consent_how="in_person",
        witness="Nurse Kim",
    ),
    ev.ComfortAnswered(at_us=T0_US, order_id="o1", analgesia="given", sedation="not_needed", note=""),
    ev.SecondLookShown(
        at_us=T0_US,
        order_id="o1",
        look_id="l1",
        knowledge_release="2026.1",
        page={"unexplained": ["focal pain"], "fit": 0.25, "asked": True, "none": None},
    ),
    ev.EndOfLifeDecided(
        at_us=T0_US, order_id="o1", look_id="l1", decision=ev.Decision.HOLD, reason="", words="X-ray first"
    ),
    al.AlarmRaised(
        at_us=T0_US,
        alarm_id="x1",
        alarm="hr_high",
        signal="hr",
        text="Heart rate 214 /min, limit 180",
        priority="medium",
        technical=False,
        audible_when_over=False,
        since_us=T0_US - 15 * SECOND_US,
        value=214.0,
        limit=180.0,
        unit="/min",
        origin=Origin.LIVE,
    ),
    al.AlarmCleared(at_us=T0_US, alarm_id="x1", why="over", latches=True),
    al.AlarmAcknowledged(at_us=T0_US, alarm_id="x1"),
    al.AlarmSecondOpinion(
        at_us=T0_US, alarm_id="x1", verdict="cannot_say", text="Our signals cannot say: no signal was good enough."
    ),
    al.AlarmEscalated(at_us=T0_US, alarm_id="x1", called="technician on duty", step=1),
    al.AlarmsPaused(at_us=T0_US, until_us=T0_US + 120 * SECOND_US),
    al.AlarmsResumed(at_us=T0_US),
    al.AlarmSwitchedOff(at_us=T0_US, alarm="rr_high", reason="he pants", until_us=None),
    al.AlarmSwitchedOn(at_us=T0_US, alarm="rr_high"),
    al.AlarmLimitSet(at_us=T0_US, key="hr", low=None, high=220.0, unit="/min", why="puppy in pain"),
    cu.ItemCreated(
        at_us=T0_US,
        item_id="i1",
        by="Dr. Osei",
        number=1,
        description="metallic object, grey, deformed",
        side="left",
        region="thorax_left",
        site="between the 7th and 8th rib, 21 mm deep, in scar tissue",
        orientation="blunt end outward",
        method="plastic forceps, not washed",
        witness="nurse Kim",
        size_mm=(9.1, 6.2),
        weight_g=2.4,
        photographs=(cu.Photograph(sha256="ab" * 32, shows="as recovered", scale="ruler, mm"),),
        time_source="clock of this computer",
    ),
    cu.ItemSealed(at_us=T0_US, item_id="i1", by="Dr. Osei", bag="B-17", seal="S-4711", container="rigid, dry"),
    cu.SealOpened(
        at_us=T0_US, item_id="i1", by="Lee", seal="S-4711", intact=True, reason="to weigh it", witness="nurse Kim"
    ),
    cu.ItemStored(at_us=T0_US, item_id="i1", by="Dr. Osei", place="safe 2", conditions="locked, dry"),
    cu.ItemTaken(at_us=T0_US, item_id="i1", by="Dr. Osei", purpose="hand-over"),
    cu.HandOverOffered(
        at_us=T0_US,
        item_id="i1",
        by="Dr. Osei",
        transfer_id="t1",
        to="Det. Alvarez",
        organisation="City Police",
        purpose="investigation",
        seal="S-4711",
        confirmed=cu.Confirmation(how="account"),
    ),
    cu.HandOverAccepted(
        at_us=T0_US,
        item_id="i1",
        by="Det. Alvarez",
        transfer_id="t1",
        seal="S-4711",
        intact=True,
        identification="badge 4711",
        confirmed=cu.Confirmation(how="signature", sha256="cd" * 32),
    ),
    cu.HandOverRefused(at_us=T0_US, item_id="i1", by="Det. Alvarez", transfer_id="t1", reason="the bag is torn"),
    cu.LaboratoryRequested(
        at_us=T0_US,
        item_id="i1",
        by="Det. Alvarez",
        request_id="q1",
        laboratory="State laboratory",
        question="what is it?",
    ),
    cu.LaboratoryMeasured(
        at_us=T0_US, item_id="i1", by="Dr. Lind", request_id="q1", method="X-ray fluorescence", result="lead 97 %"
    ),
    cu.BreakNoted(at_us=T0_US, item_id="i1", by="Lee", what="the bag was found open", explanation="nobody knows why"),
    cu.EntryCorrected(
        at_us=T0_US, item_id="i1", by="Dr. Osei", version=9, field="weight_g", value="2.5", reason="scale misread"
    ),
    cu.ItemDisposed(at_us=T0_US, item_id="i1", by="Lee", how="destroyed", authority="order 12/26", witness="nurse Kim"),
    cu.OpinionStated(
        at_us=T0_US,
        item_id="i1",
        by="Dr. Lind",
        opinion_id="o1",
        profession="forensic pathologist",
        organisation="State laboratory",
        text="projectile, weeks to months old",
        basis="lead, rifling marks, scar tissue",
        request_id="q1",
    ),
    cu.OpinionWithdrawn(at_us=T0_US, item_id="i1", by="Dr. Lind", opinion_id="o1", reason="wrong sample"),
    im.ImagingOrdered(
        at_us=T0_US,
        accession_number="HF2K7MPQ3RST",
        study_uid="2.25.7",
        modality="DX",
        what="thorax, two views",
        note="left side first",
    ),
    im.StudyAttached(at_us=T0_US, study_id="0123456789abcdef", by="microchip", why="Found by microchip."),
    im.StudyDetached(at_us=T0_US, study_id="0123456789abcdef", why="wrong dog"),
    im.ImageReceived(
        at_us=T0_US,
        image_id="ab" * 32,
        size_bytes=8_000_000,
        form="dicom",
        source="XRAY1@192.0.2.7",
        origin=Origin.LIVE,
        study_id="0123456789abcdef",
        study_uid="1.2.826.0.1.1",
        series_uid="1.2.826.0.1.1.1",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1",
        sop_instance_uid="1.2.826.0.1.1.1.1",
        transfer_syntax="1.2.840.10008.1.2.1",
        header={"Modality": "CR", "PatientName": "Müller^Rex", "PatientSpeciesDescription": "лайка"},
        other_ids=("276098106234567",),
        accession_numbers=("HF2K7MPQ3RST",),
        animal=im.Animal(species="dog", sex="male", weight_kg=34.5, microchips=("276098106234567",)),
        scale=im.Scale(plane=im.Plane.DETECTOR, row_mm=0.15, column_mm=0.15, why="ImagerPixelSpacing"),
        problems=("ExposureIndex cannot be read: its kind is OW.",),
        match="Found by microchip.",
    ),
    ev.BedAdded(at_us=T0_US, bed="ICU 2"),
    ev.DeviceBound(at_us=T0_US, device="MON-1", bed="ICU 2"),
    ev.DeviceUnbound(at_us=T0_US, device="MON-1"),
    ev.AccountCreated(at_us=T0_US, account="a1", name="Dr. Osei", role="clinician"),
    ev.AccountRoleChanged(at_us=T0_US, account="a1", role="administrator"),
    ev.AccountClosed(at_us=T0_US, account="a1"),
    al.EscalationSet(
        at_us=T0_US,
        steps=(al.EscalationStep(priority="high", after_s=30.0, whom="nurse Kim"),),
        why="one nurse at night",
    ),
    evi.ReportMade(
        at_us=T0_US,
        report_id="r1",
        about="full",
        recipient="City Police, internal affairs",
        purpose="file 2026/117",
        until_us=T0_US,
        sha256="ab" * 32,
        size_bytes=48_213,
    ),
    evi.CaseExported(
        at_us=T0_US,
        item_id="i1",
        recipient="Det. Alvarez",
        purpose="investigation",
        withheld=("patient_admitted.1:owner",),
        events=12,
        record_size=20_852,
        sha256="cd" * 32,
    ),
    evi.CheckpointGiven(
        at_us=T0_US,
        size=20_852,
        root="CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        to="Notary Weber",
        how="printed",
    ),
    evi.ReadGranted(
        at_us=T0_US,
        grant_id="g1",
        account="a1",
        authority="City Police, internal affairs",
        reference="2026/117",
        case_id="rex",
        item_id="",
        from_us=T0_US,
        until_us=T0_US + 3_600 * SECOND_US,
    ),
    evi.ReadGrantEnded(at_us=T0_US, grant_id="g1", reason="file closed"),
    evi.RecordRead(at_us=T0_US, grant_id="g1", case_id="rex", item_id="", page="timeline", query="until=2026-03-01"),
    cpr.CprStarted(at_us=T0_US, cpr_id="c1", weight_kg=33.9, weight_at_us=T0_US - SECOND_US, location="ICU 2"),
    cpr.CprStepLogged(
        at_us=T0_US,
        cpr_id="c1",
        entry_id="e1",
        step=cpr.CprStep.DRUG,
        what="epinephrine_cpr",
        amount=0.34,
        unit="mg",
        route="IV",
        note="flushed",
    ),
    cpr.CprStepWithdrawn(at_us=T0_US, cpr_id="c1", entry_id="e1", reason="wrong button"),
    cpr.CprFactRecorded(at_us=T0_US, cpr_id="c1", key="witnessed", value="yes"),
    ScoreItemAnswered(at_us=T0_US, score="mgcs", item="motor", points=5.0),
    iq.ServiceDogLinked(at_us=T0_US, service_id="d1", how="chip read", service_version=7),
    iq.ServiceDogUnlinked(at_us=T0_US, service_id="d1", reason="another dog of that name"),
    iq.LesionDescribed(
        at_us=T0_US,
        lesion_id="l1",
        by="Dr. Osei",
        item_id="i1",
        side="left",
        region="thorax_mid",
        depth=iq.Depth.CAVITY,
        found=iq.ObjectFound.PROJECTILE,
        found_basis=iq.Basis.LABORATORY,
        material=iq.Material.SOFT_METAL,
        age=iq.WoundAge(
            low_days=28.0, high_days=180.0, basis=iq.AgeBasis.HISTOLOGY, reason="thick capsule", by="Dr. Lang"
        ),
        note="between ribs 7 and 8",
        reason="the laboratory answered",
    ),
    iq.IncidentsCompared(
        at_us=T0_US,
        compare_id="c1",
        lesion_id="l1",
        service_id="d1",
        service_version=9,
        case_version=31,
        data_release="1+0123456789ab",
        page={"says": ["An event that is not on record is likeliest."], "rows": [{"key": "e1", "probability": 0.25}]},
    ),
    se.ServiceDogAdded(
        at_us=T0_US,
        name="Rex",
        service_number="K9-017",
        microchip="276098106234567",
        breed="Malinois",
        unit="City police",
        training=False,
    ),
    se.ServiceDogCorrected(at_us=T0_US, field="microchip", value="276098106234568", reason="read again"),
    se.HandlerAssigned(at_us=T0_US, handler="Sgt. Müller", unit="City police", account="a7"),
    se.ServiceEntryMade(
        at_us=T0_US,
        entry_id="e1",
        end_us=T0_US + 3600 * SECOND_US,
        place="Disused factory",
        by="Sgt. Müller",
        note="went on working",
        what=se.Incident(
            mechanism=se.Mechanism.BLOW,
            what="a steel pipe",
            side="left",
            region="thorax_mid",
            witnesses="Officer Lind",
            seen=se.Seen.BRUISE,
            seen_words="skin whole",
            treated="cold",
            imaged=se.Imaged.NOT_IMAGED,
        ),
        replaces="e0",
        reason="the other side",
        source="",
    ),
    se.ServiceEntryWithdrawn(at_us=T0_US, entry_id="e1", reason="another dog"),
    se.ServiceImported(
        at_us=T0_US,
        sha256="cd" * 32,
        name="log.csv",
        columns={"date": "Day", "kind": "Type"},
        rows=3,
        taken=1,
        known=1,
        refused=(se.RefusedRow(row=4, text="31.31.2026,search", why="It is no date."),),
    ),
)

_numbers = itertools.count(1)


class Ids:
    """Ids that count on."""

    def __init__(self, prefix: str = "block") -> None:
        self._prefix = prefix

    def __call__(self) -> str:
        return f"{self._prefix}{next(_numbers)}"


def note(text: str = "a note", at_us: int = T0_US) -> ev.NoteWritten:
    return ev.NoteWritten(at_us=at_us, text=text)


def change(*events: ev.AnyEvent, stream: str = "case/rex", **more: Any) -> Change:
    """A change that records ``events`` on one stream, with a fresh command id unless one is given."""
    values: dict[str, Any] = {"command_id": f"command{next(_numbers)}", "actor": "a1", "recorded_us": T0_US}
    new = tuple(NewEvent(stream=stream, event=event) for event in events)
    return Change(events=new, **(values | more))


def wave(second: int = 0, *, key: str = "ecg_ii", rate_hz: float = 250.0) -> Wave:
    """One second of a waveform in steps of 1/200 mV."""
    steps = np.round(120 * np.sin(np.arange(int(rate_hz)) / 7.0 + second)) + 0.0  # + 0.0: no negative zero
    return Wave(
        key=key,
        code="131330",
        name="MDC_ECG_LEAD_II",
        unit="mV",
        rate_hz=rate_hz,
        start_us=T0_US + second * SECOND_US,
        samples=(steps * 0.005).astype("<f4").tobytes(),
        resolution=0.005,
    )


def message(second: int = 0, **more: Any) -> MonitorMessage:
    """What a monitor says in one second: a heart rate, a lead, a refused row, an alarm."""
    at_us = T0_US + second * SECOND_US
    rate = Numeric(key="hr", code="147842", name="MDC_ECG_HEART_RATE", value=120.0 + second, unit="/min", at_us=at_us)
    cuff = Numeric(key="nibp_mean", code="150023", name="MDC_PRESS_CUFF_MEAN", value=61, unit="mmHg", at_us=T0_US)
    values: dict[str, Any] = {
        "device": "MON-1",
        "control_id": f"C{second}",
        "sent_us": at_us,
        "origin": Origin.LIVE,
        "numerics": (rate, cuff),
        "waves": (wave(second),),
        "refused": (Refusal(segment="OBX|9|NM|x^^MDC", reason="No unit.", key="spo2"),),
        "alerts": (Alert(text="HR high", priority="high", kind="physiological", phase="start", at_us=at_us),),
    }
    return MonitorMessage(**(values | more))


def held(second: int = 0, *, case_id: str = "rex", bed: str = "ICU 2", **more: Any) -> NewHeld:
    return NewHeld(case_id=case_id, bed=bed, received_us=T0_US + second * SECOND_US, message=message(second, **more))


def put(store: Store, one: Change) -> Receipt:
    return store.submit(one).result(timeout=30)


def point(key: str = "hr", at_us: int = T0_US, last: float = 120.0, count: int = 10) -> TrendPoint:
    return TrendPoint(
        key=key, unit="/min", at_us=at_us, last=last, low=last, high=last, count=count, origin=Origin.LIVE
    )


def block(block_id: str, start_s: int, *points: TrendPoint, case_id: str = "rex", seconds: int = 10) -> NewBlock:
    start_us = T0_US + start_s * SECOND_US
    return NewBlock(
        block_id=block_id,
        case_id=case_id,
        start_us=start_us,
        end_us=start_us + seconds * SECOND_US,
        data=block_id.encode(),
        trend=points,
    )
