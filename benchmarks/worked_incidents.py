"""The numbers of docs/explanation/incidents.md: Rex's fragment against his simulated past, as answers come in.

Run: ``python benchmarks/worked_incidents.py`` writes them anew between the marks of the page, ``... --check`` compares
them and exits with 1 where they differ. The history is that of ``holdfast demo``.
"""

import argparse
import re
import sys
from pathlib import Path

import msgspec

from holdfast.investigation import telling, words
from holdfast.investigation.compare import UNRECORDED, compare
from holdfast.investigation.places import all_places
from holdfast.investigation.question import US_PER_DAY, Question, question
from holdfast.kernel.time import from_iso
from holdfast.knowledge import injuries
from holdfast.knowledge.loader import load
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import ServiceEntryMade
from holdfast.simulation.scenarios.rex import REX
from holdfast.simulation.scenarios.rex_service import fragment

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "incidents.md"
FOUND_US = from_iso("2026-11-22T06:00:00+00:00")
CHART = all_places({key: region.sides for key, region in load().regions.items()})


def asked(lesion: iq.LesionDescribed) -> Question:
    """The question that this description of the fragment makes of Rex's history."""
    assert REX.past is not None
    entries = [
        ServiceEntryMade(
            at_us=FOUND_US + int(one.day * US_PER_DAY),
            entry_id=f"e{number}",
            end_us=None,
            place=one.place,
            by=one.by or REX.past.handler,
            note=one.note,
            what=one.what,
        )
        for number, one in enumerate(REX.past.entries)
    ]
    return question(lesion, entries, FOUND_US - int(REX.signalment.age_months * 30.44 * US_PER_DAY))


def step(lesion: iq.LesionDescribed) -> str:
    """What the page of the case would say of it."""
    data = injuries.load()
    told = asked(lesion)
    found = compare(data, told, CHART)
    names = {one.entry_id: words.title(one) for one in told.incidents} | {UNRECORDED: "An event that is not on record"}
    lines = ["| candidate | probability | range |", "| --- | --- | --- |"]
    for one in found.candidates:
        lines.append(f"| {names[one.key]} | {words.percent(one.probability)} | {words.spanned(one.low, one.high)} |")
    lines += ["", *(f"> {sentence}\n>" for sentence in words.conclusions(data, told, found))]
    lines += ["", "What would tell them apart:", ""]
    for doing in telling.steps(data, told, CHART, found):
        lines.append(f"- {doing.text}")
        lines += [f"  - {o.says}: {names[o.leader]}, {words.percent(o.probability)}" for o in doing.outcomes]
    return "\n".join(lines)


def grounds() -> str:
    """What speaks for and against the pipe, in the end."""
    told = asked(fragment(FOUND_US))
    pipe = next(one for one in told.incidents if "pipe" in one.incident.what)
    rows = [f"| {one.about} | {one.verdict} | {one.text} |" for one in words.grounds(injuries.load(), told, pipe)]
    return "\n".join(["| about | speaks | |", "| --- | --- | --- |", *rows])


def made() -> dict[str, str]:
    """The text between the marks of the page, by name."""
    last = fragment(FOUND_US)
    assert last.age is not None
    first = msgspec.structs.replace(
        last,
        found=iq.ObjectFound.METAL,
        found_basis=iq.Basis.EYE,
        material=iq.Material.NOT_RECORDED,
        age=None,
    )
    by_eye = msgspec.structs.replace(
        last.age, basis=iq.AgeBasis.EYE, by="Dr Ada Keller", reason="firm capsule, closed scar in the skin"
    )
    second = msgspec.structs.replace(first, age=by_eye)
    release = f"Data of injuries {injuries.load().release}."
    return {"release": release, "metal": step(first), "capsule": step(second), "answers": step(last), "pipe": grounds()}


def filled(text: str) -> str:
    """The page with everything between its marks made anew."""
    for name, between in made().items():
        begin, end = f"<!-- step: {name} -->", "<!-- end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{PAGE.name} has no place for {name}")
        text = pattern.sub(lambda _, new=f"{begin}\n\n{between}\n\n{end}": new, text, count=1)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    text = PAGE.read_text(encoding="utf-8")
    new = filled(text)
    if check:
        print("as on the page" if new == text else "differs: run python benchmarks/worked_incidents.py")
        return int(new != text)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
