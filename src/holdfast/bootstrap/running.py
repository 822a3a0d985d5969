"""Everything listening, until it is told to stop."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import uvicorn

from holdfast.bootstrap.alarm_sender import sending_alarms
from holdfast.bootstrap.duties import keep_house
from holdfast.bootstrap.film_search import FilmSearch
from holdfast.bootstrap.house import House, open_house, setup_link
from holdfast.bootstrap.imaging_units import FilmFilesMade, dicom_server, read_film
from holdfast.bootstrap.monitors import handle_hl7, quarantine_bytes
from holdfast.bootstrap.peers import hl7_door, identity_provider, pages_tls, peers_tls, required_roles
from holdfast.config import Config, machine_code_is_kept, note_machine_code_kept
from holdfast.gateways.dicom.peers import TITLE, peer_of
from holdfast.gateways.hl7.server import serve as serve_mllp
from holdfast.kernel.errors import WorldError
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.evidence import Evidence
from holdfast.signals.warm_up import warm_up
from holdfast.storage.database import in_short
from holdfast.web.app import WebServices, create_app
from holdfast.web.services import Door
from holdfast.web.sign_in import SignIn

if TYPE_CHECKING:
    from holdfast.gateways.dicom.server import DicomServer

log = logging.getLogger("holdfast")

NOT_PREPARED = (
    "The signal analysis could not be prepared: numbers of monitors are kept and shown, signals are not judged."
)

ANALYSIS_SOON = "The signal analysis is being fetched, which takes some seconds: messages are kept, and judged then."
UNITS_SOON = "What speaks DICOM is being fetched, which takes some seconds: imaging units try again."

PREPARING_SAID_AFTER_S = 5.0
"""A start that compiles nothing has prepared the analysis by then."""


def web_services(house: House) -> WebServices:
    """What the pages are handed."""
    return WebServices(
        ctx=house.ctx,
        accounts=house.accounts,
        ward=house.ward,
        films=house.films,
        reception=house.reception,
        desk=house.desk,
        exchange=house.exchange,
        machines=house.machines,
        read_film=read_film,
        proofs=house.proofs,
        witnessing=house.witnessing,
        paper=house.paper,
        film_reports=FilmFilesMade(),
        secure_cookies=house.config.secure_cookies or house.config.tls_certificate is not None,
        sign_in=SignIn(house.factors, house.outside, required_roles(house.config), identity_provider(house.config)),
        door=Door(hl7=", ".join(house.config.hl7_peers), dicom=", ".join(house.config.dicom_peers)),
        demo=house.config.demo,
        hooks=house.hooks.service,
        hook_systems=house.hooks.systems,
        hook_peers=tuple(house.hooks.peers.all()),
        operations=house.operations,
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
    """Have the analysis compiled, which takes a minute or two where it has not been: neither the first message of a
    monitor nor the first second look must be what pays for it."""
    preparing = asyncio.wrap_future(house.analysis.submit("the start", lambda: _first_use(house)))
    done, _ = await asyncio.wait([preparing], timeout=PREPARING_SAID_AFTER_S)
    if not done:
        print(
            "Preparing the signal analysis (a minute or two at the first start of a release, else seconds) ...",
            flush=True,
        )
    try:
        await preparing
        house.health.well("analysis")
        note_machine_code_kept()
    except Exception:  # monitors can be listened to all the same: what is said is on disk
        log.exception("the signal analysis could not be prepared")
        house.health.failed("analysis", NOT_PREPARED, needed=True)


def pages_server(services: WebServices, tls: ssl.SSLContext | None) -> uvicorn.Server:
    """What serves the pages; over TLS there is no plain port beside it."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(services),
            log_level="warning",
            log_config=None,
            server_header=False,
            ws_ping_interval=20.0,
            ssl_context_factory=(lambda _config, _default: tls) if tls else None,
        )
    )


def _first_use(house: House) -> None:
    warm_up()
    assess(house.ctx.knowledge, Evidence({}))


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """Everything listening: HL7, the once-a-second round, the pages and imaging units, until the block ends.

    Monitors and pages come first: what a message needs to be kept and answered, and a page to show the whole record, is
    there before the libraries of the analysis and of DICOM are. Messages that come meanwhile wait for the analysis in
    their order. Only where the analysis has to be compiled, which takes a minute or two, nothing listens before.
    """
    config = house.config
    _demand_units(config)
    monitors, tls = hl7_door(house), pages_tls(config)
    services = web_services(house)
    pages = _bound(config)
    soon = machine_code_is_kept()
    if soon:
        house.health.awaited("analysis", ANALYSIS_SOON)
    else:
        await prepare(house)
    house.ward.watch_again(house.ctx.clock.now_us())
    house.ward.end_what_is_left(house.ctx.clock.now_us())
    web = pages_server(services, tls)
    try:
        mllp = await serve_mllp(
            config.hl7_host,
            config.hl7_port,
            lambda raw, peer: handle_hl7(house, raw, peer),
            on_problem=lambda raw, peer, reason: quarantine_bytes(house, raw, peer, reason),
            door=monitors,
        )
    except OSError as error:
        pages.close()
        raise WorldError(
            f"Cannot listen for monitors at {config.hl7_host}:{config.hl7_port} ({error.strerror}).",
            "Is the port taken? Try --hl7-port.",
        ) from error
    house.films.sweep()
    house.health.awaited("imaging units", UNITS_SOON)
    films = FilmSearch(house)
    tasks = [asyncio.create_task(keep_house(house)), asyncio.create_task(web.serve(sockets=[pages]))]
    closing: list[Callable[[], None]] = []
    try:
        while not web.started:
            if tasks[1].done():
                raise WorldError(f"Cannot serve {config.http_address}.", "Run with --verbose to see why.")
            await asyncio.sleep(0.02)
        if soon:
            await prepare(house)
        units = await asyncio.to_thread(_listen_to_units, house)
        closing.append(units.close)
        films.start()
        closing.append(films.close)
        async with sending_alarms(house):
            yield
    finally:
        for close in closing:
            await asyncio.to_thread(close)
        await mllp.close()
        web.should_exit = True
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _demand_units(config: Config) -> None:
    """Raises ``OperatorError`` for what is misspelt of imaging units, before anything listens."""
    for text in config.dicom_peers:
        peer_of(text)
    peers_tls(config, config.dicom_tls, "imaging units")


def _listen_to_units(house: House) -> "DicomServer":
    config = house.config
    units = dicom_server(house)
    try:
        units.start(config.dicom_host, config.dicom_port)
    except OSError as error:
        raise WorldError(
            f"Cannot listen for imaging units at {config.dicom_host}:{config.dicom_port} ({error.strerror}).",
            "Is the port taken? Try --dicom-port.",
        ) from error
    house.health.well("imaging units")
    return units


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
        gc.freeze()  # what a start made stays: it is not looked through again
        gc.enable()
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
        f"Record: {in_short(config.database)}",
    ]
    if link := setup_link(house):
        lines.append(f"First start. Make the first administrator with this one-time link: {link}")
    print("\n".join(lines), file=sys.stdout, flush=True)
