"""What every part of a page is made of: names as a sentence takes them, and numbers with where they were taken from."""

from typing import Any

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.explain import Number
from holdfast.reasoning.world import unlisted_system

Page = dict[str, Any]


def rounded(p: float) -> float:
    """Three digits: more would pretend to a precision that the ranges deny."""
    return round(p, 3)


def disease_name(key: str, knowledge: Knowledge) -> str:
    """Name of a disease, or of the place that something unlisted of a system has."""
    system = unlisted_system(key)
    if system is not None:
        return f"something {system.replace('_', ' ')} that is not on the list"
    return knowledge.diseases[key].name


def source_of(source: str, knowledge: Knowledge) -> Page:
    """A source as the page links it; empty for an estimate of ours."""
    known = knowledge.sources.get(source)
    return {
        "source_id": source,
        "source_title": known.title if known else "",
        "url": known.url if known else "",
    }


def number_page(number: Number, knowledge: Knowledge) -> Page:
    """One number with grade, counts, note and source."""
    return {
        "what": number.what,
        "value": number.value,
        "grade": number.grade.value,
        "n": number.n,
        "total": number.total,
        "note": number.note,
        **source_of(number.source, knowledge),
    }


def finding_name(key: str, knowledge: Knowledge) -> str:
    """Name of a finding as part of a sentence."""
    return in_sentence(knowledge.findings[key].name)


def in_sentence(name: str) -> str:
    """``CRT slow`` keeps its capitals, ``Weak pulse`` becomes part of a sentence."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
