"""One event of every kind about alarms and calls."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import alarm_events as al
from holdfast.record import call_events as ce
from holdfast.record.events import AnyEvent
from holdfast.record.monitor import Origin

ALARMS: tuple[AnyEvent, ...] = (
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
    ce.ContactSet(
        at_us=T0_US, contact_id="k1", name="Dr. Osei", place="on_call", channels=("email", "ntfy"), account="osei"
    ),
    ce.ContactRemoved(at_us=T0_US, contact_id="k1"),
    ce.CallListSet(at_us=T0_US, contacts=("k1", "k2"), why="night"),
    ce.ClinicPhoneSet(at_us=T0_US, phone="+41 44 123 45 67"),
    al.EscalationSet(
        at_us=T0_US,
        steps=(al.EscalationStep(priority="high", after_s=30.0, whom="nurse Kim"),),
        why="one nurse at night",
    ),
)
