"""Canonical bytes: one value, one spelling.

The hash chain is over bytes, so the bytes of an event must never depend on field order, on
white space or on the version of a library. Keys are sorted, there is no white space, and
text is UTF-8. Golden files in ``tests/record/golden`` pin the result.
"""

from typing import Any, TypeVar

import msgspec

from holdfast.kernel import typed

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Canonical JSON bytes of a msgspec-encodable value."""
    return _encoder.encode(value)


def decode(data: bytes, kind: type[T]) -> T:
    """Strictly decode canonical bytes; raises ``msgspec.ValidationError`` on anything unexpected."""
    return typed.from_json(data, kind)
