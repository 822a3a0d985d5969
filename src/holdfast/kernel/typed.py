"""Values of a type, from bytes or from plain values; the one place where msgspec is asked for them.

msgspec looks up what a type consists of when it first meets it, and keeps it with the type before it is complete. A
second thread that meets the type meanwhile reads what is not there yet, and the process dies of it (seen with 0.22:
two pages opened right after a start). Here each type is looked up under one lock before it is used.
"""

import threading
from collections.abc import Hashable
from typing import Any, TypeVar, overload

import msgspec

_T = TypeVar("_T")

_looking = threading.RLock()
_known: set[Hashable] = set()


@overload
def convert(raw: Any, kind: type[_T], *, strict: bool = ..., from_attributes: bool = ...) -> _T: ...
@overload
def convert(raw: Any, kind: Any, *, strict: bool = ..., from_attributes: bool = ...) -> Any: ...
def convert(raw: Any, kind: Any, *, strict: bool = True, from_attributes: bool = False) -> Any:
    """Plain values as ``kind``. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(raw, _look_up(kind), strict=strict, from_attributes=from_attributes)


@overload
def from_json(data: bytes | str, kind: type[_T]) -> _T: ...
@overload
def from_json(data: bytes | str, kind: Any) -> Any: ...
def from_json(data: bytes | str, kind: Any) -> Any:
    """JSON as ``kind``. Raises ``msgspec.DecodeError``, of which ``msgspec.ValidationError`` is one."""
    return msgspec.json.decode(data, type=_look_up(kind))


@overload
def from_msgpack(data: bytes, kind: type[_T]) -> _T: ...
@overload
def from_msgpack(data: bytes, kind: Any) -> Any: ...
def from_msgpack(data: bytes, kind: Any) -> Any:
    """MessagePack as ``kind``. Raises ``msgspec.DecodeError``, of which ``msgspec.ValidationError`` is one."""
    return msgspec.msgpack.decode(data, type=_look_up(kind))


@overload
def json_decoder(kind: type[_T]) -> msgspec.json.Decoder[_T]: ...
@overload
def json_decoder(kind: Any) -> msgspec.json.Decoder[Any]: ...
def json_decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """For many values of one kind."""
    with _looking:
        return msgspec.json.Decoder(kind)


@overload
def msgpack_decoder(kind: type[_T]) -> msgspec.msgpack.Decoder[_T]: ...
@overload
def msgpack_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]: ...
def msgpack_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """For many values of one kind."""
    with _looking:
        return msgspec.msgpack.Decoder(kind)


def _look_up(kind: Any) -> Any:
    if kind not in _known:
        with _looking:
            msgspec.json.Decoder(kind)
            _known.add(kind)
    return kind
