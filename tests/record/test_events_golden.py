"""The canonical bytes of every kind of event are pinned: the hash chain is over them.

A file that no longer matches means that records written before cannot be verified any more. Never
change a golden file; give the event a new version beside the old one.
"""

from pathlib import Path

import pytest

from contract.examples import EVERY_KIND, EXAMPLES
from holdfast.kernel.canonical import encode
from holdfast.record.events import AnyEvent, decode_event, kind_of

GOLDEN = Path(__file__).parent / "golden"


def test_every_kind_has_an_example() -> None:
    assert {type(one) for one in EXAMPLES} == set(EVERY_KIND)
    assert len({kind_of(one) for one in EXAMPLES}) == len(EVERY_KIND)


def test_every_kind_has_a_golden_file_and_no_file_lost_its_kind() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {kind_of(one) for one in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=kind_of)
def test_canonical_bytes_are_the_golden_ones(example: AnyEvent) -> None:
    assert encode(example) == (GOLDEN / f"{kind_of(example)}.json").read_bytes()


@pytest.mark.parametrize("example", EXAMPLES, ids=kind_of)
def test_golden_bytes_read_as_the_example(example: AnyEvent) -> None:
    read = decode_event((GOLDEN / f"{kind_of(example)}.json").read_bytes())
    assert read == example
    assert type(read) is type(example)
