"""The numbers of injuries hold together, and a file that does not is refused with every fault named."""

from importlib import resources

import pytest

from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.injuries import FOUND, load, read, rows
from holdfast.record.inquiry_events import AgeBasis, Basis
from holdfast.record.service_events import Mechanism

DATA = (resources.files("holdfast.knowledge") / "injuries.yaml").read_bytes()


def test_every_mechanism_and_basis_that_can_be_entered_has_its_numbers() -> None:
    data = load()
    for kind in Mechanism:
        for found in FOUND:
            assert 0 < data.leaving(kind, found).p < 1
        assert data.depth(kind).cavity > 0
    assert {row.basis for row in data.ages} == set(AgeBasis)
    assert {row.basis for row in data.misnamed} == set(Basis)


def test_every_source_is_cited_and_every_estimate_says_why() -> None:
    data = load()
    assert {one.id for one in data.sources} == {row.source for _, row in rows(data) if row.source}
    assert all(row.note for _, row in rows(data))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"skin: 0.25, muscle: 0.3, bone: 0.15", b"skin: 0.35, muscle: 0.3, bone: 0.15", "add up"),
        (b"p: 0.55, within: 3", b"p: 0.55, within: 0.5", "factor above 1"),
        (b"p: 0.55, within: 3", b"p: 1.55, within: 3", "below 1"),
        (b"p: 0.55, within: 3, grade: estimate", b"p: 0.55, within: 3, grade: published", "needs a source"),
        (b"source: embedded_collar", b"source: nowhere", "not in the file"),
        (b"found: projectile, p: 0.55", b"found: laser, p: 0.55", "nothing that is found"),
        (b'version: "1"', b"version: [", "cannot be read"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(old: bytes, new: bytes, says: str) -> None:
    assert old in DATA
    with pytest.raises(HoldfastError, match=says):
        read(DATA.replace(old, new, 1))
