"""One running Holdfast: what it is made of, and how that is wired."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from holdfast.bootstrap.analysis_queue import AnalysisQueue
from holdfast.bootstrap.proofs import RecordProofs
from holdfast.config import Config
from holdfast.gateways.calling.apprise_channels import AppriseChannels
from holdfast.gateways.calling.settings import read_settings
from holdfast.gateways.paper.labels import PdfPaper
from holdfast.kernel.errors import WorldError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.link_key import load_or_make
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_addresses import SqlAddresses
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.accounts import offer_setup
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.course_watch import CourseWatch
from holdfast.usecases.ingest import Intake
from holdfast.usecases.live import Ward
from holdfast.usecases.ports import Clock, Ids, Store
from holdfast.usecases.reception import Reception
from holdfast.usecases.tray_watch import TrayWatch

SENDERS = 4
"""Messages that are handed to channels at the same time."""


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

    def close(self) -> None:
        self.analysis.close()
        self.senders.shutdown(wait=True, cancel_futures=True)
        self.addresses.close()
        self.accounts.close()
        self.ctx.store.close()


def open_store(database: Path) -> SqlStore:
    """The store in this file; creates file and folder when they are not there."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorldError(f"Cannot use {database.parent}: {error.strerror}.", "Choose a writable folder.") from error
    return SqlStore(database)


def open_house(config: Config, *, clock: Clock | None = None, ids: Ids | None = None) -> House:
    """Wire everything; nothing listens yet."""
    store: Store = open_store(config.database)
    ctx = Context(
        store=store,
        book=CaseBook(store),
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
        proofs=RecordProofs(config.data_dir, store, films),
        paper=PdfPaper(),
        analysis=AnalysisQueue(),
        addresses=addresses,
        not_analysed={},
        senders=senders,
        desk=CallDesk(
            ctx, addresses, AppriseChannels(settings), link_key, settings.address or config.http_address, senders
        ),
    )


def setup_link(house: House) -> str:
    """A fresh one-time link for the first administrator; empty once there is an account."""
    token = offer_setup(house.accounts, house.ctx.ids)
    return f"{house.config.http_address}/setup?token={token}" if token else ""
