"""Examples that several tests share: one event of every kind, monitor messages, changes."""

import itertools
from typing import Any, get_args

import numpy as np

from holdfast.record import alarm_events as al
from holdfast.record import call_events as ce
from holdfast.record import consult_events as co
from holdfast.record import cpr_events as cpr
from holdfast.record import custody_events as cu
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record import evidence_events as evi
from holdfast.record import exam_events as ex
from holdfast.record import film_events as fi
from holdfast.record import home_events as ho
from holdfast.record import imaging_events as im
from holdfast.record import inquiry_events as iq
from holdfast.record import retention_events as rt
from holdfast.record import service_events as se
from holdfast.record import shadow_events as sh
from holdfast.record import surgery_events as su
from holdfast.record import treatment_events as tr
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
    ce.CaseCallListSet(at_us=T0_US, contacts=("k1",), why="his surgeon"),
    ce.CallOpened(
        at_us=T0_US,
        call_id="c1",
        cause="alarm",
        cause_id="x1",
        about="asystole",
        text="No heart beat for 4 s",
        priority="high",
        people=(
            ce.Callee(
                contact_id="k1", name="Dr. Osei", place="clinic", wait_s=20.0, channels=("ntfy",), account="osei"
            ),
        ),
        again_s=60.0,
    ),
    ce.CallJoined(at_us=T0_US, call_id="c1", cause_id="x2", about="apnea_low", text="No breath for 30 s"),
    ce.CallMade(at_us=T0_US, call_id="c1", place=1, until_us=T0_US + 20 * SECOND_US),
    ce.CallDelivery(at_us=T0_US, call_id="c1", place=1, channel="ntfy", state="failed", note="not taken"),
    ce.CallSeen(at_us=T0_US, call_id="c1", place=1),
    ce.CallAnswered(at_us=T0_US, call_id="c1", who="Dr. Osei", how="link"),
    ce.CallListEnded(at_us=T0_US, call_id="c1", again_us=T0_US + 60 * SECOND_US),
    ce.CallWithdrawn(at_us=T0_US, call_id="c1", why="false alarm"),
    ho.RecoveryMarked(at_us=T0_US, mark_id="m1", sign="ear", note="left"),
    ho.RecoveryMarkWithdrawn(at_us=T0_US, mark_id="m1", reason="wrong dog"),
    ho.HandlerLinkMade(
        at_us=T0_US, link_id="h1", token_sha256="cd" * 32, who="Sgt. Müller", expires_us=T0_US + 86_400 * SECOND_US
    ),
    ho.HandlerLinkRevoked(at_us=T0_US, link_id="h1", why="telephone lost"),
    ho.HandlerLinkOpened(at_us=T0_US, link_id="h1"),
    ho.HandlerTold(at_us=T0_US, text="He slept.", draft="He is resting."),
    ho.HandlerPhotoShown(at_us=T0_US, image_id="ab" * 32),
    ho.HomeMedicineOrdered(at_us=T0_US, order_id="r1", medicine="as on the box", how="once a day", until="Friday"),
    ho.HomeMedicineStopped(at_us=T0_US, order_id="r1", reason="vomits"),
    ho.DischargeWritten(
        at_us=T0_US,
        letter_id="d1",
        diagnosis="metal fragment between two ribs, removed",
        done=("Operation: thoracotomy",),
        medicines=("as on the box: once a day, until Friday",),
        look_for=("Breathing faster than 30 a minute while asleep: count again, then call us.",),
        words="Keep him quiet.",
        recheck="in ten days",
    ),
    ho.HomeObserved(
        at_us=T0_US,
        observation_id="b1",
        link_id="h1",
        breaths_per_min=24.0,
        effort="easy",
        gums="pink",
        appetite="all",
        gait="normal",
        wound="dry",
        note="",
        image_id="",
        advice="go_on",
        rules=(),
    ),
    su.SurgeryPlanned(
        at_us=T0_US,
        surgery_id="s1",
        procedure="thoracotomy",
        site="left, 7th space",
        surgeon="Dr. Osei",
        risk="He may die of bleeding.",
    ),
    su.AsaStatusSet(at_us=T0_US, surgery_id="s1", status=4, emergency=True),
    su.SurgeryItemAnswered(at_us=T0_US, surgery_id="s1", item="blood", answer="skipped", reason="none in the house"),
    su.SurgeryStepped(at_us=T0_US, surgery_id="s1", step="time_out", reason=""),
    su.AnaesthesiaBegan(at_us=T0_US, surgery_id="s1", anaesthetist="Dr. Lee"),
    su.AnaesthesiaNoted(at_us=T0_US, surgery_id="s1", note_id="n1", what="incision"),
    su.AnaesthesiaEnded(at_us=T0_US, surgery_id="s1"),
    ce.ContactSet(
        at_us=T0_US, contact_id="k1", name="Dr. Osei", place="on_call", channels=("email", "ntfy"), account="osei"
    ),
    ce.ContactRemoved(at_us=T0_US, contact_id="k1"),
    ce.CallListSet(at_us=T0_US, contacts=("k1", "k2"), why="night"),
    ce.ClinicPhoneSet(at_us=T0_US, phone="+41 44 123 45 67"),
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
    im.MetalSearched(
        at_us=T0_US,
        image_id="ab" * 32,
        study_id="0123456789abcdef",
        detector="holdfast-metal 1",
        marks=(
            im.MetalMark(
                mark_id="m1",
                row=459.5,
                column=930.25,
                height_px=44.0,
                width_px=45.0,
                outline=((437.0, 908.0), (481.0, 953.0), (459.0, 930.0)),
                long_mm=5.4,
                short_mm=None,
                brightness=0.5,
                shape="irregular",
                kind="metal_unexplained",
                confidence=0.97,
                instead=("an ECG clip",),
            ),
        ),
        searched="Metal and what is as dense, from 1.5 mm.",
        limits=("The film states no scale.",),
    ),
    im.MetalMarkJudged(
        at_us=T0_US,
        image_id="ab" * 32,
        study_id="0123456789abcdef",
        mark_id="m1",
        verdict=im.MarkVerdict.CONFIRMED,
        what="air-gun pellet",
        finding_id="f1",
    ),
    fi.FilmMarked(at_us=T0_US, image_id="ab" * 32, mark_id="n1", at=(930.25, 459.5), text="What is that?"),
    fi.FilmMarkTakenBack(at_us=T0_US, image_id="ab" * 32, mark_id="n1", why="a crease of the plate"),
    fi.LandmarksPlaced(
        at_us=T0_US,
        image_id="ab" * 32,
        lying="right_side_down",
        points={"object": (930.25, 459.5), "spine_head": (210.0, 300.5)},
        sid_mm=1050.0,
    ),
    fi.MetalPlaceRead(
        at_us=T0_US,
        image_ids=("ab" * 32, "cd" * 32),
        zones=(
            fi.ZoneDistance(zone="aorta", mm=6.5, low_mm=1.5, high_mm=11.5, how="placed in both views"),
            fi.ZoneDistance(zone="heart", mm=None, low_mm=20.0, high_mm=None, how="one view"),
        ),
        depth=fi.ZoneDistance(zone="skin", mm=31.0, low_mm=25.0, high_mm=37.0, how="the trunk is taken for an ellipse"),
        doubts=("The sternum is not placed in the view along the back.",),
        method="two views 1",
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
    eol.AnimalIdentified(at_us=T0_US, order_id="o1", how="microchip", read="276098106234567", note="twice"),
    eol.EndOfLifeConsentRecorded(
        at_us=T0_US,
        order_id="o1",
        by="Sgt. Müller",
        relation="handler",
        how="telephone",
        confirmed_by="Nurse Kim",
        witness="Dr. Osei",
        note="call at 06:10",
    ),
    eol.QualityOfLifeRecorded(at_us=T0_US, order_id="o1", tool="HHHHHMM", total=18.0, note="with the handler"),
    eol.EndOfLifeStepsPassed(
        at_us=T0_US, order_id="o1", steps=("identity", "quality_of_life"), reason="suffering", words="he fights for air"
    ),
    eol.TrayReady(at_us=T0_US, order_id="o1", note="pentobarbital drawn up"),
    eol.LastMinuteChange(at_us=T0_US, order_id="o1", change="heart", text="Heart rate rose from 172 to 201 /min"),
    eol.EndOfLifePerformed(
        at_us=T0_US, order_id="o1", by="Dr. Osei", what="pentobarbital", amount="as drawn up", route="IV", note="quiet"
    ),
    eol.EndOfLifeStopped(at_us=T0_US, order_id="o1", reason="change_seen", words="he twitched"),
    eol.DeathChecked(
        at_us=T0_US, order_id="o1", absent=("heartbeat", "breathing"), present=("corneal_reflex",), note="left eye"
    ),
    eol.DeathConfirmed(at_us=T0_US, order_id="o1", reason="checks_on_paper", words="by two people"),
    eol.AftercareRecorded(at_us=T0_US, order_id="o1", item="necropsy", choice="accepted", note="on Monday"),
    eol.EndOfLifeFinished(at_us=T0_US, order_id="o1", reason="papers follow"),
    tr.TreatmentOrdered(
        at_us=T0_US,
        order_id="t1",
        order_kind=tr.OrderKind.INFUSION,
        category="vasopressor",
        what="Noradrenaline",
        amount="1.2 mL/h",
        route="IV",
        first_us=T0_US + SECOND_US,
        every_min=None,
        until_us=T0_US + 3600 * SECOND_US,
        continuous=True,
        dose_key="norepinephrine_infusion",
        dose=0.5,
        dose_unit="ug/kg/min",
        weight_kg=33.9,
        weight_at_us=T0_US - SECOND_US,
        per_ml=0.04,
        per_ml_unit="mg",
        rate_ml_h=1.2,
        outside_reason="still low",
        weight_reason="cannot be moved",
        waits=True,
        on_word_of="Dr. Osei",
        note="through the long line",
    ),
    tr.TreatmentOrderApproved(at_us=T0_US, order_id="t1", what="Noradrenaline"),
    tr.TreatmentOrderSpoken(at_us=T0_US, order_id="t1", what="Noradrenaline", by="Dr. Osei"),
    tr.TreatmentOrderStopped(at_us=T0_US, order_id="t1", what="Noradrenaline", reason="pressure holds"),
    tr.TreatmentDone(
        at_us=T0_US,
        order_id="t1",
        what="Noradrenaline",
        due_us=T0_US,
        treatment_id="g1",
        amount="1.2 mL/h",
        reason="line was blocked",
        note="new pump",
    ),
    tr.TreatmentSkipped(at_us=T0_US, order_id="t1", what="Noradrenaline", due_us=(T0_US,), reason="in surgery"),
    tr.TreatmentDeclined(
        at_us=T0_US, order_id="t1", what="Noradrenaline", declined_by="City Police", explained="pressure may fall"
    ),
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
    co.ConsultInvited(
        at_us=T0_US,
        consult_id="c1",
        name="Dr. Ito, surgery",
        contact="ito@example.org",
        question="Does this fit organ failure?",
        token_sha256="2" * 64,
        until_us=T0_US + 86_400 * SECOND_US,
    ),
    co.ConsultOpened(at_us=T0_US, consult_id="c1", address="203.0.113.7", browser="Firefox/140"),
    co.ConsultRevoked(at_us=T0_US, consult_id="c1", reason="answered"),
    co.OpinionGiven(
        at_us=T0_US,
        opinion_id="o1",
        consult_id="c1",
        name="Dr. Ito, surgery",
        about="organ failure",
        stance=co.Stance.DOUBTS,
        words="One place hurts. Picture the chest first.",
    ),
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
    cpr.CprWishRecorded(at_us=T0_US, wish=cpr.CprWish.YELLOW, said_by="the owner", how="by telephone"),
    sh.RuleModeSet(at_us=T0_US, rule="deterioration", mode=sh.RuleMode.SHADOW, why="the first weeks"),
    sh.ShadowSpoke(
        at_us=T0_US,
        spoke_id="s1",
        rule="deterioration",
        signal="",
        text="Getting worse over 2 h",
        priority="medium",
        since_us=T0_US - SECOND_US,
    ),
    sh.ShadowEnded(at_us=T0_US, spoke_id="s1", why="over"),
    sh.ShadowJudged(at_us=T0_US, spoke_id="s1", verdict=sh.ShadowVerdict.RIGHT, words="he bled"),
    rt.LegalHoldSet(at_us=T0_US, hold_id="h1", reference="Court 4 C 12/26", why="claim of the owner"),
    rt.LegalHoldLifted(at_us=T0_US, hold_id="h1", why="settled"),
    rt.PicturesRemoved(at_us=T0_US, image_ids=("ab" * 32,), older_than_days=3650, why="ten years are over"),
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
