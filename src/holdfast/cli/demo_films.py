"""The films of the demo: when a person asks for pictures of Rex, a simulated X-ray unit takes two and sends them in.

The truth of his story is on a film that nobody had taken: so it comes only when it is asked for.
"""

import hashlib
import logging
from datetime import UTC, datetime
from pathlib import Path

from holdfast.gateways.dicom.pixels import read_film
from holdfast.gateways.dicom.sender import send_files
from holdfast.kernel.errors import HoldfastError, OperatorError, WorldError
from holdfast.kernel.time import US_PER_S
from holdfast.record import events as ev
from holdfast.record.imaging_events import ImagingOrdered
from holdfast.simulation.phantom_film import Patient, other_film, two_views
from holdfast.simulation.scenario import Signalment
from holdfast.usecases.reception import uid_of

log = logging.getLogger("holdfast.demo")

TAKES_S = 12.0
"""From asking to the film, in the demo; in a clinic it is some minutes."""
_CHEST = frozenset({"thoracic_radiographs", "whole_body_survey_films"})
_RADIOGRAPHS = frozenset({"CR", "DX"})


def asks_for_films(event: ev.AnyEvent) -> bool:
    """Whether somebody asked for radiographs."""
    if isinstance(event, ImagingOrdered):
        return event.modality in _RADIOGRAPHS
    return isinstance(event, ev.TestOrdered) and event.test in _CHEST


def checked_film(path: Path) -> bytes:
    """The file of a film that is to be sent instead of the drawn ones; ``OperatorError`` when it is none."""
    try:
        data = path.read_bytes()
        read_film(data)
    except OSError as error:
        raise OperatorError(f"Cannot read {path}: {error.strerror}.", "Give the path of a film.") from error
    except HoldfastError as error:
        raise OperatorError(f"{path} is no film we can read: {error.problem}", "Give a DICOM, JPEG or PNG.") from error
    return data


def taken_films(dog: Signalment, event: ev.AnyEvent, film: bytes | None) -> tuple[bytes, ...]:
    """The files that the unit makes of this request."""
    ordered = event if isinstance(event, ImagingOrdered) else None
    made_up = uid_of(hashlib.sha256(f"{dog.name}/{event.at_us}".encode()).hexdigest())
    patient = Patient(
        name=f"{dog.owner.split()[0]}^{dog.name}",
        patient_id=dog.microchip,
        accession_number=ordered.accession_number if ordered else "",
        study_uid=ordered.study_uid if ordered else made_up,
        breed=dog.breed,
        owner=dog.owner,
        weight_kg=dog.weight_kg,
    )
    taken = datetime.fromtimestamp(event.at_us / US_PER_S, UTC)
    if film is None:
        return two_views(patient, taken)
    real = read_film(film)
    spacing = real.scale.row_mm or real.spacing_hint_mm
    return (other_film(real.pixels, real.bits, spacing, patient, taken),)


def send_films(files: tuple[bytes, ...], host: str, port: int) -> None:
    """Through the real door; what goes wrong is in the log, the monitors play on."""
    try:
        send_files(files, host, port)
    except WorldError as error:
        log.warning("the simulated X-ray unit could not send: %s", error)
