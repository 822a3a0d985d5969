"""One event of every kind about an end-of-life order."""

from contract.examples.moments import T0_US
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.events import AnyEvent

END_OF_LIFE: tuple[AnyEvent, ...] = (
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
)
