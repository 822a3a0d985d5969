"""The interface behind its transport: reading, searching, everything of a case. Cases are mapped once and kept."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from holdfast.gateways.fhir import audits, devices, measurements
from holdfast.gateways.fhir.basics import Resource, is_id, ours
from holdfast.gateways.fhir.building import Codings, Made, Surroundings
from holdfast.gateways.fhir.capability import CREATED, capability
from holdfast.gateways.fhir.case_resources import resources_of
from holdfast.gateways.fhir.search import PARAMETERS, Query, matching, page, read_query, read_span
from holdfast.gateways.fhir.taking import take
from holdfast.gateways.fhir.totals import TOTAL, totals
from holdfast.kernel.errors import NotFoundError
from holdfast.kernel.time import US_PER_MIN
from holdfast.record.blocks import decode_block
from holdfast.record.case_state import CaseState
from holdfast.record.events import CLINIC_STREAM, case_stream
from holdfast.record.evidence_events import RecordRead
from holdfast.record.exchange_events import EXCHANGE_STREAM
from holdfast.record.imaging_state import StudyEntry
from holdfast.record.metal_state import MetalMarks
from holdfast.usecases.context import Context
from holdfast.usecases.exchange import Answer, Asker, ExchangeError, Params
from holdfast.usecases.scoring import scores_now

WAVES_US = 10 * US_PER_MIN
"""The longest stretch of waves in one search: ten minutes of three channels are some megabytes."""
_CASES_KEPT = 32
"""Cases whose resources are kept mapped."""
_EVERYTHING_COUNT = 1_000


@dataclass(frozen=True)
class _Mapped:
    state: tuple[Any, ...]
    made: list[Made]


class FhirDesk:
    """See ``usecases.exchange.Exchange``. Safe to call from several threads."""

    def __init__(self, ctx: Context, codings: Codings) -> None:
        self._ctx = ctx
        self.codings = codings
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Mapped] = OrderedDict()

    def capability(self, base: str) -> Resource:
        return capability(base)

    def kinds(self) -> frozenset[str]:
        return frozenset(PARAMETERS)

    def read(self, asker: Asker, kind: str, identity: str) -> Answer:
        """Raises ``NotFoundError``; an id of a case that is not reached is as one that is not there."""
        if is_id(identity):
            for made in self._with_id(asker, kind, identity):
                if (made.kind, made.id) == (kind, identity):
                    return Answer(made.resource, str(made.version), made.recorded_us or None, self._tells_of(made))
        raise NotFoundError(f"There is no {kind} {identity!r}.", "Search for it.")

    def search(self, asker: Asker, kind: str, params: Params, base: str) -> Answer:
        query = read_query(kind, params)
        found = matching(query, self._candidates(asker, query))
        shown = found[query.offset : query.offset + query.count]
        told = sorted({case for one in shown for case in self._tells_of(one)})
        return Answer(page(query, found, base, kind), cases=tuple(told))

    def everything(self, asker: Asker, kind: str, identity: str, params: Params, base: str) -> Answer:
        """All of a case but its waves, oldest first. ``_since``, ``start``, ``end`` and ``_type`` are served."""
        if kind not in ("Patient", "Encounter"):
            raise ExchangeError(f"{kind} has no $everything.", "Ask for it of a Patient.", code="not-supported")
        case = self._case(asker, identity)
        kinds = frozenset(one for name, value in params if name == "_type" for one in value.split(","))
        spans = [
            ("_lastUpdated" if name == "_since" else "date", read_span(name, ("le" if name == "end" else "ge") + value))
            for name, value in params
            if name in ("_since", "start", "end")
        ]
        paging = [one for one in params if one[0] in ("_count", "_offset")]
        rest = tuple(one for one in params if one not in paging)
        unknown = [name for name, _ in rest if name not in ("_since", "start", "end", "_type", "_format", "_pretty")]
        if unknown:
            raise ExchangeError(
                f"$everything does not take {unknown[0]!r}.",
                "It takes _since, start, end, _type.",
                code="not-supported",
            )
        read = read_query("Device", [("_count", str(_EVERYTHING_COUNT)), *paging])
        query = Query("", spans=tuple(spans), count=read.count, offset=read.offset, oldest_first=True, given=rest)
        candidates = [*self._of_case(case), *self._numerics(case, *query.window())]
        found = [one for one in matching(query, candidates) if not kinds or one.kind in kinds]
        return Answer(page(query, found, base, f"{kind}/{identity}/$everything"), cases=(case.case_id,))

    def create(self, asker: Asker, kind: str, body: bytes, *, once: str) -> Answer:
        if kind not in CREATED:
            raise ExchangeError(
                f"A {kind} cannot be written here.", "See /fhir/metadata.", code="not-supported", status=405
            )
        identity = take(self._ctx, self.codings, asker, kind, body, once)
        return self.read(asker, kind, identity)

    def of_case(self, case: CaseState) -> list[Made]:
        """The resources of a case, without what the monitor measured."""
        return self._of_case(case)

    def numerics_of(self, case: CaseState) -> list[Made]:
        """What the monitor measured in all of a stay, one Observation for each numeric and minute."""
        return list(self._numerics(case, float("-inf"), float("inf")))

    def _case(self, asker: Asker, case_id: str) -> CaseState:
        case = next((one for one in self._ctx.book.cases() if one.case_id == case_id), None)
        if case is None or not asker.reaches(case_id):
            raise NotFoundError(f"There is no Patient {case_id!r}.", "Search for it.")
        return case

    def _with_id(self, asker: Asker, kind: str, identity: str) -> Iterator[Made]:
        if kind == "Device":
            yield from self._devices()
        elif kind == "AuditEvent":
            yield from self._audits(asker)
        else:
            case = self._case(asker, identity.partition(".")[0])
            if kind == "Observation" and measurements.NUMERIC in identity:
                yield from self._numeric_with_id(case, identity)
            if kind == "Observation" and measurements.WAVE in identity:
                yield from self._wave_with_id(case, identity)
            if kind == "Observation" and TOTAL in identity:
                yield from self._totals(case)
            yield from self._of_case(case)

    def _numeric_with_id(self, case: CaseState, identity: str) -> Iterator[Made]:
        minute = identity.partition(measurements.NUMERIC)[2].partition(".")[0]
        if minute.isdecimal() and len(minute) < 12:
            low = int(minute) * measurements.STRETCH_US
            yield from self._numerics(case, low, low + measurements.STRETCH_US)

    def _wave_with_id(self, case: CaseState, identity: str) -> Iterator[Made]:
        block = self._ctx.store.block(identity.partition(measurements.WAVE)[2].partition(".")[0])
        if block is not None and block.case_id == case.case_id:
            yield from measurements.waves(case.case_id, case.training, block, decode_block(block.data).messages)

    def _candidates(self, asker: Asker, query: Query) -> Iterator[Made]:
        if query.kind == "Device":
            yield from self._devices()
            return
        if query.kind == "AuditEvent":
            named = query.cases
            yield from (one for one in self._audits(asker) if named is None or named & set(self._tells_of(one)))
            return
        for case in self._ctx.book.cases():
            if asker.reaches(case.case_id) and (query.cases is None or case.case_id in query.cases):
                yield from (one for one in self._of_case(case) if one.kind == query.kind)
                if query.kind == "Observation":
                    yield from self._measured(case, query)

    def _measured(self, case: CaseState, query: Query) -> Iterator[Made]:
        """Numerics of one patient; waves only where they are asked for by name, and for a short time."""
        wanted = {one.rpartition("|")[2] for one in query.alternatives("category")}
        low, high = query.window()
        scored = ours("score") + "|"
        if query.cases is not None and (
            "survey" in wanted or any(one.startswith(scored) for one in query.alternatives("code"))
        ):
            yield from self._totals(case)
        if "waveform" in wanted:
            if query.cases is None or len(query.cases) > 1 or high - low > WAVES_US:
                raise ExchangeError(
                    "Waves are given out for one patient and at most ten minutes at a time.",
                    "Add patient=... and date=ge...&date=lt....",
                    code="too-costly",
                )
            for block in self._ctx.store.blocks(case.case_id, from_us=int(low), to_us=int(high)):
                yield from measurements.waves(case.case_id, case.training, block, decode_block(block.data).messages)
        elif query.cases is not None and (not wanted or "vital-signs" in wanted):
            yield from self._numerics(case, low, high)

    def _totals(self, case: CaseState) -> list[Made]:
        now_us = self._ctx.clock.now_us()
        scores = scores_now(self._ctx, case.case_id, now_us).values()
        return totals(case.case_id, case.training, self._ctx.knowledge, scores, now_us)

    def _numerics(self, case: CaseState, low: float, high: float) -> Iterator[Made]:
        """Aligned to whole minutes, so that a minute has the same id in every search."""
        stretch = measurements.STRETCH_US
        from_us = int(max(low, case.admitted.at_us - 24 * 60 * US_PER_MIN)) // stretch * stretch
        to_us = int(min(high, self._ctx.clock.now_us() + US_PER_MIN))
        if from_us >= to_us:
            return
        to_us += -to_us % stretch
        points = self._ctx.store.trend(case.case_id, from_us=from_us, to_us=to_us, stretch_us=stretch)
        yield from measurements.numerics(case.case_id, case.training, points)

    def _of_case(self, case: CaseState) -> list[Made]:
        with self._ctx.book.studies() as studies:
            mine = tuple(studies.of_case(case.case_id))
            metal = _marks_of(studies.metal, mine)
        people = self._ctx.book.clinic
        state = (case.version, mine, len(metal.searches), len(people.people), len(people.elsewhere))
        with self._lock:
            kept = self._kept.get(case.case_id)
            if kept and kept.state == state:
                self._kept.move_to_end(case.case_id)
                return kept.made
        names = people.elsewhere | {key: person.name for key, person in people.people.items()}
        around = Surroundings(self._ctx.knowledge, names, self.codings, mine, metal)
        recorded = self._ctx.store.read_stream(case_stream(case.case_id), without_blocks=True)
        made = resources_of(case.case_id, recorded, around)
        with self._lock:
            self._kept[case.case_id] = _Mapped(state, made)
            while len(self._kept) > _CASES_KEPT:
                self._kept.popitem(last=False)
        return made

    def _devices(self) -> Iterator[Made]:
        yield devices.holdfast_device(self._ctx.knowledge.release)
        for device, bed in self._ctx.book.clinic.bed_of_device.items():
            yield devices.monitor(device, bed)

    def _audits(self, asker: Asker) -> Iterator[Made]:
        """Who reads under a grant does not read who else reads."""
        if asker.within is not None:
            return
        recorded = self._ctx.store.read_stream(EXCHANGE_STREAM)
        granted = self._ctx.store.read_stream(CLINIC_STREAM)
        recorded += [one for one in granted if isinstance(one.event, RecordRead)]
        yield from filter(None, (audits.audit(one, self._ctx.book.clinic.name_of) for one in recorded))

    @staticmethod
    def _tells_of(made: Made) -> tuple[str, ...]:
        if made.kind == "Device":
            return ()
        if made.kind == "AuditEvent":
            whom = (one.get("what", {}).get("reference", "") for one in made.resource["entity"])
            return tuple(one.removeprefix("Patient/") for one in whom if one)
        return (made.id.partition(".")[0],)


def _marks_of(metal: MetalMarks, studies: tuple[StudyEntry, ...]) -> MetalMarks:
    """Those of these studies, standing still."""
    images = {image.image_id for study in studies for image in study.images}
    return MetalMarks(
        {key: search for key, search in metal.searches.items() if key in images},
        {key: said for key, said in metal.judged.items() if key[0] in images},
    )
