"""Treatments as the rules over hours see them: what they are known to do, and how long they may explain it."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.courses import Courses, Expected
from holdfast.record.case_entries import TreatmentEntry


@dataclass(frozen=True)
class Given:
    """One treatment that was recorded."""

    at_us: int
    what: str
    """In the words of the one who gave it."""
    expected: Expected

    @property
    def explains_us(self) -> int:
        """For so long after it a change is not called unexplained."""
        return int(self.expected.explains_min * US_PER_MIN)

    def does(self, sign: str, direction: str) -> bool:
        """Whether it is known to move this sign up or down."""
        return any((one.sign, one.direction) == (sign, direction) for one in self.expected.effects)


def given(courses: Courses, treatments: Sequence[TreatmentEntry]) -> tuple[Given, ...]:
    """The treatments with what is expected of them, oldest first."""
    entries = (Given(one.at_us, one.what, courses.expected_of(one.category, one.what)) for one in treatments)
    return tuple(sorted(entries, key=lambda one: one.at_us))
