"""What the monitor measured as Observations: one for each numeric and minute, and waves as SampledData."""

import math
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np

from holdfast.gateways.fhir.basics import (
    CATEGORY,
    Resource,
    coding,
    concept,
    digest_id,
    filled,
    id_part,
    note,
    ours,
    quantity,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Later, Made
from holdfast.gateways.fhir.measures import code_of
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record.monitor import MonitorMessage, Origin, Wave
from holdfast.usecases.ports import Block, TrendPoint

STRETCH_US = US_PER_MIN
"""One Observation of a numeric stands for this long; the record itself holds every value."""
NUMERIC, WAVE = ".m", ".w"
"""Begin the part of an id that names a minute, or a block."""
_STEPS = 65_000
"""Steps between the lowest and the highest sample where the sender stated no converter step."""


def device_id(device: str) -> str:
    """Id of a monitor's Device: its own key may hold anything."""
    return digest_id("monitor", device)


def numerics(case_id: str, training: bool, points: Iterable[TrendPoint]) -> Iterator[Made]:
    """The newest value of each numeric and minute, with the lowest and highest of it."""
    patterns: dict[str, Resource] = {}
    for point in points:
        minute = point.at_us // STRETCH_US
        origin = "" if point.origin is Origin.LIVE else f".{point.origin.value}"
        identity = f"{case_id}{NUMERIC}{minute}.{id_part(point.key)}{origin}"
        if point.key not in patterns:
            patterns[point.key] = _numeric(case_id, identity, training, point)
        make = partial(_numeric, case_id, identity, training, point)
        yield Later(identity, make, patterns[point.key], minute, point.at_us)


def _numeric(case_id: str, identity: str, training: bool, point: TrendPoint) -> Resource:
    spread = []
    if point.count > 1:
        spread = [
            {"code": concept(coding(ours("component"), name)), "valueQuantity": quantity(value, point.unit)}
            for name, value in (("lowest-of-minute", point.low), ("highest-of-minute", point.high))
        ]
    return filled(
        {
            **_head(case_id, identity, training, point.origin, point.at_us),
            "category": [concept(coding(CATEGORY, "vital-signs"))],
            "code": code_of(point.key),
            "effectiveDateTime": when(point.at_us),
            "valueQuantity": quantity(point.last, point.unit),
            "component": spread,
        }
    )


def _head(case_id: str, identity: str, training: bool, origin: Origin, at_us: int) -> Resource:
    tag = [coding(terms("v3-ActReason"), "HTEST", "test health data")] if training else []
    return {
        "resourceType": "Observation",
        "id": identity,
        "meta": filled({"versionId": "1", "lastUpdated": when(at_us), "tag": tag}),
        "status": "final",
        "subject": reference("Patient", case_id),
        "encounter": reference("Encounter", case_id),
        "note": note("" if origin is Origin.LIVE else f"Not measured on the animal now: {origin.value}."),
    }


def waves(case_id: str, training: bool, block: Block, messages: Iterable[MonitorMessage]) -> list[Made]:
    """Every wave of a block, pieces that follow on each other joined. Missing samples are ``E``, as FHIR has it."""
    pieces: dict[tuple[str, str, str], list[tuple[MonitorMessage, Wave]]] = {}
    for message in messages:
        for wave in message.waves:
            pieces.setdefault((message.device, wave.key, wave.unit), []).append((message, wave))
    made = []
    for (device, key, _), parts in sorted(pieces.items()):
        parts.sort(key=lambda part: part[1].start_us)
        for number, run in enumerate(_runs(parts)):
            identity = f"{case_id}{WAVE}{id_part(block.block_id)}.{id_part(key)}-{id_part(device)[-8:]}-{number}"
            made.append(_sampled(case_id, identity[:64], training, run))
    return made


def _runs(parts: list[tuple[MonitorMessage, Wave]]) -> list[list[tuple[MonitorMessage, Wave]]]:
    """Pieces of one channel that follow on each other within half a sample; what was sent twice is left out."""
    runs: list[list[tuple[MonitorMessage, Wave]]] = []
    end_us = 0.0
    for message, wave in parts:
        step_us = US_PER_S / wave.rate_hz
        before = runs[-1][-1][1] if runs else None
        if before and wave.start_us < end_us - step_us / 2:
            continue
        fits = before is not None and (before.rate_hz, before.inoperative, before.resolution) == (
            wave.rate_hz,
            wave.inoperative,
            wave.resolution,
        )
        if fits and abs(wave.start_us - end_us) <= step_us / 2:
            runs[-1].append((message, wave))
        else:
            runs.append([(message, wave)])
        end_us = wave.start_us + len(wave.samples) // 4 * step_us
    return runs


def _sampled(case_id: str, identity: str, training: bool, run: list[tuple[MonitorMessage, Wave]]) -> Made:
    message, first = run[0]
    samples = np.concatenate([np.frombuffer(wave.samples, dtype="<f4") for _, wave in run]).astype(np.float64)
    heard = samples[np.isfinite(samples)]
    factor = first.resolution
    if not (factor > 0 and math.isfinite(factor)):
        span = float(heard.max() - heard.min()) if heard.size else 0.0
        factor = span / _STEPS if span > 0 else 1.0
    data = " ".join("E" if not math.isfinite(value) else str(round(value / factor)) for value in samples.tolist())
    end_us = first.start_us + round(len(samples) / first.rate_hz * US_PER_S)
    resource = {
        **_head(case_id, identity, training, message.origin, first.start_us),
        "category": [concept(coding(CATEGORY, "procedure")), concept(coding(ours("category"), "waveform"))],
        "code": code_of(first.key, wave=True),
        "effectivePeriod": {"start": when(first.start_us), "end": when(end_us)},
        "device": reference("Device", device_id(message.device)),
        "valueSampledData": {
            "origin": quantity(0, first.unit),
            "period": 1000 / first.rate_hz,
            "factor": factor,
            "dimensions": 1,
            "data": data or "E",
        },
    }
    if first.inoperative:
        said = note("The monitor says that this sensor or lead is off: the samples are not the animal's.")
        resource["note"] = [*resource["note"], *said]
    return Made(filled(resource), 1, first.start_us, first.start_us)
