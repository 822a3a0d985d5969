"""One event of every kind about silent rules, legal holds and pictures removed."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import retention_events as rt
from holdfast.record import shadow_events as sh
from holdfast.record.events import AnyEvent

OPERATIONS: tuple[AnyEvent, ...] = (
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
