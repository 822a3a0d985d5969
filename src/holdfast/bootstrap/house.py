"""One running Holdfast: what it is made of, and how that is wired."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from holdfast.bootstrap.analysis_queue import AnalysisQueue
from holdfast.bootstrap.book_keeping import BookKeeper, open_book
from holdfast.bootstrap.figures import Figures
from holdfast.bootstrap.health import Health
from holdfast.bootstrap.hooks import Hooks, open_hooks
from holdfast.bootstrap.measured_store import measured
from holdfast.bootstrap.operations import HouseOperations, read_token
from holdfast.bootstrap.proofs import RecordProofs
from holdfast.config import Config
from holdfast.gateways.calling.apprise_channels import AppriseChannels
from holdfast.gateways.calling.settings import read_settings
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.gateways.fhir.terminology import read_codings
from holdfast.gateways.paper.pdf_paper import PdfPaper
from holdfast.gateways.witness.settings import read_witnesses
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.storage.database import Place, holds_record, in_short
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.link_key import load_or_make
from holdfast.storage.signing_key import check_signature
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_addresses import SqlAddresses
from holdfast.storage.sql_machines import SqlMachines
from holdfast.storage.sql_sign_in import SqlOutsideIdentities, SqlSecondFactors
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.accounts import offer_setup
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.context import Context
from holdfast.usecases.course_watch import CourseWatch
from holdfast.usecases.ingest import Intake
from holdfast.usecases.live import Ward
from holdfast.usecases.peers import Refusals
from holdfast.usecases.ports import Clock, Ids, Store
from holdfast.usecases.reception import Reception
from holdfast.usecases.tray_watch import TrayWatch
from holdfast.usecases.witnessing import Witnessing

SENDERS = 4
"""Messages that are handed to channels at the same time."""
MESSENGERS = 2
"""Visits to witnesses at the same time: one that hangs leaves a way for the others."""


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        return time.time_ns() // 1_000


class RandomIds:
    """Identifiers and secrets from the operating system's generator."""

    _LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
    """Without letters that are mistaken for digits when read aloud or typed."""

    def new_id(self) -> str:
        return "".join(secrets.choice(self._LETTERS) for _ in range(12))

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)


@dataclass
class House:
    """One running Holdfast: everything that was wired together."""

    config: Config
    ctx: Context
    accounts: SqlAccounts
    ward: Ward
    courses: CourseWatch
    trays: TrayWatch
    intake: Intake
    films: FilmFiles
    reception: Reception
    proofs: RecordProofs
    paper: PdfPaper
    analysis: AnalysisQueue
    """One thread: messages of a bed are analysed in the order they were committed, and beds take turns."""
    addresses: SqlAddresses
    not_analysed: dict[str, int]
    """By device, how many messages in a row were kept and answered, but came too fast to be analysed live."""
    senders: ThreadPoolExecutor
    """Messages to people: a channel that is slow holds up no other."""
    desk: CallDesk
    messengers: ThreadPoolExecutor
    """Visits to witnesses: none of them may hold up a call."""
    witnessing: Witnessing
    hooks: Hooks
    exchange: FhirDesk
    machines: SqlMachines
    factors: SqlSecondFactors
    outside: SqlOutsideIdentities
    refusals: Refusals
    health: Health
    figures: Figures
    operations: HouseOperations
    keeper: BookKeeper

    def close(self) -> None:
        self.analysis.close()
        self.senders.shutdown(wait=True, cancel_futures=True)
        self.messengers.shutdown(wait=True, cancel_futures=True)
        self.hooks.close()
        self.addresses.close()
        self.machines.close()
        self.factors.close()
        self.outside.close()
        self.accounts.close()
        self.keeper.close()
        self.ctx.store.close()


def open_store(database: Place) -> SqlStore:
    """The store in this file or at this address; creates file and folder when they are not there."""
    if isinstance(database, Path):
        _make_folder(database.parent)
    return SqlStore(database)


def open_record(config: Config) -> SqlStore:
    """The store of a record that exists; raises ``OperatorError`` when there is none."""
    demand_record(config)
    return open_store(config.database)


def demand_record(config: Config) -> None:
    """Raises ``OperatorError`` when there is no record where the configuration says."""
    if not holds_record(config.database):
        where = in_short(config.postgres) if config.postgres else str(config.data_dir)
        raise OperatorError(
            f"There is no record in {where}.", "Name the folder of the record with --data, a server with --database."
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorldError(f"Cannot use {folder}: {error.strerror}.", "Choose a writable folder.") from error


def open_house(config: Config, *, clock: Clock | None = None, ids: Ids | None = None) -> House:
    """Wire everything; nothing listens yet."""
    _make_folder(config.data_dir)
    figures = Figures()
    store: Store = measured(open_store(config.database), figures.commit_began, figures.commit_ended)
    ctx = Context(
        store=store,
        book=open_book(store, config.data_dir),
        clock=clock or SystemClock(),
        ids=ids or RandomIds(),
        knowledge=load_knowledge(),
    )
    films = FilmFiles(config.films)
    addresses = SqlAddresses(config.database)
    senders = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="calling")
    settings = read_settings(config.data_dir)
    link_key = load_or_make(config.data_dir)
    ward = Ward(ctx)
    trays = TrayWatch(ctx, ward.view)
    ward.add_listener(trays.hear)
    proofs = RecordProofs(config.data_dir, store, films)
    messengers = ThreadPoolExecutor(max_workers=MESSENGERS, thread_name_prefix="witness")
    witnesses, authorities = read_witnesses(config.data_dir)
    health = Health(config.data_dir, store.head_seq)
    return House(
        config=config,
        ctx=ctx,
        accounts=SqlAccounts(config.database),
        ward=ward,
        courses=CourseWatch(ctx),
        trays=trays,
        intake=Intake(ctx),
        films=films,
        reception=Reception(ctx, films),
        proofs=proofs,
        paper=PdfPaper(),
        analysis=AnalysisQueue(),
        addresses=addresses,
        not_analysed={},
        senders=senders,
        desk=CallDesk(
            ctx, addresses, AppriseChannels(settings), link_key, settings.address or config.http_address, senders
        ),
        messengers=messengers,
        witnessing=Witnessing(ctx, proofs, films, check_signature, messengers, witnesses, authorities),
        hooks=open_hooks(config, ctx),
        exchange=FhirDesk(ctx, read_codings(config.data_dir)),
        machines=SqlMachines(config.database),
        factors=SqlSecondFactors(config.database, config.data_dir),
        outside=SqlOutsideIdentities(config.database),
        refusals=Refusals(ctx),
        health=health,
        figures=figures,
        operations=HouseOperations(ctx, ward, health, figures, read_token(config.metrics_token_file)),
        keeper=BookKeeper(store, ctx.book, config.data_dir),
    )


def setup_link(house: House) -> str:
    """A fresh one-time link for the first administrator; empty once there is an account."""
    token = offer_setup(house.accounts, house.ctx.ids)
    return f"{house.config.http_address}/setup#{token}" if token else ""
