"""The expected courses hold together, and the words of whoever gave something find their entry."""

import pytest

from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge import courses
from holdfast.monitoring.shown import BY_KEY

CATEGORIES = (
    "oxygen",
    "fluid",
    "analgesic",
    "sedative",
    "vasopressor",
    "antibiotic",
    "antidote",
    "transfusion",
    "other",
)


@pytest.mark.parametrize(
    ("category", "what", "key"),
    [
        ("sedative", "Dexmedetomidine 3 ug/kg", "dexmedetomidine"),
        ("analgesic", "METHADONE 0.2 mg/kg iv", "methadone"),
        ("other", "atropine", "anticholinergic"),
        ("fluid", "LRS", "fluid_bolus"),
        ("vasopressor", "vasopressin", "vasopressor"),
        ("antibiotic", "ampicillin", "other"),
        ("analgesic", "something new", "other"),
    ],
)
def test_a_treatment_finds_what_may_be_expected_of_it(category: str, what: str, key: str) -> None:
    assert courses.load().expected_of(category, what).key == key


def test_every_category_of_treatment_has_an_entry_and_every_number_a_label() -> None:
    known = courses.load()
    for category in CATEGORIES:
        assert known.expected_of(category, "").explains_min > 0
    for sign in known.signs:
        assert all(source in BY_KEY for source in sign.sources)
        assert all(BY_KEY[source].unit == sign.unit for source in sign.sources)


def test_figures_that_were_published_say_of_how_many_animals() -> None:
    for one in courses.load().expected:
        if one.grade == "published":
            assert any(mark in one.source for mark in ("n=", "dogs")), one.key


BROKEN = {
    "a sign twice": ("key: rr\n", "key: hr\n", "is there twice"),
    "an estimate with a source": ('grade: estimate\n  source: ""', "grade: estimate\n  source: mine", "has no source"),
    "an unknown sign": ("sign: sap,", "sign: cvp,", "unknown sign cvp"),
    "an unknown field": ("alone_min: 90", "alone: 90", "cannot be read"),
    "an effect that ends before it begins": ("from_min: 5, to_min: 60", "from_min: 60, to_min: 5", "before it begins"),
}


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_does_not_hold_together_is_refused_in_words(old: str, new: str, said: str) -> None:
    path = courses.resources.files("holdfast.knowledge") / "courses.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(HoldfastError, match=said):
        courses.read(text.replace(old, new, 1).encode())
    assert courses.read(text.encode()).release != courses.read(text.encode() + b"\n").release
