"""What a bedside monitor sends: read, committed, answered, analysed."""

import asyncio
import logging
import time

from holdfast.bootstrap.house import House
from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge, no_patient
from holdfast.gateways.hl7.reading import read_message
from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import ANALYSIS_PATIENCE_S
from holdfast.kernel.time import US_PER_S
from holdfast.usecases.ingest import Answer, Incoming, Submitted
from holdfast.web.request_id import REQUEST_ID, new_request_id

log = logging.getLogger("holdfast")

_JUDGING = "judging signals"
_LOOK_FOR_ROOM_S = 0.05
_MISSED = "It sends faster than it can be followed: {} message{} on record were not analysed live."

_VERDICTS = {Answer.ACCEPTED: Verdict.ACCEPTED, Answer.ERROR: Verdict.ERROR, Answer.REJECTED: Verdict.REJECTED}


async def handle_hl7(house: House, raw: bytes, peer: str) -> bytes | None:
    """One framed message in, its acknowledgement out, after the commit."""
    received_us = house.ctx.clock.now_us()
    REQUEST_ID.set(new_request_id())
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
    house.figures.answered(answer)
    return acknowledge(reading, _VERDICTS[answer], text, now_us=received_us)


async def quarantine_bytes(house: House, raw: bytes, peer: str, reason: str) -> None:
    """What is no message at all (stray bytes, an oversized frame) is kept as well; there is nobody to answer."""
    if not raw:
        log.warning("%s: %s", peer, reason)
        return
    incoming = Incoming(raw=raw, peer=peer, received_us=house.ctx.clock.now_us(), message=None, problem=reason)
    await _commit(house, incoming)


async def _commit(house: House, incoming: Incoming) -> tuple[Answer, str]:
    try:
        submitted = house.intake.receive(incoming)
        if submitted.receipt is None:
            return submitted.answer, submitted.text
        receipt = await asyncio.wrap_future(submitted.receipt)
    except WorldError as error:
        log.error("%s", error)
        return Answer.REJECTED, str(error)
    if submitted.held is None and not receipt.duplicate:
        house.figures.quarantined()
    if submitted.held is not None and not receipt.duplicate:
        await _have_analysed(house, submitted)
    return submitted.answer, submitted.text


async def _have_analysed(house: House, submitted: Submitted) -> None:
    """Hand it to the analysis. One that sends faster than it can be followed waits here for its answer, and so sends
    no faster; nobody else waits for it."""
    assert submitted.held is not None
    house.ward.arrived(submitted.held)
    device = submitted.held.message.device
    patient_until = time.monotonic() + ANALYSIS_PATIENCE_S
    while not house.analysis.has_room(device) and time.monotonic() < patient_until:
        await asyncio.sleep(_LOOK_FOR_ROOM_S)
    missed = house.not_analysed.get(device, 0)
    note = submitted.note or (_MISSED.format(missed, "" if missed == 1 else "s") if missed else "")
    try:
        house.analysis.submit(device, lambda: _hear(house, submitted, note))
        house.figures.analysis_began()
        house.not_analysed.pop(device, None)
    except WorldError as error:  # it is on disk, and is answered
        house.ward.not_followed(submitted.held)
        house.not_analysed[device] = missed + 1
        if not missed:
            log.warning("%s It is kept, and not analysed.", error)


def _hear(house: House, submitted: Submitted, note: str) -> None:
    held = submitted.held
    assert held is not None
    try:
        house.ward.hear(held, note)
        house.health.well(_JUDGING)
    except Exception:  # the data are safe on disk; a fault of the analysis must not stop the next message
        log.exception("live analysis failed on a message of %s", held.message.device)
        house.health.failed(_JUDGING, "The analysis failed on the last message; all that was sent is on record.")
    house.figures.analysis_ended((house.ctx.clock.now_us() - held.received_us) / US_PER_S)
