"""The numbers of the worked examples in docs/explanation: what the second look says of Rex and of Leo, step by step.

Run: ``python benchmarks/worked_examples.py`` writes them anew between the marks of the pages, ``... --check`` compares
them and exits with 1 where they differ, ``... --json`` prints them. A story is a list of steps; each adds what was
found or measured by then. Dogs, findings of the night and levels of the monitor are those of ``holdfast demo``.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import assess, rank_causes
from holdfast.reasoning.derive import Inputs, Measurement, RecordedFinding, derive
from holdfast.reasoning.evidence import Evidence, Observed, Signalment
from holdfast.reasoning.page import to_page
from holdfast.reasoning.touch import Touch, TouchEffect
from holdfast.record.events import Presence, Strength, TouchResponse
from holdfast.simulation.changes import HeadFor
from holdfast.simulation.scenario import FindingEntry, Scenario
from holdfast.simulation.scenarios import ALL

PAGES = Path(__file__).parent.parent / "docs" / "explanation"
NOW_US = 1
"""The examples ask what is known at each step, not since when."""
MONTH = 5
CAUSES, LEDGER, TESTS = 6, 6, 4
"""Rows of each table."""
THOUGHT_THROUGH, LEADING = 2, 2
"""The results of so many tests are thought through, up to so many leading causes."""


@dataclass(frozen=True)
class Step:
    """What is new at one step."""

    key: str
    night_until_min: float | None = None
    """Take what the night team of the scenario had recorded by then."""
    monitor_at_min: float | None = None
    """Take the levels that the simulated monitor heads for then."""
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    touches: tuple[tuple[str, TouchResponse, bool], ...] = ()
    """Region on the left side, what he did, whether rate or pressure jumped."""
    declared: bool = True


NONE, FLINCHES = TouchResponse.NONE, TouchResponse.FLINCHES
STORIES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "rex": (
        "multiple_organ_dysfunction",
        (
            Step("arrival", night_until_min=-290, declared=False),
            Step("monitor", monitor_at_min=-35, declared=False),
            Step("organ-failure", night_until_min=-90),
            Step("pipe", night_until_min=-1, monitor_at_min=-1),
            Step("twitch", present=("ventricular_ectopy",)),
            Step(
                "touch",
                touches=(
                    ("abdomen_mid", NONE, False),
                    ("shoulder", NONE, False),
                    ("hindlimb_upper", NONE, False),
                    ("thorax_mid", FLINCHES, True),
                ),
            ),
            Step("film", present=("metallic_opacity_thorax",), absent=("rib_fractures", "pneumothorax")),
            Step("second-view", present=("great_vessel_contact",)),
        ),
    ),
    "leo": (
        "terminal_decline_of_old_age",
        (
            Step("evening", night_until_min=-300, monitor_at_min=-300, declared=False),
            Step("declared", night_until_min=-200),
            Step("table", night_until_min=-1, monitor_at_min=-1),
            Step("rally", monitor_at_min=60),
            Step("looked-again", absent=("gums_pale", "crt_prolonged", "pulse_weak", "recumbent")),
        ),
    ),
}


def measured(scenario: Scenario, minute: float) -> tuple[Measurement, ...]:
    """The levels that the body has been sent to by then, as a monitor writes them."""
    gone = [t.change.vitals for t in scenario.course if t.at_s <= minute * 60 and isinstance(t.change, HeadFor)]
    level = gone[-1] if gone else scenario.begin
    systolic = level.map_mmhg + level.pulse_pressure_mmhg * 2 / 3
    values = (
        ("hr", level.hr_per_min, "/min"),
        ("art_mean", level.map_mmhg, "mmHg"),
        ("art_sys", systolic, "mmHg"),
        ("spo2", level.spo2_pct, "%"),
        ("rr", level.rr_per_min, "/min"),
        ("temp", level.temp_c, "degC"),
    )
    return tuple(Measurement(key, round(value, 1), unit, NOW_US, "monitor") for key, value, unit in values)


def told(name: str, knowledge: Knowledge) -> list[tuple[Step, Evidence, tuple[Measurement, ...]]]:
    """Every step of a story with all that is known by then."""
    scenario, (_, steps) = ALL[name], STORIES[name]
    dog = scenario.signalment
    signalment = Signalment(dog.breed, dog.age_months / 12, dog.sex, dog.weight_kg, dog.working_dog, month=MONTH)
    inputs = Inputs(signalment=signalment)
    course = []
    for step in steps:
        night = [
            e
            for e in scenario.entries
            if isinstance(e, FindingEntry) and step.night_until_min is not None and e.minute <= step.night_until_min
        ]
        known = {f.key for f in inputs.findings}
        new = [_recorded(e.key, e.present) for e in night if e.key not in known]
        new += [_recorded(key, True) for key in step.present] + [_recorded(key, False) for key in step.absent]
        pressed = [
            Touch(region, "left", Strength.FIRM, response, NOW_US + n, f"{region}")
            for n, (region, response, _) in enumerate(step.touches)
        ]
        jumped = [TouchEffect(NOW_US, jump, "", region) for region, _, jump in step.touches]
        if step.monitor_at_min is not None:
            inputs = replace(inputs, measurements=measured(scenario, step.monitor_at_min))
        newer = [f.key for f in new]
        inputs = replace(
            inputs,
            findings=(*(f for f in inputs.findings if f.key not in newer), *new),
            touches=(*inputs.touches, *pressed),
            effects=(*inputs.effects, *jumped),
        )
        course.append((step, derive(knowledge, inputs), tuple(inputs.measurements)))
    return course


def _recorded(key: str, present: bool) -> RecordedFinding:
    return RecordedFinding(key, Presence.PRESENT if present else Presence.ABSENT, NOW_US, key)


def figures(name: str, knowledge: Knowledge) -> dict[str, dict[str, Any]]:
    """Step -> everything that its tables show."""
    working = STORIES[name][0]
    before: set[tuple[str, Presence]] = set()
    found = {}
    for step, evidence, values in told(name, knowledge):
        page = to_page(assess(knowledge, evidence, working if step.declared else None), knowledge)
        now = {(key, o.presence) for key, o in evidence.findings.items()}
        found[step.key] = {
            "new": sorted(_said(knowledge, key, presence) for key, presence in now - before),
            "values": {m.key: m.value for m in values} if step.monitor_at_min is not None else {},
            "page": page,
            "results": [_thought(knowledge, evidence, test) for test in page["next_tests"][:THOUGHT_THROUGH]],
        }
        before = now
    return found


def _said(knowledge: Knowledge, key: str, presence: Presence) -> str:
    name = knowledge.findings[key].name
    return name if presence is Presence.PRESENT else f"not: {name[:1].lower()}{name[1:]}"


def _thought(knowledge: Knowledge, evidence: Evidence, test: dict[str, Any]) -> dict[str, Any]:
    """Leading causes after either answer of the finding by which the test tells most."""

    def after(presence: Presence) -> str:
        seen = replace(evidence, findings={**evidence.findings, test["telling"]: Observed(presence, NOW_US)})
        leading = rank_causes(knowledge, seen)[:LEADING]
        return ", ".join(f"{knowledge.diseases[key].name} {share(p)}" for key, p in leading)

    return {
        "test": test["name"],
        "telling": knowledge.findings[test["telling"]].name,
        "seen": after(Presence.PRESENT),
        "not_seen": after(Presence.ABSENT),
    }


def share(p: float) -> str:
    """As the page of the second look rounds."""
    return "under 1 %" if p < 0.01 else "over 99 %" if p > 0.99 else f"{100 * p:.0f} %"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines)


def _span(x: dict[str, Any]) -> str:
    return f"{share(x['low']).removesuffix(' %')} to {share(x['high'])}"


def block(step: dict[str, Any]) -> str:
    """One step as the page shows it."""
    page = step["page"]
    parts = [f"*New:* {'; '.join(step['new']) or 'nothing'}."]
    if step["values"]:
        v = step["values"]
        parts.append(
            f"*Monitor:* heart rate {v['hr']:g}/min, arterial pressure {v['art_sys']:g} mmHg systolic and "
            f"{v['art_mean']:g} mean, SpO2 {v['spo2']:g} %, breaths {v['rr']:g}/min, {v['temp']:g} °C."
        )
    parts.append(
        _table(
            ("leading causes", "probability", "range", "estimates among its numbers"),
            [
                (c["name"], share(c["p"]), _span(c), f"{c['rests_on']['estimates']} of {c['rests_on']['numbers']}")
                for c in page["candidates"][:CAUSES]
            ],
        )
    )
    if fit := page["fit"]:
        unexplained = "; ".join(
            f"{f['name']} ({share(f['p'])} with it, {share(f['background'])} without a listed cause)"
            for f in page["unexplained"]
        )
        parts.append(
            f"*Working diagnosis:* {fit['words']} p = {fit['p']:g} (of {fit['calibrated_on']} right ones); log odds "
            f"that it is not enough {fit['log_odds_not_enough']:g}.\n\n*Unexplained:* {unexplained or 'nothing'}."
        )
    ledger = page["not_excluded"]
    parts.append(
        _table(
            (f"not excluded (first of {len(ledger)})", "probability", "range", "the negative that would tell most"),
            [
                (n["name"], share(n["p"]), _span(n), n["negative"]["words"] if n["negative"] else "none is open")
                for n in ledger[:LEDGER]
            ],
        )
    )
    results = {r["test"]: r for r in step["results"]}
    parts.append(
        _table(
            ("next test", "minutes", "bits", "same decision", "what its most telling finding would change"),
            [_test_row(t, results.get(t["name"])) for t in page["next_tests"][:TESTS]],
        )
    )
    return "\n\n".join(parts)


def _test_row(test: dict[str, Any], thought: dict[str, Any] | None) -> tuple[str, ...]:
    changed = f"{thought['telling']}. Seen: {thought['seen']}. Not seen: {thought['not_seen']}" if thought else ""
    bits, same = f"{test['information_bits']:.2f}", share(test["same_decision"])
    return test["name"], f"{test['minutes']:g}", bits, same, changed


def filled(text: str, blocks: dict[str, str]) -> str:
    """The page with the blocks between its marks. Raises KeyError for a mark or a step without its partner."""
    marks = re.findall(r"<!-- step: (\S+) -->", text)
    if sorted(marks) != sorted(blocks):
        raise KeyError(f"steps {sorted(blocks)} do not match the marks {sorted(marks)}")

    def put(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n\n{blocks[mark[2]]}\n\n{mark[3]}"

    return re.sub(r"(?s)(<!-- step: (\S+) -->).*?(<!-- end -->)", put, text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only; 1 where a page differs")
    parser.add_argument("--json", action="store_true", help="print the figures; write nothing")
    args = parser.parse_args()
    knowledge = load()
    found = {name: figures(name, knowledge) for name in STORIES}
    if args.json:
        print(json.dumps({"knowledge_release": knowledge.release, **found}))
        return 0
    old = []
    for name, steps in found.items():
        path = PAGES / f"{name}.md"
        text = path.read_text()
        blocks = {"release": f"Knowledge release {knowledge.release}."} | {k: block(s) for k, s in steps.items()}
        if (new := filled(text, blocks)) != text:
            old.append(path.name)
            if not args.check:
                path.write_text(new)
    if args.check and old:
        print(f"Not what the code says now: {', '.join(old)}. Run: python benchmarks/worked_examples.py")
    return 1 if args.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
