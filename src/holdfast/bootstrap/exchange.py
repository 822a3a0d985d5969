"""What the commands of the exchange are handed: the record, its interface, machine accounts; no server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from holdfast.bootstrap.house import RandomIds, SystemClock, demand_record, open_store
from holdfast.config import Config
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.gateways.fhir.terminology import read_codings
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
def open_exchange(config: Config, *, new: bool = False) -> Iterator[ExchangeHouse]:
    """Open the record; ``new`` makes one where there is none. Raises ``OperatorError``."""
    if not new:
        demand_record(config)
    store = open_store(config.database)
    machines = SqlMachines(config.database)
    try:
        ctx = Context(
            store=store, book=CaseBook(store), clock=SystemClock(), ids=RandomIds(), knowledge=load_knowledge()
        )
        yield ExchangeHouse(ctx, FhirDesk(ctx, read_codings(config.data_dir)), FilmFiles(config.films), machines)
    finally:
        machines.close()
        store.close()
