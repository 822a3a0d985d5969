"""The hash link: no two different sequences of fields may give the same hash."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.chain import GENESIS, link_hash

fields = st.lists(st.binary(max_size=12), max_size=6)


def test_the_definition() -> None:
    by_hand = hashlib.sha256((3).to_bytes(8, "big") + b"abc" + (2).to_bytes(8, "big") + b"17" + bytes(8)).digest()
    assert link_hash(["abc", 17, b""]) == by_hand
    assert bytes(32) == GENESIS


@given(fields, fields)
def test_different_fields_give_different_hashes(one: list[bytes], other: list[bytes]) -> None:
    assert (link_hash(one) == link_hash(other)) == (one == other)


@given(st.binary(min_size=1, max_size=20), st.data())
def test_a_byte_cannot_slide_into_the_neighbour(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data) - 1))
    assert link_hash([data[:cut], data[cut:]]) != link_hash([data[: cut + 1], data[cut + 1 :]])


@given(st.text(max_size=20))
def test_text_counts_as_its_utf8(text: str) -> None:
    assert link_hash([text]) == link_hash([text.encode()])
