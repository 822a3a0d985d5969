"""Writes the pages, and parts of pages, that are made from data: ``python docs/generate.py``.

A test compares them with the data; it fails when this was not run after a change.
"""

import importlib.util
import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import yaml

from holdfast.calling import course as call_course
from holdfast.custody import table as custody
from holdfast.hold import order
from holdfast.knowledge.calling_times import load as load_calling_times
from holdfast.knowledge.care import Figure
from holdfast.knowledge.doses import Dose
from holdfast.knowledge.figures import Figures
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.knowledge.recovery_care import load as load_recovery
from holdfast.knowledge.scores import Item, ScoreRule, Statement
from holdfast.knowledge.surgery_lists import load as load_surgery
from holdfast.knowledge.tray_watch import load as load_tray_watch
from holdfast.knowledge.treatment_times import load as load_treatment_times
from holdfast.record import alarm_state
from holdfast.resuscitation.course import TRANSITIONS, Phase
from holdfast.surgery import course as surgery_course
from holdfast.treatments import table as treatments

REFERENCE = Path(__file__).parent / "reference"
DEGRADATION = Path(__file__).parent / "degradation.yaml"


def _beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = _beside("security_tables")
ENTRIES = _beside("entry_tables")

USES = {
    "cpr": "During an arrest",
    "reversal": "Reversal during an arrest",
    "defibrillation": "Defibrillation",
    "emergency": "Emergencies",
    "analgesia": "Pain",
}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def doses(knowledge: Knowledge) -> str:
    parts = []
    for use, title in USES.items():
        rows = [dose_row(knowledge, dose) for dose in knowledge.care.doses.values() if dose.use == use]
        head = ("drug", "when", "dose", "route", "again", "grade", "source", "what disagrees, cautions")
        parts += [f"### {title}", table(head, rows)]
    return "\n\n".join(parts)


def dose_row(knowledge: Knowledge, dose: Dose) -> tuple[str, ...]:
    numbers = dose.range
    amount = f"{span(numbers.low, numbers.high)} {numbers.unit}"
    if dose.give_over:
        amount += f", {dose.give_over}" if not dose.give_over[0].isdigit() else f" over {dose.give_over}"
    if dose.most:
        amount += f"; at most {dose.most.amount:g} {dose.most.unit}"
    says = [
        f"{one.says} ({'older: ' if one.superseded else ''}{link(knowledge, one.source)})" for one in dose.disagrees
    ]
    species = "" if "dog" in dose.species else " (not for dogs)"
    beside = " ".join((*([numbers.note] if numbers.note else []), *says, *dose.cautions))
    sources = ", ".join(link(knowledge, source) for source in (numbers.source, *dose.agrees))
    again = repeats(dose)
    routes = ", ".join(dose.routes)
    return dose.drug + species, dose.indication, amount, routes, again, numbers.grade.value, sources, beside


def repeats(dose: Dose) -> str:
    repeat = dose.repeat
    if repeat is None:
        return "not printed"
    if repeat.times is not None:
        return "once" if repeat.times == 1 else f"{repeat.times} times"
    ends = [f"{seconds / 60:g}" for seconds in (repeat.from_s, repeat.to_s) if seconds is not None]
    return f"after {' to '.join(ends)} min"


def scores(knowledge: Knowledge) -> str:
    return "\n\n".join(score(knowledge, rule) for rule in knowledge.care.scores.values())


def score(knowledge: Knowledge, rule: ScoreRule) -> str:
    worse = "A higher" if rule.worse == "up" else "A lower"
    facts = [f"Grade {rule.grade.value}, source: {link(knowledge, rule.source)}."]
    if rule.kind != "ratio":
        facts.append(f"Total {span(rule.low, rule.high)}.")
    facts.append(f"{worse} value is worse. What is older than {rule.within_h:g} h does not fill it (ours).")
    if rule.minimum:
        facts.append(f"From {rule.minimum} on it is the syndrome.")
    if rule.form:
        facts.append(f"Form: {rule.form}.")
    if rule.note:
        facts.append(rule.note)
    if rule.risk:
        formula = f"1 / (1 + exp(-({rule.risk.slope:g} x score + {rule.risk.intercept:g})))"
        facts.append(f"Risk of {rule.risk.of}: {formula}; grade {rule.risk.grade.value}.")
    rows = [(item.name, points(item)) for item in rule.items]
    said = [said_row(knowledge, "limit of use", one) for one in rule.limits]
    said += [said_row(knowledge, "evidence", one) for one in rule.evidence]
    return "\n\n".join(
        (
            f"### {rule.name}",
            " ".join(facts),
            table(("item", "points"), rows),
            table(("", "statement", "grade", "source"), said),
        )
    )


def said_row(knowledge: Knowledge, kind: str, one: Statement) -> tuple[str, ...]:
    return kind, one.text, one.grade.value, link(knowledge, one.source) if one.source else "ours"


def points(item: Item) -> str:
    if item.steps is not None:
        return f"{item.steps[0]:g} to {item.steps[1]:g}"
    told = [f"{level.score:g}: {level.text}" for level in item.levels]
    below: float | None = None
    unit = f"{item.observation}" + (f" / {item.divide_by:g}" if item.divide_by != 1 else "")
    for band in item.bands:
        if band.up_to is None:
            told.append(f"{band.score:g}: above {below:g}")
        else:
            told.append(f"{band.score:g}: to {band.up_to:g}")
        below = band.up_to
    return "; ".join(told) + (f" (`{unit}`)" if item.bands else "") if told else f"`{item.observation}`"


def figures(knowledge: Knowledge) -> str:
    rows = [figure_row(knowledge, one) for one in knowledge.care.cpr.values()]
    return table(("number", "value", "grade", "source", "note, what disagrees"), rows)


def figure_row(knowledge: Knowledge, one: Figure) -> tuple[str, ...]:
    value = span(one.value, one.high if one.high is not None else one.value)
    notes = [one.note, f"{one.conflict} ({link(knowledge, one.conflict_source)})" if one.conflict else ""]
    source = link(knowledge, one.source) if one.source else "ours"
    return one.label, f"{value} {one.unit}", one.grade.value, source, " ".join(note for note in notes if note)


def course(_: Knowledge) -> str:
    rows = [(state.value, step.value.replace("_", " "), to.value) for (state, step), to in TRANSITIONS.items()]
    return f"{diagram(TRANSITIONS.items(), Phase.COMPRESSIONS)}\n\n{table(('phase', 'touch', 'phase after it'), rows)}"


def end_of_life(_: Knowledge) -> str:
    ends = tuple(state for state in order.OrderState if state in order.ENDS)
    return diagram(order.TRANSITIONS.items(), order.OrderState.ORDERED, ends)


def wrapping(_: Knowledge) -> str:
    return diagram([(key, to) for key, (to, _) in custody.WRAPPING.items()], custody.Wrap.LOOSE)


def treatment_order(_: Knowledge) -> str:
    ends = tuple(state for state in treatments.State if state in treatments.ENDS)
    begins = f"    {OUTSIDE} --> waiting: ordered by a technician\n    {OUTSIDE} --> active: ordered by a vet"
    drawn = diagram(treatments.TRANSITIONS.items(), None, ends)
    return drawn.replace("stateDiagram-v2", f"stateDiagram-v2\n{begins}", 1)


def whereabouts(_: Knowledge) -> str:
    return diagram(
        [(key, to) for key, (to, _) in custody.WHEREABOUTS.items()], custody.Where.HAND, (custody.Where.GONE,)
    )


def alarm(_: Knowledge) -> str:
    return diagram(alarm_state.TRANSITIONS.items(), None)


def call(_: Knowledge) -> str:
    ends = (call_course.Phase.ANSWERED, call_course.Phase.WITHDRAWN)
    return diagram(call_course.TRANSITIONS.items(), call_course.Phase.OPEN, ends)


def listed(figures: Figures) -> str:
    """Small lists of numbers, each with where it is from."""
    rows = [
        (one.label, f"{one.value:g} {one.unit}", one.grade, one.source or "ours", one.note)
        for one in figures.by_key.values()
    ]
    return table(("number", "value", "grade", "source", "note"), rows)


def calling_times(_: Knowledge) -> str:
    return listed(load_calling_times().figures)


def treatment_times(_: Knowledge) -> str:
    return listed(load_treatment_times())


def tray_watch(_: Knowledge) -> str:
    return listed(load_tray_watch())


def home_rules(_: Knowledge) -> str:
    rows = [
        (one.words, one.advice.replace("_", " "), one.grade, one.source or f"ours. {one.note}")
        for one in load_recovery().home
    ]
    return table(("rule", "advice", "grade", "source"), rows)


def surgery(_: Knowledge) -> str:
    names = {phase: phase.value.replace(" ", "_") for phase in surgery_course.Phase}
    lines = ["stateDiagram-v2", f"    {OUTSIDE} --> planned"]
    lines += [
        f"    {names[phase]} --> {names[following]}: {step.value.replace('_', ' ')}"
        for (phase, step), following in surgery_course.TRANSITIONS.items()
    ]
    return "```mermaid\n" + "\n".join([*lines, f"    signed_out --> {OUTSIDE}"]) + "\n```"


def surgery_lists(_: Knowledge) -> str:
    lists = load_surgery()
    rows = [
        (one.label, item.text, lists.sources[item.source - 1] if item.source else "ours")
        for one in lists.lists
        for item in one.items
    ]
    return table(("list", "line", "after"), rows)


OUTSIDE = "[*]"
"""How a diagram writes what is no state: before the first, after the last."""


def diagram(
    table: Iterable[tuple[tuple[StrEnum | None, StrEnum], StrEnum | None]],
    first: StrEnum | None,
    ends: tuple[StrEnum, ...] = (),
) -> str:
    """Mermaid text of a state machine, from the items of its table (state, happening) -> state.

    ``first`` is where it begins (None: the table says it itself), ``ends`` are the states that nothing leaves.
    """
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, happening), following in table:
        arrows.setdefault((state_name(state), state_name(following)), []).append(happening.value.replace("_", " "))
    lines = ["stateDiagram-v2"]
    if first is not None:
        lines.append(f"    {OUTSIDE} --> {state_name(first)}")
    lines += [f"    {state} --> {following}: {' or '.join(names)}" for (state, following), names in arrows.items()]
    lines += [f"    {state_name(end)} --> {OUTSIDE}" for end in ends]
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def state_name(state: StrEnum | None) -> str:
    return OUTSIDE if state is None else state.value.replace(" ", "_")


def degradation(_: Knowledge) -> str:
    rows = [
        (one["gone"], one["works"], one["lost"], one["said"], ", ".join(f"`{test}`" for test in one["shown_by"]))
        for one in yaml.safe_load(DEGRADATION.read_text(encoding="utf-8"))
    ]
    return table(("gone", "what still works", "what is lost", "where it is said", "shown by"), rows)


def span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def link(knowledge: Knowledge, source: str) -> str:
    found = knowledge.sources[source]
    return f"[{found.title}]({found.url})"


PARTS: dict[str, dict[str, Callable[[Knowledge], str]]] = {
    "doses-and-scores.md": {"doses": doses, "scores": scores},
    "calling.md": {"call": call, "calling times": calling_times},
    "treatments.md": {"treatment times": treatment_times},
    "end-of-life.md": {"tray watch": tray_watch},
    "recovery.md": {"home rules": home_rules},
    "state-machines.md": {
        "end of life": end_of_life,
        "alarm": alarm,
        "wrapping": wrapping,
        "whereabouts": whereabouts,
        "treatment order": treatment_order,
    },
    "operations.md": {"degradation": degradation},
    "surgery.md": {"surgery": surgery, "surgery lists": surgery_lists},
    "security.md": {"asvs": lambda _: TABLES.asvs()},
    "inputs.md": {
        "entries": lambda _: ENTRIES.entries(TABLES.table),
        "limits": lambda _: ENTRIES.limit_rows(TABLES.table),
    },
    "hazards.md": {"hazards": lambda _: TABLES.hazards()},
    "roles.md": {"roles": lambda _: TABLES.roles()},
    "resuscitation.md": {"course": course, "numbers": figures},
}
"""What is made from data, by page and by the name of its place."""


def filled(page: str, text: str, knowledge: Knowledge) -> str:
    """The text of a page with everything between its marks made anew."""
    for name, made in PARTS[page].items():
        begin, end = f"<!-- made from data: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{page} has no place for {name}: write {begin} and {end}.")
        between = f"{begin}\n{made(knowledge)}\n{end}"
        text = pattern.sub(lambda _, between=between: between, text)  # type: ignore[misc]
    return text


def main() -> None:
    knowledge = load()
    for page in PARTS:
        path = REFERENCE / page
        path.write_text(filled(page, path.read_text(encoding="utf-8"), knowledge), encoding="utf-8")


if __name__ == "__main__":
    main()
