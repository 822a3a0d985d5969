"""A case in which every kind of event happened, with monitor data, on an empty record."""

from dataclasses import dataclass, field
from typing import get_args

import msgspec
import numpy as np

from contract.examples import EXAMPLES
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.record import events as ev
from holdfast.record import exam_events as ex
from holdfast.record import imaging_events as im
from holdfast.record import service_events as se
from holdfast.record.inquiry_events import ServiceDogLinked
from holdfast.storage.film_files import MemoryFilms
from holdfast.usecases import cases
from holdfast.usecases.context import Context
from holdfast.usecases.exchange import Asker
from holdfast.usecases.ports import Change, NewEvent, NewHeld
from making import NOON_US, flushes, make_context, monitor_message, numeric, wave

ASKER = Asker("ada", "Ada")
BASE = "https://clinic.example/fhir"
CASE_KINDS = get_args(ev.ANY_CASE_EVENT)
PAGE = {
    "verdict": {"level": "does_not_fit", "text": "Two findings do not fit organ failure."},
    "unexplained": [{"key": "lactate_high", "reason": "Hardly above background."}],
    "not_excluded": [{"key": "hemothorax", "name": "Haemothorax"}],
    "next_tests": [{"name": "Thoracic radiographs, two views"}],
    "caveats": ["Simulated."],
}
"""The part of a second look that FHIR says."""


@dataclass
class Side:
    """One Holdfast."""

    ctx: Context
    films: MemoryFilms = field(default_factory=MemoryFilms)

    def __post_init__(self) -> None:
        self.desk = FhirDesk(self.ctx, {})

    def write(self, *events: ev.AnyEvent, stream: str, actor: str = "ada") -> None:
        self.ctx.clock.advance(1)
        change = Change(
            command_id=self.ctx.ids.new_id(),
            actor=actor,
            recorded_us=self.ctx.clock.now_us(),
            events=tuple(NewEvent(stream=stream, event=event) for event in events),
        )
        self.ctx.store.submit(change).result()
        self.ctx.book.catch_up()


def empty_side() -> Side:
    return Side(make_context())


REX = cases.Admission(
    name="Rex",
    breed="Malinois",
    sex="male_neutered",
    weight_kg=32.0,
    age_months=74,
    microchip="900999000000017",
    owner="City police",
    handler="Officer Reyes",
    working_dog=True,
    complaint="collapsed during the night",
)


def whole_case() -> tuple[Side, str]:
    """Rex: admitted, monitored, filmed, and then everything that can happen to a case."""
    side = empty_side()
    ctx = side.ctx
    side.write(ev.AccountCreated(at_us=NOON_US, account="ada", name="Dr. Ada Vale", role="clinician"), stream="clinic")
    case_id = cases.admit(ctx, actor="ada", admission=REX)
    stream = ev.case_stream(case_id)
    pictures = b"a photograph", b"a film"
    photo, film = (side.films.keep(one) for one in pictures)
    for event in EXAMPLES:
        if isinstance(event, im.ImageReceived):
            side.write(_changed(event, image_id=film), stream="imaging", actor="holdfast")
        if isinstance(event, im.MetalSearched):
            side.write(_changed(event, image_id=film), stream="imaging", actor="holdfast")
    for event in EXAMPLES:
        match event:
            case ev.PatientAdmitted() | ev.MonitorBlockStored() | ev.CaseClosed() | ev.SecondLookShown():
                continue
            case ex.PhotographTaken():
                side.write(_changed(event, photo_id=photo), stream=stream)
            case im.StudyDetached():
                continue
            case _ if isinstance(event, CASE_KINDS):
                side.write(event, stream=stream)
    side.write(ev.WeightMeasured(at_us=ctx.clock.now_us(), weight_kg=33), stream=stream)  # written without a point
    linked = next(one for one in EXAMPLES if isinstance(one, ServiceDogLinked))
    for event in EXAMPLES:
        if isinstance(event, se.ANY_SERVICE_EVENT):
            side.write(event, stream=se.service_stream(linked.service_id))
    look = next(one for one in EXAMPLES if isinstance(one, ev.SecondLookShown))
    side.write(_changed(look, look_id="look1", page=PAGE), stream=stream, actor="holdfast")
    decided = next(one for one in EXAMPLES if isinstance(one, ev.EndOfLifeDecided))
    side.write(_changed(decided, look_id="look1"), stream=stream)
    monitored(side, case_id)
    return side, case_id


def _changed(event: ev.AnyEvent, **changes: object) -> ev.AnyEvent:
    return msgspec.structs.replace(event, **changes)


def monitored(side: Side, case_id: str) -> None:
    """Ten seconds of a monitor, in a block."""
    ctx = side.ctx
    heart, breath = np.sin(np.arange(2500) / 10), np.r_[np.arange(99.0), np.nan]
    message = monitor_message(
        numeric("hr", 150.0),
        numeric("spo2", 92.5, unit="%"),
        numeric("mdc:999", 3.0, unit="1"),
        waves=(wave("ecg_ii", heart), wave("pleth", breath, unit="1")),
    )
    held = NewHeld(case_id=case_id, bed="Bed 1", received_us=NOON_US, message=message)
    ctx.store.submit(Change(command_id="heard", actor="device:MON-1", recorded_us=NOON_US, held=(held,))).result()
    ctx.clock.advance(60)
    for change in flushes(ctx.store.held(), new_id=ctx.ids.new_id, now_us=ctx.clock.now_us()):
        ctx.store.submit(change).result()
    ctx.book.catch_up()
