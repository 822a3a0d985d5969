"""One event of every kind about evidence, and what leaves the record."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import custody_events as cu
from holdfast.record import evidence_events as evi
from holdfast.record import witness_events as wi
from holdfast.record.events import AnyEvent

EVIDENCE: tuple[AnyEvent, ...] = (
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
    wi.CheckpointCosigned(
        at_us=T0_US,
        witness="witness.example/w1",
        size=20_852,
        note="clinic.example/er\n20852\nCsUY=\n\n\u2014 clinic.example/er Az3g\n\u2014 witness.example/w1 jWbP\n",
        stated_us=T0_US,
    ),
    wi.CheckpointRefused(at_us=T0_US, witness="witness.example/w1", size=20_852, why="It holds 20900 events."),
    wi.CheckpointTimestamped(
        at_us=T0_US,
        authority="tsa.example",
        size=20_852,
        note="clinic.example/er\n20852\nCsUY=\n\n\u2014 clinic.example/er Az3g\n",
        reply_sha256="ef" * 32,
        stated_us=T0_US,
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
)
