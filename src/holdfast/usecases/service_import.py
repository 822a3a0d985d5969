"""Reading a file into a dog's service: tried first, then taken whole or not at all.

Rows that cannot be read are kept with the reason on the dog's stream, beside those that were taken. A row that is on
record already (the same file again, or a longer one) is passed over, also when it was corrected since.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import OperatorError
from holdfast.record import service_events as se
from holdfast.record.events import AnyEvent
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.service import checked_entry
from holdfast.usecases.service_rows import Columns, Read, Table, check_columns, read_row, table


@dataclass(frozen=True)
class Trial:
    """What taking the file would do."""

    table: Table
    new: tuple[Read, ...]
    known: tuple[Read, ...]
    """On record already, or twice in the file."""
    refused: tuple[Read, ...]
    before: bool
    """This very file was read in the same way before."""


def try_out(ctx: Context, service_id: str, text: str, said: Columns, instant: Callable[[datetime], int]) -> Trial:
    """Read the file and write nothing."""
    dog = ctx.book.service_dog(service_id)
    rows = table(text)
    check_columns(said, rows.header)
    new: dict[str, Read] = {}
    known, refused = [], []
    for row in rows.rows:
        read = read_row(service_id, row, said, rows.sha256, instant, lambda event: checked_entry(ctx, event))
        if read.event is None:
            refused.append(read)
        elif read.event.entry_id in dog.entries or read.event.entry_id in new:
            known.append(read)
        else:
            new[read.event.entry_id] = read
    before = bool(ctx.store.recorded_by(_command(service_id, rows, said)))
    return Trial(rows, tuple(new.values()), tuple(known), tuple(refused), before)


def take(
    ctx: Context,
    *,
    actor: str,
    service_id: str,
    text: str,
    said: Columns,
    instant: Callable[[datetime], int],
    name: str = "",
    expected: str = "",
) -> Receipt:
    """Take the file: all of its readable rows in one commit, or none. ``expected`` is the hash that was tried."""
    rows = table(text)
    if expected and expected != rows.sha256:
        raise OperatorError("This is not the file that was tried.", "Try it again, then take it.")
    name = clean_text(name, "The name of the file")

    def build() -> list[AnyEvent]:
        trial = try_out(ctx, service_id, text, said, instant)
        entries = [read.event for read in trial.new if read.event is not None]
        told = se.ServiceImported(
            at_us=ctx.clock.now_us(),
            sha256=rows.sha256,
            name=name,
            columns=said.columns,
            rows=len(rows.rows),
            taken=len(entries),
            known=len(trial.known),
            refused=tuple(se.RefusedRow(row=read.row, text=read.text, why=read.why) for read in trial.refused),
        )
        return [*entries, told]

    stream = se.service_stream(service_id)
    command_id = _command(service_id, rows, said)
    return record_checked(ctx, actor=actor, stream=stream, build=build, command_id=command_id)


def _command(service_id: str, rows: Table, said: Columns) -> str:
    """The same file read in the same way is the same command."""
    digest = hashlib.sha256(encode(said)).hexdigest()
    return f"service-import.{service_id}.{rows.sha256}.{digest[:16]}"
