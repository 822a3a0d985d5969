"""One value, one spelling."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.canonical import decode, encode
from holdfast.record.events import NoteWritten, WeightMeasured

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values))
def test_the_order_of_keys_makes_no_difference(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert encode(value) == encode(backwards)


@given(json_values)
def test_reading_and_writing_again_gives_the_same_bytes(value: object) -> None:
    assert encode(msgspec.json.decode(encode(value))) == encode(value)


def test_text_is_utf8_and_there_is_no_white_space() -> None:
    assert encode({"b": [1, "ä"], "a": None}) == '{"a":null,"b":[1,"ä"]}'.encode()


def test_reading_is_strict() -> None:
    assert decode(b'{"kind":"note_written.1","at_us":1,"text":"x"}', NoteWritten) == NoteWritten(at_us=1, text="x")
    for wrong in (
        b'{"kind":"note_written.1","at_us":1}',
        b'{"kind":"note_written.1","at_us":1,"text":"x","more":1}',
        b'{"kind":"note_written.1","at_us":"1","text":"x"}',
        b'{"kind":"note_written.2","at_us":1,"text":"x"}',
    ):
        with pytest.raises(msgspec.ValidationError):
            decode(wrong, NoteWritten)
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"kind":"weight_measured.1","at_us":1,"weight_kg":"12"}', WeightMeasured)
