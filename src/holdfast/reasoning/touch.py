"""From presses on the body chart to "painful in one place", "painful all over", or nothing said.

Pain is called focal only when other places were pressed as well and the animal let that happen: one yelp at one
press, with nothing else touched, cannot tell one place from everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.evidence import Observed
from holdfast.record.events import Presence, Strength, TouchResponse

QUIET_PLACES_MIN = 2
"""Places without a response that it takes to call a response elsewhere focal (estimate, ours)."""
DIFFUSE_PLACES_MIN = 3
DIFFUSE_SHARE = 0.5
"""Diffuse: at least three separate places and at least half of all places touched respond (estimate, ours)."""

PRESSOR = "pressor_response_to_palpation"
DIFFUSE = "diffuse_pain"

_PAINFUL = (TouchResponse.FLINCHES, TouchResponse.VOCALISES, TouchResponse.BITES)
_MIDLINE = "midline"


@dataclass(frozen=True)
class Touch:
    """One press and what the animal did."""

    region: str
    side: str
    strength: Strength
    response: TouchResponse
    at_us: int
    event_id: str


@dataclass(frozen=True)
class TouchEffect:
    """What the monitor did in the seconds after a press, computed from the signals elsewhere."""

    at_us: int
    significant: bool | None
    """None when the signal was not good enough to say."""
    text: str
    event_id: str = ""


@dataclass(frozen=True)
class _Place:
    """All presses on one region and side."""

    name: str
    side: str
    finding: str
    touches: tuple[Touch, ...]

    @property
    def painful(self) -> bool:
        return any(t.response in _PAINFUL for t in self.touches)

    @property
    def quiet(self) -> bool:
        """Pressed with some strength and nothing happened; a look is neither pain nor nothing."""
        return all(t.response is TouchResponse.NONE for t in self.touches)

    @property
    def pressed(self) -> bool:
        return any(t.strength is not Strength.LIGHT for t in self.touches)


def from_touches(knowledge: Knowledge, touches: Sequence[Touch]) -> tuple[dict[str, Observed], tuple[str, ...]]:
    """(findings, notes): focal or diffuse pain with the stated reason, absence where pressing found nothing."""
    places, notes = _places(knowledge, touches)
    painful = [p for p in places if p.painful]
    quiet = [p for p in places if p.quiet]
    findings = _absent(places)
    spots = sorted({(p.finding, p.side) for p in painful if p.side != _MIDLINE} | _midline_spots(painful))
    if not painful:
        return findings, notes
    if len(painful) >= DIFFUSE_PLACES_MIN and len(painful) >= DIFFUSE_SHARE * len(places) and len(spots) > 1:
        text = f"{len(painful)} of {len(places)} places touched responded ({_names(painful)})"
        if DIFFUSE in knowledge.findings:
            findings[DIFFUSE] = _seen(painful, text)
        return findings, notes
    if len(quiet) < QUIET_PLACES_MIN:
        text = (
            f"Response at {_names(painful)}, but only {len(quiet)} other places were touched without a response: "
            "touch more places to tell one sore spot from pain all over."
        )
        return findings, (*notes, text)
    for finding in sorted({finding for finding, _ in spots}):
        here = [p for p in painful if p.finding == finding]
        text = f"response at {_names(here)}; {len(quiet)} other places touched gave none ({len(places)} touched in all)"
        findings[finding] = _seen(here, text)
    return findings, notes


@dataclass(frozen=True)
class Pattern:
    """What the presses say together."""

    kind: str
    """focal, diffuse, unclear (a response, too few other places), quiet (no response anywhere) or none (no press)."""
    reason: str
    findings: tuple[str, ...] = ()
    """Keys of the findings that are present by it."""


def pattern(knowledge: Knowledge, touches: Sequence[Touch]) -> Pattern:
    """Focal or diffuse pain, with its reason."""
    places, _ = _places(knowledge, touches)
    if not places:
        return Pattern("none", "Nothing was pressed yet.")
    findings, notes = from_touches(knowledge, touches)
    present = {key: seen for key, seen in findings.items() if seen.present}
    if DIFFUSE in present:
        return Pattern("diffuse", f"{present[DIFFUSE].basis}.", (DIFFUSE,))
    if present:
        return Pattern("focal", f"{'; '.join(seen.basis for seen in present.values())}.", tuple(sorted(present)))
    if any(place.painful for place in places):
        return Pattern("unclear", notes[-1])
    pressed = sum(place.pressed for place in places)
    return Pattern("quiet", f"No response at any of {len(places)} places touched, {pressed} of them pressed.")


def _midline_spots(painful: list[_Place]) -> set[tuple[str, str]]:
    """A midline response joins a side of the same part when there is one, and stands alone otherwise."""
    sided = {p.finding for p in painful if p.side != _MIDLINE}
    return {(p.finding, _MIDLINE) for p in painful if p.side == _MIDLINE and p.finding not in sided}


def _places(knowledge: Knowledge, touches: Sequence[Touch]) -> tuple[list[_Place], tuple[str, ...]]:
    grouped: dict[tuple[str, str], list[Touch]] = {}
    notes = []
    for touch in sorted(touches, key=lambda t: (t.at_us, t.event_id)):
        if touch.region in knowledge.regions:
            grouped.setdefault((touch.region, touch.side), []).append(touch)
        else:
            notes.append(f"The touched place {touch.region!r} is not on the body chart and was not used.")
    places = []
    for (region, side), here in sorted(grouped.items()):
        known = knowledge.regions[region]
        name = known.name if side == _MIDLINE else f"{side} {known.name}"
        places.append(_Place(name, side, known.focal_finding, tuple(here)))
    return places, tuple(notes)


def _absent(places: list[_Place]) -> dict[str, Observed]:
    """Parts of the body where every place touched stayed quiet and one at least was really pressed."""
    findings = {}
    for finding in sorted({p.finding for p in places}):
        here = [p for p in places if p.finding == finding]
        if all(p.quiet for p in here) and any(p.pressed for p in here):
            findings[finding] = _looked(here)
    return findings


def _seen(places: list[_Place], text: str) -> Observed:
    touches = [t for p in places for t in p.touches if t.response in _PAINFUL]
    return Observed(Presence.PRESENT, min(t.at_us for t in touches), text, tuple(t.event_id for t in touches))


def _looked(places: list[_Place]) -> Observed:
    touches = [t for p in places for t in p.touches]
    text = f"pressed at {_names(places)} without a response"
    return Observed(Presence.ABSENT, min(t.at_us for t in touches), text, tuple(t.event_id for t in touches))


def _names(places: list[_Place]) -> str:
    return ", ".join(p.name for p in places)


def from_effects(knowledge: Knowledge, effects: Sequence[TouchEffect]) -> dict[str, Observed]:
    """Whether heart rate or pressure jumped on a press; present when any press did it, absent when none did."""
    judged = sorted((e for e in effects if e.significant is not None), key=lambda e: e.at_us)
    if PRESSOR not in knowledge.findings or not judged:
        return {}
    jumps = [e for e in judged if e.significant]
    told = jumps or judged
    presence = Presence.PRESENT if jumps else Presence.ABSENT
    text = jumps[0].text if jumps else f"no jump after {len(judged)} touches"
    return {PRESSOR: Observed(presence, told[0].at_us, text, tuple(e.event_id for e in told if e.event_id))}
