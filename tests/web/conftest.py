"""An application on an empty in-memory record, with people in every role and one dog on a bed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.gateways.dicom.film_reports import DicomFilmReports
from holdfast.gateways.dicom.pixels import read_film
from holdfast.storage.film_files import MemoryFilms
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.usecases import accounts, beds, cases
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.live import Ward
from holdfast.usecases.reception import Reception
from holdfast.web.app import WebServices, create_app
from making import CountingIds, StandingClock
from web.web_house import PASSWORD, House, PlainHasher, knowledge


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = StandingClock()
    store = MemoryStore()
    ctx = Context(store=store, book=CaseBook(store), clock=clock, ids=CountingIds(), knowledge=knowledge())
    kept = SqlAccounts(tmp_path / "accounts.db")
    hasher = PlainHasher()
    for role in accounts.Role:
        accounts.create_account(
            ctx, kept, hasher, actor="holdfast", login=role, name=f"A {role}", role=role, password=PASSWORD
        )
    beds.add_bed(ctx, actor="holdfast", bed="Bed 1")
    beds.add_bed(ctx, actor="holdfast", bed="Bed 2")
    admission = cases.Admission(name="Rex", breed="Malinois", weight_kg=32.0, bed="Bed 1", training=True)
    case_id = cases.admit(ctx, actor="holdfast", admission=admission)
    ward = Ward(ctx)
    films = MemoryFilms()
    reception, reports = Reception(ctx, films), DicomFilmReports()
    services = WebServices(ctx, kept, ward, films, reception, read_film, reports, secure_cookies=False, hasher=hasher)
    yield House(create_app(services), services, clock, ward, case_id)
    store.close()
