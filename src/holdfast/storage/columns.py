"""What the two databases do not write alike inside a statement: text, and the search for bytes in bytes."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from holdfast.storage.agreed import BLOCK_MARK

_ESCAPE = "\x1a"
_WRITTEN = {_ESCAPE: _ESCAPE + "1", "\x00": _ESCAPE + "0"}
_READ = {written: meant for meant, written in _WRITTEN.items()}


class Words(TypeDecorator[str]):
    """Any text, compared by its code points.

    PostgreSQL keeps no NUL in a text, and a device may well send one: there it is written as two other characters and
    read back as what it was. Its own order of words depends on the machine's language, and an index built in one
    order is wrong after the language's rules changed with an update: the order here is that of the bytes.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql" or not (_ESCAPE in value or "\x00" in value):
            return value
        return "".join(_WRITTEN.get(one, one) for one in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql" or _ESCAPE not in value:
            return value
        for written, meant in sorted(_READ.items()):  # The escape itself comes last.
            value = value.replace(written, meant)
        return value


class PlaceOfBlockMark(ColumnElement[int]):
    """Where the body of an event names a monitor block; 0 when it names none. The same expression must stand in an
    index and in the query that shall use it, so the bytes are written into the statement."""

    inherit_cache = True
    type = Integer()


@compiles(PlaceOfBlockMark, "sqlite")
def _in_sqlite(_element: PlaceOfBlockMark, _compiler: SQLCompiler, **_: Any) -> str:
    return f"instr(body, x'{BLOCK_MARK.hex()}')"


@compiles(PlaceOfBlockMark, "postgresql")
def _in_postgresql(_element: PlaceOfBlockMark, _compiler: SQLCompiler, **_: Any) -> str:
    return f"position('\\x{BLOCK_MARK.hex()}'::bytea in body)"
