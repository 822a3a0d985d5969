"""``holdfast demo``: a simulated ward on the real wire.

Each dog of the simulation speaks HL7 over a socket to the real listener, as a monitor would. The
hour before is sent fast (a monitor that catches up after a network fault does the same), then it
goes on in real time and answers to what is done on the pages: a press on the chart, a treatment,
an order.
"""

import asyncio
import logging
import multiprocessing
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.bootstrap.house import House, open_house
from holdfast.bootstrap.running import run
from holdfast.cli.demo_films import TAKES_S, asks_for_films, checked_film, send_films, taken_films
from holdfast.cli.demo_service import write_history
from holdfast.config import Config
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record import events as ev
from holdfast.record.end_of_life_events import TrayReady
from holdfast.record.treatment_events import OrderKind
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import (
    DiagnosisEntry,
    Entry,
    FindingEntry,
    NoteEntry,
    OrderEntry,
    Scenario,
    TreatmentEntry,
)
from holdfast.simulation.scenarios import ALL, DEMO_WARD
from holdfast.storage.database import in_short
from holdfast.usecases import beds, cases, treatment_orders
from holdfast.usecases.treatment_amounts import Wanted

log = logging.getLogger("holdfast.demo")

DEMO_LINE = "A simulated ward. Dogs that you admit here are training cases unless you say otherwise."
NIGHT_TEAM = "demo:night-team"
AFTER_SECOND_S = 0.1
"""How long after the end of a second its message is sent."""
FOLLOW_EVERY_S = 0.2
LISTENER_WAIT_S = 600.0
"""The listener may have to compile the analysis first."""


@dataclass(frozen=True)
class Played:
    """A simulated dog on its bed."""

    scenario: Scenario
    monitor: SimulatedMonitor
    case_id: str


def fresh_demo_dir() -> Path:
    """A new folder for each run, so that no demo is mixed with another and none is deleted."""
    return Path("var") / "demo" / time.strftime("%Y%m%d-%H%M%S")


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The scenarios to play: those named, once each, or the whole ward. OperatorError for a name that there is not."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise OperatorError(f"There is no scenario {unknown[0]!r}.", f"Choose from: {', '.join(ALL)}.")
    return tuple(dict.fromkeys(names)) or DEMO_WARD


def demo(config: Config, names: Sequence[str] = DEMO_WARD, film: Path | None = None) -> None:
    """Admit the named dogs, then run the ward and, in a process of their own, the monitors, until interrupted.

    ``film``: the film that comes when Rex's chest is asked for, instead of the drawn one.
    """
    film_bytes = checked_film(film) if film else None
    config = replace(config, demo=DEMO_LINE)
    house = open_house(config)
    scenarios = [ALL[name] for name in names]
    try:
        case_ids = admit_all(house, scenarios)
        print("Demo: these dogs are simulated, and marked as TRAINING wherever they are shown.", flush=True)
        server = f" --database {in_short(config.database)}" if config.postgres else ""
        print(f"To look at this record again later: holdfast serve --data {config.data_dir}{server}", flush=True)
        monitors = multiprocessing.get_context("spawn").Process(
            target=run_monitors,
            args=(config, list(zip(names, case_ids, strict=True)), film_bytes),
            daemon=True,
        )
        monitors.start()  # before the listener: making an hour of history takes a few seconds
        asyncio.run(run(house))
        monitors.terminate()
        monitors.join()
    finally:
        house.close()


def run_monitors(config: Config, dogs: Sequence[tuple[str, str]], film: bytes | None = None) -> None:
    """Play the named scenarios for these cases against the listener of ``config`` (another process)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us
    house = open_house(config)
    run_id = str(house.ctx.clock.now_us() // US_PER_S)
    played = [Played(ALL[name], SimulatedMonitor(ALL[name], "", run_id=run_id), case_id) for name, case_id in dogs]
    try:
        asyncio.run(play(house, played, film))
    finally:
        house.close()


def admit_all(house: House, scenarios: Sequence[Scenario]) -> list[str]:
    """Beds, cases, bindings and what the night team wrote down before the live moment; returns the case ids."""
    live_us = house.ctx.clock.now_us()
    return [_admit(house, scenario, f"ICU {number}", live_us) for number, scenario in enumerate(scenarios, start=1)]


def _admit(house: House, scenario: Scenario, bed: str, live_us: int) -> str:
    ctx = house.ctx
    beds.add_bed(ctx, actor=NIGHT_TEAM, bed=bed)
    admission = cases.Admission(**scenario.signalment.form(), bed=bed)  # type: ignore[arg-type]
    admitted_us = live_us + int(scenario.admitted_min * US_PER_MIN)
    case_id = cases.admit(ctx, actor=NIGHT_TEAM, admission=admission, at_us=admitted_us)
    beds.bind_device(ctx, actor=NIGHT_TEAM, device=SimulatedMonitor(scenario, bed).device, bed=bed)
    for entry in scenario.entries:
        _write_down(house, case_id, entry, live_us)
    if scenario.past is not None:
        write_history(house, scenario, scenario.past, case_id, live_us)
    return case_id


def _write_down(house: House, case_id: str, entry: Entry, live_us: int) -> None:
    ctx = house.ctx
    at_us = live_us + int(entry.minute * US_PER_MIN)
    match entry:
        case FindingEntry():
            cases.record_finding(
                ctx,
                actor=NIGHT_TEAM,
                case_id=case_id,
                key=entry.key,
                presence=ev.Presence.PRESENT if entry.present else ev.Presence.ABSENT,
                value=entry.value,
                unit=entry.unit,
                region=entry.region,
                note=entry.note,
                at_us=at_us,
            )
        case TreatmentEntry():
            cases.give_treatment(
                ctx,
                actor=NIGHT_TEAM,
                case_id=case_id,
                category=entry.category,
                what=entry.what,
                amount=entry.amount,
                note=entry.note,
                at_us=at_us,
            )
        case DiagnosisEntry():
            cases.set_working_diagnosis(
                ctx,
                actor=NIGHT_TEAM,
                case_id=case_id,
                diagnosis=entry.disease or entry.text,
                supported_by=entry.supported_by,
                at_us=at_us,
            )
        case OrderEntry():
            treatment_orders.order_treatment(
                ctx,
                actor=NIGHT_TEAM,
                case_id=case_id,
                wanted=Wanted(
                    order_kind=OrderKind(entry.order_kind),
                    what=entry.what,
                    amount=entry.amount,
                    route=entry.route,
                    category=entry.category,
                ),
                may_approve=True,
                first_us=at_us if entry.first_min is None else live_us + int(entry.first_min * US_PER_MIN),
                every_h=entry.every_h,
            )
        case NoteEntry():
            cases.write_note(ctx, actor=NIGHT_TEAM, case_id=case_id, text=entry.text, at_us=at_us)


async def play(house: House, played: Sequence[Played], film: bytes | None = None) -> None:
    """All monitors, the first one soonest; each dog answers to what is recorded on its case, and is pictured when
    somebody asks for it."""
    loop = asyncio.get_running_loop()
    by_case = {dog.case_id: dog for dog in played}

    def follow(item: ev.Recorded) -> None:
        dog = by_case.get(item.stream.removeprefix(ev.case_stream("")))
        if dog is not None and item.actor != NIGHT_TEAM:
            loop.call_soon_threadsafe(_react, dog, item.event)
            if dog.scenario.metal_on_film and asks_for_films(item.event):
                loop.call_soon_threadsafe(
                    lambda: films.append(loop.create_task(_picture(house, dog, item.event, film)))
                )

    films: list[asyncio.Task[None]] = []
    house.ctx.book.on_event(follow)
    async with asyncio.TaskGroup() as group:
        group.create_task(_follow_record(house))
        for dog in played:
            caught_up = asyncio.Event()
            group.create_task(_play_one(house, dog, caught_up))
            await caught_up.wait()


async def _picture(house: House, dog: Played, event: ev.AnyEvent, film: bytes | None) -> None:
    """A simulated X-ray unit takes the films and sends them through the real door."""
    files = await asyncio.to_thread(taken_films, dog.scenario.signalment, event, film)
    await asyncio.sleep(TAKES_S)
    await asyncio.to_thread(send_films, files, house.config.dicom_host, house.config.dicom_port)


async def _follow_record(house: House) -> None:
    """The pages are served by another process: what is done on them is read from the record."""
    while True:
        await asyncio.to_thread(house.ctx.book.catch_up)
        await asyncio.sleep(FOLLOW_EVERY_S)


def _react(dog: Played, event: ev.AnyEvent) -> None:
    """What a real dog would do by itself when this is done to it."""
    try:
        match event:
            case ev.TouchRecorded():
                dog.monitor.touch(event.side, event.region, event.strength, event.at_us)
            case ev.TreatmentGiven():
                dog.monitor.treat(event.category, event.at_us)
            case ev.EndOfLifeOrdered():
                dog.monitor.cue("twitch", event.at_us)
            case TrayReady():
                dog.monitor.cue("tray", event.at_us)
    except ValueError as error:
        log.warning("the simulated %s did not follow: %s", dog.scenario.name, error)


async def _play_one(house: House, dog: Played, caught_up: asyncio.Event) -> None:
    live_us = house.ctx.clock.now_us() // US_PER_S * US_PER_S
    history = await asyncio.to_thread(lambda: [encode_message(m) for m in dog.monitor.history(live_us)])
    sender = await _connected(house.config)
    try:
        for raw in history:
            await sender.send(raw)
        caught_up.set()
        await _play_on(house, dog, sender, live_us)
    finally:
        await sender.close()


async def _play_on(house: House, dog: Played, sender: MllpSender, second_us: int) -> None:
    """From the live moment on: each second is sent when it is over."""
    while True:
        due_s = (second_us + US_PER_S - house.ctx.clock.now_us()) / US_PER_S + AFTER_SECOND_S
        await asyncio.sleep(max(0.0, due_s))
        answer = await sender.send(encode_message(dog.monitor.message_at(second_us)))
        if not answer.accepted:
            log.warning("the listener refused %s: %s", dog.scenario.name, answer.text)
        second_us += US_PER_S


async def _connected(config: Config) -> MllpSender:
    """A connection to the listener, which may still be starting."""
    deadline_s = asyncio.get_running_loop().time() + LISTENER_WAIT_S
    while True:
        sender = MllpSender(config.hl7_host, config.hl7_port)
        try:
            await sender.connect()
        except WorldError:
            if asyncio.get_running_loop().time() > deadline_s:
                raise
            await asyncio.sleep(FOLLOW_EVERY_S)
        else:
            return sender
