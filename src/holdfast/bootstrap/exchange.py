"""What the commands of the exchange are handed: the record, its interface, machine accounts; no server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfast.bootstrap.house import RandomIds, SystemClock, open_store
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.gateways.fhir.terminology import read_codings
from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_machines import SqlMachines
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context


@dataclass(frozen=True)
class ExchangeHouse:
    """A record that may be served by another process at the same time."""

    ctx: Context
    desk: FhirDesk
    films: FilmFiles
    machines: SqlMachines


@contextmanager
def open_exchange(data_dir: Path, *, new: bool = False) -> Iterator[ExchangeHouse]:
    """Open the record in this folder; ``new`` makes one where there is none. Raises ``OperatorError``."""
    database = data_dir / "holdfast.db"
    if not new and not database.exists():
        raise OperatorError(f"There is no record in {data_dir}.", "Name the folder of the record with --data.")
    store = open_store(database)
    machines = SqlMachines(database)
    try:
        ctx = Context(
            store=store, book=CaseBook(store), clock=SystemClock(), ids=RandomIds(), knowledge=load_knowledge()
        )
        yield ExchangeHouse(ctx, FhirDesk(ctx, read_codings(data_dir)), FilmFiles(data_dir / "films"), machines)
    finally:
        machines.close()
        store.close()
