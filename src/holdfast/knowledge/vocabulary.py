"""One spelling for every name: case, spacing, hyphens, plurals and UK or US spelling do not matter.

Names are folded on both sides of a comparison, so a fold never has to be good English; it only
has to keep different names apart. ``loader`` refuses a release in which two findings fold alike.
"""

import re

from holdfast.knowledge.model import Knowledge

_SEPARATORS = re.compile(r"[\s\-_/,.;:()]+")
_UK_TO_US = (
    ("aemi", "emi"),
    ("haem", "hem"),
    ("anaes", "anes"),
    ("aesth", "esth"),
    ("oedem", "edem"),
    ("oesoph", "esoph"),
    ("rrhoe", "rrhe"),
    ("pnoea", "pnea"),
    ("leuco", "leuko"),
    ("tumour", "tumor"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("localised", "localized"),
    ("generalised", "generalized"),
    ("compartmentalised", "compartmentalized"),
    ("vocalis", "vocaliz"),
    ("ischaem", "ischem"),
    ("caecum", "cecum"),
    ("faec", "fec"),
    ("paed", "ped"),
    ("metre", "meter"),
)
_PLURAL_LENGTH_MIN = 5
"""Shorter words keep their s: "gas", "plus" and "pus" are not plurals."""


def fold(text: str) -> str:
    """The comparison form of a name: ``"Diarrhoea, bloody"`` and ``"diarrhea-bloody"`` give the same."""
    words = [word for word in _SEPARATORS.split(text.strip().lower()) if word]
    return "_".join(_fold_word(word) for word in words)


def _fold_word(word: str) -> str:
    for uk, us in _UK_TO_US:
        word = word.replace(uk, us)
    plural = len(word) >= _PLURAL_LENGTH_MIN and word.endswith("s") and not word.endswith(("ss", "us", "is", "as"))
    return word[:-1] if plural else word


def find_key(knowledge: Knowledge, text: str) -> str | None:
    """Key of the finding that ``text`` names (key, name, synonym or alias); None when it names none."""
    if text in knowledge.findings:
        return text
    return knowledge.aliases.get(text) or knowledge.aliases.get(fold(text))


def find_diseases(knowledge: Knowledge, text: str) -> tuple[str, ...]:
    """Keys of the diseases that ``text`` can mean; empty when it names none that is known."""
    if text in knowledge.diseases:
        return (text,)
    return knowledge.disease_aliases.get(text) or knowledge.disease_aliases.get(fold(text), ())
