"""From the answers of an examination to findings.

A finding is present when one answer shows it. It is absent only when every line and place that could show it was
answered and each of them says so: a strong pulse in one limb says nothing about the other three.
"""

from collections.abc import Mapping

from holdfast.knowledge.examination import Form, Item
from holdfast.record.events import Presence


def findings_of(form: Form, answers: Mapping[tuple[str, str], str]) -> dict[str, Presence]:
    """What follows from the answers; ``answers``: the key of the option for each (line, place) that was answered.

    Lines, places and options that the form does not have (of an older form) say nothing.
    """
    shown: set[str] = set()
    looked: dict[str, bool] = {}
    for item in form.items:
        for place in item.places:
            shown |= _shown(item, place, answers)
            denied = _denied(item, place, answers)
            for finding in item.findings:
                looked[finding] = looked.get(finding, True) and finding in denied
    absent = {finding for finding, everywhere in looked.items() if everywhere} - shown
    return {finding: Presence.PRESENT if finding in shown else Presence.ABSENT for finding in sorted(shown | absent)}


def _shown(item: Item, place: str, answers: Mapping[tuple[str, str], str]) -> frozenset[str]:
    option = item.option(answers.get((item.key, place), ""))
    return option.shows(place) if option else frozenset()


def _denied(item: Item, place: str, answers: Mapping[tuple[str, str], str]) -> frozenset[str]:
    option = item.option(answers.get((item.key, place), ""))
    return frozenset(option.absent) if option else frozenset()
