"""Search parameters: which each kind of resource takes, what they match, and one page of what was found."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from holdfast.gateways.fhir.basics import Resource, moment_us
from holdfast.gateways.fhir.building import Made
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.usecases.exchange import ExchangeError, Params

COUNT = 50
COUNT_MAX = 1_000
"""Resources on one page."""
_DAY_US = 24 * 60 * US_PER_MIN
_DATE = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}(?:-\d\d(?:-\d\d(?:T.+)?)?)?)")
_CONTROL = frozenset({"_count", "_offset", "_sort", "_format", "_pretty"})

_TIMED = {"patient": "reference", "encounter": "reference"}
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "Patient": {"identifier": "token", "name": "string"},
    "Encounter": {"patient": "reference", "identifier": "token", "date": "date", "status": "token"},
    "Observation": _TIMED
    | {"identifier": "token", "date": "date", "code": "token", "category": "token", "status": "token"},
    "Condition": _TIMED | {"recorded-date": "date", "code": "token", "category": "token", "clinical-status": "token"},
    "ServiceRequest": _TIMED
    | {"identifier": "token", "authored": "date", "code": "token", "category": "token", "status": "token"},
    "ImagingStudy": _TIMED | {"identifier": "token", "started": "date", "status": "token", "modality": "token"},
    "DiagnosticReport": _TIMED | {"date": "date", "code": "token", "category": "token", "status": "token"},
    "DetectedIssue": {"patient": "reference", "identifier": "token", "identified": "date", "code": "token"},
    "GuidanceResponse": {"patient": "reference", "identifier": "token"},
    "Communication": _TIMED | {"identifier": "token", "sent": "date", "category": "token", "status": "token"},
    "Specimen": {"patient": "reference", "identifier": "token", "collected": "date", "status": "token"},
    "Procedure": _TIMED
    | {"identifier": "token", "date": "date", "code": "token", "category": "token", "status": "token"},
    "Consent": {"patient": "reference", "date": "date", "category": "token", "status": "token"},
    "Provenance": {"patient": "reference", "target": "reference", "recorded": "date"},
    "AuditEvent": {"patient": "reference", "date": "date", "action": "token", "outcome": "token"},
    "Device": {"identifier": "token", "status": "token"},
}
"""Names and types as FHIR R4 has them; ``_id`` and ``_lastUpdated`` go with every kind."""


@dataclass(frozen=True)
class Span:
    """Instants from ``low`` (inclusive) to ``high`` (exclusive) that a date parameter allows."""

    low: float = float("-inf")
    high: float = float("inf")
    outside: bool = False
    """``ne``: everything but."""

    def holds(self, at_us: int) -> bool:
        return (self.low <= at_us < self.high) != self.outside


@dataclass(frozen=True)
class Query:
    """A search, read."""

    kind: str
    tokens: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(parameter, alternatives); all of them must hold."""
    spans: tuple[tuple[str, Span], ...] = ()
    cases: frozenset[str] | None = None
    """That ``patient`` and ``encounter`` name; None: not named."""
    count: int = COUNT
    offset: int = 0
    oldest_first: bool = False
    given: Params = field(default_factory=tuple)

    def alternatives(self, name: str) -> tuple[str, ...]:
        """Of a token parameter; empty when it was not given."""
        return next((values for parameter, values in self.tokens if parameter == name), ())

    def window(self) -> tuple[float, float]:
        """The part of time that all dates of the search allow together."""
        spans = [span for name, span in self.spans if name == "date" and not span.outside]
        return max((s.low for s in spans), default=float("-inf")), min((s.high for s in spans), default=float("inf"))


def read_query(kind: str, params: Params) -> Query:
    """Raises ``ExchangeError``: a filter that was passed over would give an answer to another question."""
    known = {**PARAMETERS[kind], "_id": "token", "_lastUpdated": "date"}
    tokens: list[tuple[str, tuple[str, ...]]] = []
    spans: list[tuple[str, Span]] = []
    cases: frozenset[str] | None = None
    numbers = {"_count": COUNT, "_offset": 0}
    oldest_first = False
    for raw, value in params:
        name = "patient" if raw in ("subject", "subject:Patient", "patient:Patient") and "patient" in known else raw
        if name in numbers:
            numbers[name] = _number(name, value)
        elif name == "_sort":
            oldest_first = _oldest_first(value)
        elif name in _CONTROL:
            continue
        elif name not in known:
            raise ExchangeError(
                f"{kind} is not searched by {raw!r}.", f"It takes: {', '.join(sorted(known))}.", code="not-supported"
            )
        elif known[name] == "date":
            spans.append((name, read_span(name, value)))
        elif name in ("patient", "encounter"):
            named = frozenset(one.rpartition("/")[2] for one in value.split(","))
            cases = named if cases is None else cases & named
        else:
            tokens.append((name, tuple(one for one in value.split(",") if one)))
    return Query(
        kind,
        tuple(tokens),
        tuple(spans),
        cases,
        min(numbers["_count"], COUNT_MAX),
        numbers["_offset"],
        oldest_first,
        tuple(params),
    )


def read_span(name: str, value: str) -> Span:
    """One date parameter with its prefix; a date that names a day stands for the whole of it."""
    match = _DATE.fullmatch(value.strip().replace(" ", "+"))
    if match is None:
        raise ExchangeError(f"{name}={value} is not a date of FHIR.", "Write for example ge2026-03-01T12:00:00Z.")
    prefix, text = match[1] or "eq", match[2]
    try:
        low = moment_us(text)
        high = low + _length_us(text, low)
    except ValueError:
        raise ExchangeError(f"{name}={value} is not a date.", "Write for example ge2026-03-01T12:00:00Z.") from None
    match prefix:
        case "gt" | "sa":
            return Span(low=high)
        case "ge":
            return Span(low=low)
        case "lt" | "eb":
            return Span(high=low)
        case "le":
            return Span(high=high)
        case "ne":
            return Span(low, high, outside=True)
    return Span(low, high)


def _length_us(text: str, low: int) -> int:
    if len(text) == 4:
        return moment_us(str(int(text) + 1)) - low
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return moment_us(f"{year + month // 12:04}-{month % 12 + 1:02}") - low
    if len(text) == 10:
        return _DAY_US
    return 1 if "." in text else US_PER_S


def _number(name: str, value: str) -> int:
    if not value.isdecimal() or len(value) > 9:
        raise ExchangeError(f"{name}={value} is not a number.", "Give a whole number.")
    return int(value)


def _oldest_first(value: str) -> bool:
    dates = (
        "date",
        "_lastUpdated",
        "authored",
        "sent",
        "recorded",
        "started",
        "recorded-date",
        "collected",
        "identified",
    )
    if value.removeprefix("-") not in dates:
        raise ExchangeError(f"_sort={value} is not served.", "Sort by date or -date.", code="not-supported")
    return not value.startswith("-")


def matching(query: Query, candidates: Iterable[Made]) -> list[Made]:
    """The candidates that the search means, newest first unless it says otherwise."""
    found = [one for one in candidates if _matches(query, one)]
    return sorted(found, key=lambda one: (one.at_us, one.version, one.id), reverse=not query.oldest_first)


def _matches(query: Query, made: Made) -> bool:
    for name, span in query.spans:
        if not span.holds(made.recorded_us if name in ("_lastUpdated", "recorded") else made.at_us):
            return False
    return all(any(_holds(made, name, one) for one in values) for name, values in query.tokens)


def _holds(made: Made, name: str, value: str) -> bool:
    if name == "_id":
        return made.id == value
    resource = made.pattern
    match name:
        case "status" | "action" | "outcome":
            return bool(resource.get(name) == value.rpartition("|")[2])
        case "identifier":
            return any(_token(one.get("system", ""), one["value"], value) for one in resource.get("identifier", ()))
        case "name":
            return any(value.casefold() in one.get("text", "").casefold() for one in resource.get("name", ()))
        case "target":
            return any(one.get("reference") == value for one in resource.get("target", ()))
        case "modality":
            return any(_token(one["system"], one["code"], value) for one in resource.get("modality", ()))
        case "clinical-status":
            return _concept_holds(resource.get("clinicalStatus", {}), value)
    found = resource.get(name, {})
    concepts = found if isinstance(found, list) else [found]
    return any(_concept_holds(one, value) for one in concepts)


def _concept_holds(concept: Resource, value: str) -> bool:
    return any(_token(one.get("system", ""), one.get("code", ""), value) for one in concept.get("coding", ()))


def _token(system: str, code: str, value: str) -> bool:
    wanted_system, bar, wanted = value.rpartition("|")
    if bar and wanted_system != system:
        return False
    return wanted in ("", code)


def page(query: Query, found: Sequence[Made], base: str, path: str) -> Resource:
    """One page as a Bundle, with links to this, the next and the previous one."""
    shown = found[query.offset : query.offset + query.count]
    links = [("self", query.offset)]
    if query.offset + query.count < len(found) and query.count:
        links.append(("next", query.offset + query.count))
    if query.offset:
        links.append(("previous", max(0, query.offset - query.count)))
    rest = [(name, value) for name, value in query.given if name not in ("_count", "_offset")]

    def address(offset: int) -> str:
        return f"{base}/{path}?{urlencode([*rest, ('_count', query.count), ('_offset', offset)])}"

    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": relation, "url": address(offset)} for relation, offset in links],
    }
    if shown:
        bundle["entry"] = [
            {"fullUrl": f"{base}/{one.kind}/{one.id}", "resource": one.resource, "search": {"mode": "match"}}
            for one in shown
        ]
    return bundle
