"""The composition root: the only place that knows everything."""

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from holdfast.config import Config
from holdfast.gateways.dicom.peers import peer_of
from holdfast.gateways.dicom.server import TITLE, Answers, DicomServer
from holdfast.gateways.dicom.worklist import Entry
from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge, no_patient
from holdfast.gateways.hl7.reading import read_message
from holdfast.gateways.hl7.server import serve as serve_mllp
from holdfast.imaging.animal import microchip
from holdfast.kernel.errors import HoldfastError, WorldError
from holdfast.kernel.time import to_datetime
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.signals.warm_up import warm_up
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.accounts import offer_setup
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.course_watch import CourseWatch
from holdfast.usecases.flushing import Flusher
from holdfast.usecases.ingest import Answer, Incoming, Intake, Submitted
from holdfast.usecases.live import Ward
from holdfast.usecases.ports import Clock, Ids, Store
from holdfast.usecases.reception import Reception, Sent
from holdfast.usecases.studies import holds, open_orders
from holdfast.web.app import WebServices, create_app

log = logging.getLogger("holdfast")

TICK_S = 1.0

PREPARING_SAID_AFTER_S = 5.0
"""A start that compiles nothing has prepared the analysis by then."""

_VERDICTS = {Answer.ACCEPTED: Verdict.ACCEPTED, Answer.ERROR: Verdict.ERROR, Answer.REJECTED: Verdict.REJECTED}


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
    intake: Intake
    films: FilmFiles
    reception: Reception
    analysis: ThreadPoolExecutor
    """One thread: messages of a bed are analysed in the order they were committed."""

    def close(self) -> None:
        self.analysis.shutdown(wait=True)
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
    return House(
        config=config,
        ctx=ctx,
        accounts=SqlAccounts(config.database),
        ward=Ward(ctx),
        courses=CourseWatch(ctx),
        intake=Intake(ctx),
        films=films,
        reception=Reception(ctx, films),
        analysis=ThreadPoolExecutor(max_workers=1, thread_name_prefix="analysis"),
    )


def setup_link(house: House) -> str:
    """A fresh one-time link for the first administrator; empty once there is an account."""
    token = offer_setup(house.accounts, house.ctx.ids)
    return f"{house.config.http_address}/setup?token={token}" if token else ""


async def handle_hl7(house: House, raw: bytes, peer: str) -> bytes | None:
    """One framed message in, its acknowledgement out, after the commit."""
    received_us = house.ctx.clock.now_us()
    # In a thread, so that a big message does not hold up everybody else's. Messages of one connection keep
    # their order: the server hands over the next one when this one is answered.
    reading = await asyncio.to_thread(
        read_message, raw, received_us=received_us, default_offset_min=house.config.utc_offset_min
    )
    if reading.query:
        return no_patient(reading, now_us=received_us)
    incoming = Incoming(
        raw=raw,
        peer=peer,
        received_us=received_us,
        message=reading.message,
        problem=reading.problem or "",
        control_id=reading.control_id,
    )
    answer, text = await _commit(house, incoming)
    return acknowledge(reading, _VERDICTS[answer], text, now_us=received_us)


async def quarantine_bytes(house: House, raw: bytes, peer: str, reason: str) -> None:
    """What is no message at all (stray bytes, an oversized frame) is kept as well; there is nobody to answer."""
    if not raw:
        log.warning("%s: %s", peer, reason)
        return
    incoming = Incoming(raw=raw, peer=peer, received_us=house.ctx.clock.now_us(), message=None, problem=reason)
    await _commit(house, incoming)


def dicom_server(house: House) -> DicomServer:
    """The server for imaging units, wired; it does not listen yet. Raises ``OperatorError`` for a peer misspelt."""

    def keep(data_set: bytes, sop_class_uid: str, sop_instance_uid: str, transfer_syntax: str, source: str) -> None:
        house.reception.receive(Sent(data_set, sop_class_uid, sop_instance_uid, transfer_syntax), source)

    return DicomServer(
        Answers(
            keep=keep,
            holds=lambda sop_class_uid, sop_instance_uid: holds(
                house.ctx, house.films, sop_class_uid, sop_instance_uid
            ),
            worklist=lambda: worklist_entries(house),
        ),
        peers=tuple(peer_of(text) for text in house.config.dicom_peers),
    )


def worklist_entries(house: House) -> list[Entry]:
    """What imaging units read on their worklist: orders of open cases for which nothing has come."""
    entries = []
    for ordered in open_orders(house.ctx):
        case, order = house.ctx.book.case(ordered.case_id), ordered.order
        when = to_datetime(order.at_us, house.config.utc_offset_min)
        entries.append(
            Entry(
                accession_number=order.accession_number,
                study_uid=order.study_uid,
                modality=order.modality,
                what=order.what,
                date=f"{when:%Y%m%d}",
                time=f"{when:%H%M%S}",
                patient_id=microchip(case.microchip) or case.case_id,
                name=case.name,
                owner=case.corrected("owner") or case.admitted.owner,
                species=case.admitted.species,
                breed=case.corrected("breed") or case.admitted.breed,
                sex=case.admitted.sex,
                weight_kg=case.weight_kg,
            )
        )
    return entries


async def _commit(house: House, incoming: Incoming) -> tuple[Answer, str]:
    try:
        submitted = house.intake.receive(incoming)
        if submitted.receipt is None:
            return submitted.answer, submitted.text
        receipt = await asyncio.wrap_future(submitted.receipt)
    except WorldError as error:
        log.error("%s", error)
        return Answer.REJECTED, str(error)
    if submitted.held is not None and not receipt.duplicate:
        house.analysis.submit(_hear, house, submitted)
    return submitted.answer, submitted.text


def _hear(house: House, submitted: Submitted) -> None:
    try:
        assert submitted.held is not None
        house.ward.hear(submitted.held, submitted.note)
    except Exception:  # the data are safe on disk; a fault of the analysis must not stop the next message
        log.exception("live analysis failed on a message of %s", submitted.held and submitted.held.message.device)


async def keep_house(house: House) -> None:
    """Once a second: follow the log, notice silence, turn held messages into blocks, watch the courses."""
    loop = asyncio.get_running_loop()
    flusher = Flusher(house.ctx, _report)
    while True:
        started = loop.time()
        await asyncio.to_thread(_tick, house, flusher)
        await asyncio.sleep(max(0.05, TICK_S - (loop.time() - started)))


def _tick(house: House, flusher: Flusher) -> None:
    """Each duty on its own: none may keep the others from being done."""
    now_us = house.ctx.clock.now_us()
    duties: dict[str, Callable[[], None]] = {
        "following the log": house.ctx.book.catch_up,
        "noticing silent monitors": lambda: house.ward.tick(now_us),
        "turning held messages into blocks": lambda: flusher.flush_due(now_us),
        "watching what changes over hours": lambda: house.courses.follow(now_us, house.ward.tell),
    }
    for name, duty in duties.items():
        try:
            duty()
        except Exception as error:
            _report(f"{name} failed and is tried again: {error}", error)


def _report(sentence: str, error: Exception | None) -> None:
    """Into the log; with a traceback where the error is a surprise."""
    log.error("%s", sentence, exc_info=None if isinstance(error, HoldfastError) else error)


def _services(house: House) -> WebServices:
    return WebServices(
        ctx=house.ctx,
        accounts=house.accounts,
        ward=house.ward,
        films=house.films,
        reception=house.reception,
        secure_cookies=house.config.secure_cookies,
        demo=house.config.demo,
    )


def _bound(config: Config) -> socket.socket:
    """The pages' socket, bound before anything starts: a taken port is said in words, not by a library's log."""
    family = socket.AF_INET6 if ":" in config.http_host else socket.AF_INET
    pages = socket.socket(family, socket.SOCK_STREAM)
    try:
        pages.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        pages.bind((config.http_host, config.http_port))
    except OSError as error:
        pages.close()
        raise WorldError(
            f"Cannot serve the pages at {config.http_address} ({error.strerror}).",
            "Is the port taken? Try --http-port.",
        ) from error
    return pages


async def prepare(house: House) -> None:
    """Have the analysis compiled, which takes a minute or two where it has not been: the first message of a monitor
    must not be what pays for it."""
    preparing = asyncio.wrap_future(house.analysis.submit(warm_up))
    done, _ = await asyncio.wait([preparing], timeout=PREPARING_SAID_AFTER_S)
    if not done:
        print(
            "Preparing the signal analysis (a minute or two at the first start of a release, else seconds) ...",
            flush=True,
        )
    try:
        await preparing
    except Exception:  # monitors can be listened to all the same: what is said is on disk
        log.exception("the signal analysis could not be prepared")


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """Everything listening: HL7, the once-a-second round and the pages, until the block ends."""
    config = house.config
    units = dicom_server(house)
    pages = _bound(config)
    await prepare(house)
    web = uvicorn.Server(
        uvicorn.Config(
            create_app(_services(house)),
            log_level="warning",
            server_header=False,
            ws_ping_interval=20.0,
        )
    )
    try:
        mllp = await serve_mllp(
            config.hl7_host,
            config.hl7_port,
            lambda raw, peer: handle_hl7(house, raw, peer),
            on_problem=lambda raw, peer, reason: quarantine_bytes(house, raw, peer, reason),
        )
    except OSError as error:
        pages.close()
        raise WorldError(
            f"Cannot listen for monitors at {config.hl7_host}:{config.hl7_port} ({error.strerror}).",
            "Is the port taken? Try --hl7-port.",
        ) from error
    house.films.sweep()
    try:
        units.start(config.dicom_host, config.dicom_port)
    except OSError as error:
        pages.close()
        await mllp.close()
        raise WorldError(
            f"Cannot listen for imaging units at {config.dicom_host}:{config.dicom_port} ({error.strerror}).",
            "Is the port taken? Try --dicom-port.",
        ) from error
    house.ward.watch_again(house.ctx.clock.now_us())
    house.ward.end_what_is_left(house.ctx.clock.now_us())
    tasks = [asyncio.create_task(keep_house(house)), asyncio.create_task(web.serve(sockets=[pages]))]
    try:
        while not web.started:
            if tasks[1].done():
                raise WorldError(f"Cannot serve {config.http_address}.", "Run with --verbose to see why.")
            await asyncio.sleep(0.02)
        yield
    finally:
        await asyncio.to_thread(units.close)
        await mllp.close()
        web.should_exit = True
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def serve(config: Config) -> None:
    """Run until interrupted."""
    house = open_house(config)
    try:
        asyncio.run(run(house))
    finally:
        house.close()


async def run(house: House) -> None:
    """Listen, print where, and stay until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    async with running(house):
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, stop.set)
        _say_where(house)
        await stop.wait()


def _say_where(house: House) -> None:
    config = house.config
    lines = [
        f"Holdfast is at {config.http_address}",
        f"Monitors (HL7 over MLLP): {config.hl7_host}:{config.hl7_port}",
        f"Imaging units (DICOM): {config.dicom_host}:{config.dicom_port}, AE title {TITLE}",
        f"Record: {config.database}",
    ]
    if link := setup_link(house):
        lines.append(f"First start. Make the first administrator with this one-time link: {link}")
    print("\n".join(lines), file=sys.stdout, flush=True)
