"""The ER7 reader: sloppy separators, charsets and escapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.gateways.hl7.er7 import STANDARD, Separators, decode, escape, parse, unescape
from holdfast.kernel.errors import SenderError


def test_fields_are_numbered_as_in_the_standard() -> None:
    message = parse(b"MSH|^~\\&|APP^1^L|FAC|||20240101||ORU^R01|7|P|2.6\rPID|1||x\r")
    assert message.msh.field(1) == "|"
    assert message.msh.field(2) == "^~\\&"
    assert message.msh.text(3, 2) == "1"
    assert message.msh.text(9, 2) == "R01"
    assert message.msh.text(10) == "7"


def test_what_is_not_there_is_empty() -> None:
    segment = parse(b"MSH|^~\\&|A").msh
    assert segment.field(99) == ""
    assert segment.text(3, 9) == ""
    assert segment.components(99) == [""]
    assert segment.repetitions(99) == [""]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_any_line_ending_parts_segments(ending: bytes) -> None:
    message = parse(ending.join([b"MSH|^~\\&|A", b"PID|1", b"OBX|1", b""]))
    assert [segment.name for segment in message.segments] == ["MSH", "PID", "OBX"]


def test_other_separators_are_used_when_declared() -> None:
    message = parse(b"MSH$*!\\%$A*B!C$F\rOBX$1$NM$1*2%3\r")
    assert message.separators == Separators("$", "*", "!", "\\", "%")
    assert message.segments[1].components(3) == ["1", "2%3"]


@pytest.mark.parametrize("header", [b"MSH|A|B", b"MSH||B", b"MSH|^^^^|B", b"MSH|"])
def test_impossible_separators_fall_back_to_the_usual(header: bytes) -> None:
    assert parse(header).separators == STANDARD


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [(b"UNICODE UTF-8", "utf-8"), (b"8859/5", "iso8859-5"), (b"GB 18030-2000", "gb18030"), (b"8859/1", "latin-1")],
)
def test_the_declared_charset_is_used(declared: bytes, encoding: str) -> None:
    name = {"utf-8": "Ångström", "iso8859-5": "Рекс", "gb18030": "雷克斯", "latin-1": "Ångström"}[encoding]
    raw = b"MSH|^~\\&|A||||||ORU^R01|1|P|2.6||||||" + declared + b"\rPID|1||" + name.encode(encoding)
    assert parse(raw).segments[1].text(3) == name


def test_wrongly_declared_ascii_falls_back() -> None:
    raw = b"MSH|^~\\&|A||||||ORU^R01|1|P|2.6||||||ASCII\rPID|1||"
    assert parse(raw + "Рекс".encode()).segments[1].text(3) == "Рекс"
    assert parse(raw + b"Caf\xe9").segments[1].text(3) == "Café"


def test_byte_order_marks_are_understood() -> None:
    text = "MSH|^~\\&|A\rPID|1||Ä"
    assert parse(text.encode("utf-8-sig")).segments[1].text(3) == "Ä"
    assert parse(text.encode("utf-16")).segments[1].text(3) == "Ä"


def test_escapes() -> None:
    assert unescape(r"a\F\b\S\c\T\d\R\e\E\f") == "a|b^c&d~e\\f"
    assert unescape(r"\X48C3A9\!") == "Hé!"
    assert unescape(r"line\.br\next") == "line\nnext"
    assert unescape(r"C:\path\unknown") == r"C:\path\unknown"


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_escaped_text_survives_a_message(text: str) -> None:
    raw = f"MSH|^~\\&|{escape(text)}x|end".encode()
    message = parse(raw)
    assert unescape(message.msh.field(3), message.separators) == text + "x"
    assert message.msh.field(4) == "end"


def test_a_message_without_header_is_refused_in_words() -> None:
    with pytest.raises(SenderError, match="no MSH segment"):
        parse(b"OBX|1|NM|x\r")


def test_an_absurd_number_of_segments_is_refused() -> None:
    with pytest.raises(SenderError, match="segments"):
        parse(b"MSH|^~\\&|A\r" + b"OBX|1\r" * 6_000)


@given(raw=st.binary(max_size=300))
def test_decoding_never_raises(raw: bytes) -> None:
    text, charset = decode(b"MSH" + raw)
    assert isinstance(text, str)
    assert charset
