"""Small lists of numbers: none without a grade, and none that says nothing of where it is from."""

import pytest

from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge import calling_times, tray_watch, treatment_times
from holdfast.knowledge.figures import read_figures

LINE = "release: '1'\nfigures:\n  - {key: late, label: Late, value: 30, unit: min, grade: %s}\n"


def test_what_is_packaged_can_be_read_and_says_for_each_number_where_it_is_from() -> None:
    for figures in (treatment_times.load(), tray_watch.load(), calling_times.load().figures):
        for one in figures.by_key.values():
            assert one.note if one.grade == "estimate" else one.source, one.key


@pytest.mark.parametrize(
    ("grade", "said"), [("estimate", "does not say why"), ("secondary", "names no source"), ("sure", "cannot be read")]
)
def test_a_number_without_its_pedigree_is_refused(grade: str, said: str) -> None:
    with pytest.raises(HoldfastError, match=said):
        read_figures("times.yaml", LINE % grade)
