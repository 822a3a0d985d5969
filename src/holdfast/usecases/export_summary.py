"""The summary of an export that a person reads. It says nothing that the export withholds."""

from collections.abc import Mapping
from typing import NamedTuple

from holdfast.custody.item import items
from holdfast.custody.words import sentence
from holdfast.kernel import typed
from holdfast.kernel.time import iso
from holdfast.record import custody_events as cu
from holdfast.record import events as ev
from holdfast.record.inquiry_events import IncidentsCompared
from holdfast.record.leaf import Shown
from holdfast.usecases.documents import Block, Document, Heading, Picture, Text
from holdfast.usecases.inquiry_words import statement_words

PRINTED_MAX = 800
"""Characters of one entry in the PDF: more than any sentence of ours, less than what a program wrote."""


class Told(NamedTuple):
    """Events of one stream, and what the export shows of each."""

    events: list[ev.Recorded]
    entries: list[Shown]

    def lines(self) -> list[str]:
        return [_line(one, entry) for one, entry in zip(self.events, self.entries, strict=True)]


def summary(case_id: str, item_id: str, case: Told, service: Told, absent_pictures: list[str]) -> str:
    """Plain text: every event in order, the breaks of each item, the dog's service, what is not here."""
    lines = [
        f"Case {case_id}" + (f", item {item_id}" if item_id else ""),
        "",
        "Written by Holdfast from the events in this export; the events are what is proven, this page is for reading.",
        "To check: python verify_holdfast.py <this folder or zip> --key <key you were given another way>",
        "Times are UTC: when it happened, then when it was entered.",
        "",
        "ENTRIES",
    ]
    lines += case.lines()
    complete = {entry.version for entry in case.entries if not _hidden(entry)}
    lines += _custody(case.events, complete)
    if service.events:
        lines += ["", "SERVICE HISTORY OF THE DOG, AS LINKED TO THE CASE", *service.lines()]
    if absent_pictures:
        lines += ["", "PICTURES NAMED ABOVE THAT ARE NOT IN THIS EXPORT", *absent_pictures]
    return "\n".join(lines) + "\n"


def _line(one: ev.Recorded, entry: Shown) -> str:
    event = one.event
    hidden = _hidden(entry)
    happened = iso(event.at_us) if any(member.text.startswith('"at_us":') for member in entry.members) else "withheld"
    if isinstance(event, cu.CustodyFact | cu.CustodyOpinion) and not hidden:
        kind = "OPINION" if isinstance(event, cu.CustodyOpinion) else "fact"
        explained = event.explanation if isinstance(event, cu.CustodyFact) else ""
        said = f"{kind}: {sentence(event)}" + (f" (explained: {explained})" if explained else "")
    elif isinstance(event, IncidentsCompared) and not hidden:
        said = f"OPINION of Holdfast, data {event.data_release}: {' '.join(statement_words(event.page))}"
    else:
        values = [_member(member.text) for member in entry.members if member.text]
        said = "; ".join(value for value in values if value)
    note = f" [{hidden} parts withheld]" if hidden else ""
    return f"{entry.seq}. {happened} / {iso(one.recorded_us)} {one.actor}: {said}{note}"


def _member(text: str) -> str:
    """``"key":value`` in words; empty for what the line says already and for what has no value."""
    ((name, value),) = typed.from_json("{" + text + "}", dict[str, object]).items()
    if name == "at_us" or value in ("", None, []):
        return ""
    if isinstance(value, dict) and name != "page":
        value = ", ".join(f"{key.replace('_', ' ')} {one}" for key, one in value.items() if one not in ("", None, []))
    return str(value) if name == "kind" else f"{name.replace('_', ' ')} {value}"


def _custody(chosen: list[ev.Recorded], complete: set[int]) -> list[str]:
    """``complete``: versions of the entries that are shown whole."""
    lines: list[str] = []
    numbers = {one.version: one.seq for one in chosen}
    for item in items(chosen).values():
        number = item.created.number if item.created and item.steps[0].version in complete else "-"
        lines += ["", f"ITEM {number} ({item.item_id})"]
        # A break is told from several entries together: where one of them is withheld, the words could give it away.
        open_to_all = all(step.version in complete for step in item.steps)
        lines += [f"Not in the entry: {gap}" for gap in item.gaps if open_to_all]
        lines += [
            f"BREAK at entry {numbers[step.version]}: {text if open_to_all else '(told from withheld entries)'}"
            for step, text in item.breaks
        ]
        if not item.breaks:
            lines.append("The chain of hands has no break.")
    return lines


def _hidden(entry: Shown) -> int:
    return sum(1 for member in entry.members if member.hash)


def summary_document(text: str, pictures: Mapping[str, bytes]) -> Document:
    """The same for printing: made of nothing but that text and the pictures that lie in the export, by their hash."""
    title, *lines = text.splitlines()
    blocks: list[Block] = [_set(_cut(line)) for line in lines if line]
    blocks += [Heading("PICTURES")] if pictures else []
    blocks += [Picture(data, f"images/{digest}") for digest, data in pictures.items()]
    return Document(title=title, foot=f"{title}. For reading; what is proven are the events.", blocks=tuple(blocks))


def _cut(line: str) -> str:
    """A second look is written down whole; on paper it would be pages of braces."""
    more = len(line) - PRINTED_MAX
    return line if more <= 0 else f"{line[:PRINTED_MAX]} ... ({more} more characters in summary.txt and in the event)"


def _set(line: str) -> Block:
    if line.isupper():
        return Heading(line)
    if line.startswith("ITEM "):
        return Heading(line, 2)
    if line.startswith(("BREAK ", "Not in the entry: ")):
        return Text(line, "problem")
    return Text(line, "opinion" if ": OPINION: " in line else "plain")
