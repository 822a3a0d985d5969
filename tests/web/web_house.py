"""What the tests of pages share: a house with people and a dog, and browsers to open it with."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fake_calling import make_desk
from holdfast.bootstrap.proofs import RecordProofs
from holdfast.gateways.dicom.film_reports import DicomFilmReports
from holdfast.gateways.dicom.pixels import read_film
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.knowledge.loader import load
from holdfast.storage.film_files import MemoryFilms
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.signing_key import check_signature
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_machines import SqlMachines
from holdfast.storage.sql_sign_in import SqlOutsideIdentities, SqlSecondFactors
from holdfast.usecases import accounts, beds, cases
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.live import Ward
from holdfast.usecases.reception import Reception
from holdfast.usecases.witnessing import Witnessing
from holdfast.web.app import WebServices, create_app
from holdfast.web.sign_in import SignIn
from making import CountingIds, StandingClock

PASSWORD = "a long sentence"
LOOPS: list[BlockingPortal] = []
"""The event loop that browsers share while there is one; else each request starts a loop and a thread of its own."""


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"plain:{password}"


@cache
def knowledge():
    return load()


@dataclass
class House:
    """What a test of a page needs."""

    app: Starlette
    services: WebServices
    clock: StandingClock
    ward: Ward
    case_id: str
    clients: dict[str, TestClient] = field(default_factory=dict)

    @property
    def ctx(self) -> Context:
        return self.services.ctx

    def client(self, login: str = "") -> TestClient:
        """A browser; signed in when a login is named."""
        if login not in self.clients:
            client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
            client.portal = LOOPS[-1] if LOOPS else None
            if login:
                answer = client.post("/login", data={"login": login, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            self.clients[login] = client
        return self.clients[login]

    def csrf(self, login: str) -> str:
        found = re.search(r'name="csrf" content="([^"]*)"', self.client(login).get("/account").text)
        assert found
        return found.group(1)

    def post(self, login: str, path: str, data: dict[str, object] | None = None) -> httpx.Response:
        """A form as the browser of ``login`` sends it."""
        return self.client(login).post(path, data={"csrf": self.csrf(login), **(data or {})})

    def post_json(self, login: str, path: str, content: dict[str, object]) -> httpx.Response:
        return self.client(login).post(path, json=content, headers={"x-csrf-token": self.csrf(login)})


def make_house(tmp_path: Path, clock: StandingClock) -> House:
    """A house on an empty in-memory record, with people in every role and one dog on a bed."""
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
    proofs = RecordProofs(tmp_path, store, films)
    proofs.make_key("clinic.example/er")
    services = WebServices(
        ctx,
        kept,
        ward,
        films,
        Reception(ctx, films),
        proofs=proofs,
        witnessing=Witnessing(ctx, proofs, films, check_signature, ThreadPoolExecutor(1)),
        paper=PdfPaper(),
        film_reports=DicomFilmReports(),
        read_film=read_film,
        desk=make_desk(ctx),
        exchange=FhirDesk(ctx, {}),
        machines=SqlMachines(tmp_path / "accounts.db"),
        sign_in=SignIn(
            SqlSecondFactors(tmp_path / "accounts.db", tmp_path), SqlOutsideIdentities(tmp_path / "accounts.db")
        ),
        secure_cookies=False,
        hasher=hasher,
    )
    return House(create_app(services), services, clock, ward, case_id)
