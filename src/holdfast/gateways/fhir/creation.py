"""What another program writes: an Observation or ServiceRequest as an entry of ours, or refused in words.

Nothing is guessed: a code that we do not know is refused, and so is a unit that does not belong to it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from holdfast.gateways.fhir.basics import EUTHANASIA, PROCEDURE, Resource, moment_us, ours
from holdfast.gateways.fhir.building import Codings
from holdfast.gateways.fhir.measures import key_of
from holdfast.gateways.fhir.terminology import key_of as own_key_of
from holdfast.gateways.hl7.codes import codes
from holdfast.kernel.limits import TEXT_MAX
from holdfast.knowledge.model import Knowledge
from holdfast.knowledge.observations import read_observation
from holdfast.usecases.exchange import ExchangeError

UNPROCESSABLE = 422
_OF_UCUM = {"mm[Hg]": "mmHg", "Cel": "degC", "[degF]": "degF", "10*3/uL": "k/uL", "10*9/L": "10^9/L", "mEq/L": "meq/L"}
_STATUSES = frozenset({"final", "preliminary", "amended", "corrected"})
_TAKEN_AS_ORDER = frozenset({"draft", "active"})


@dataclass(frozen=True)
class Number:
    """A value in the canonical unit of its key; ``weight`` is the animal's weight in kg."""

    key: str
    value: float
    unit: str


@dataclass(frozen=True)
class Sign:
    """A finding of our vocabulary, seen or not seen."""

    key: str
    present: bool


@dataclass(frozen=True)
class Observed:
    """An Observation, read."""

    case_ref: Resource
    numbers: tuple[Number, ...]
    sign: Sign | None
    at_us: int | None
    note: str
    own_key: str
    """The sender's identifier; empty when it has none."""


@dataclass(frozen=True)
class Asked:
    """A ServiceRequest, read: for euthanasia, or for a test of ours."""

    case_ref: Resource
    euthanasia: bool
    test: str
    reason: str
    requester: str
    note: str
    own_key: str


def unknown(problem: str, remedy: str, code: str = "code-invalid") -> ExchangeError:
    return ExchangeError(problem, remedy, code=code, status=UNPROCESSABLE)


def read_observed(content: Resource, knowledge: Knowledge, codings: Codings) -> Observed:
    """Of a ``shapes.checked`` resource; raises ``ExchangeError``."""
    if content.get("status") not in _STATUSES:
        raise unknown(
            f"An Observation that is {content.get('status')!r} is not taken.", "Send what was measured.", "value"
        )
    if content.get("dataAbsentReason"):
        raise unknown("The Observation says that it has no value.", "Send it when there is one.", "value")
    own_key, sign, numbers = _own_key(content), None, []
    for part in _parts(content):
        named = _finding(part, knowledge, codings)
        if named and isinstance(part.get("valueBoolean"), bool):
            sign = Sign(named, part["valueBoolean"])
        elif isinstance(part.get("valueQuantity"), dict):
            numbers.append(_number(part, knowledge, codings))
        else:
            raise unknown(
                f"{_code_words(part)} is not taken in this form.",
                "Send a number with its unit, or a finding of ours with true or false.",
                "not-supported" if named else "code-invalid",
            )
    return Observed(_subject(content), tuple(numbers), sign, _moment(content), _note(content), own_key)


def _parts(content: Resource) -> list[Resource]:
    """The Observation itself where it has a value, and each of its components."""
    has_value = any(name.startswith("value") for name in content)
    components = content.get("component", [])
    if not has_value and not components:
        raise unknown("The Observation holds no value.", "Send a number, or true or false.", "required")
    return [*([content] if has_value else []), *components]


def _finding(part: Resource, knowledge: Knowledge, codings: Codings) -> str:
    for system, code in _codes(part.get("code")):
        if system == ours("finding"):
            key = knowledge.aliases.get(code, code)
            if key in knowledge.findings:
                return key
        kind, _, key = own_key_of(codings, system, code).partition(":")
        if kind == "finding" and key in knowledge.findings:
            return key
    return ""


def _number(part: Resource, knowledge: Knowledge, codings: Codings) -> Number:
    quantity = part["valueQuantity"]
    value = quantity.get("value")
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or quantity.get("comparator")
    ):
        raise unknown(f"{_code_words(part)} has no plain number.", "Send a number without a comparator.", "value")
    written = str(quantity.get("code") or quantity.get("unit") or "")
    key = _measure(part, knowledge, codings)
    if not key:
        raise unknown(
            f"{_code_words(part)} is not a code that we know.",
            "Send LOINC, MDC, or a code that this clinic has loaded.",
        )
    number = _converted(key, float(value), _OF_UCUM.get(written, written))
    if number is None:
        raise unknown(f"{written or 'No unit'!r} is not a unit of {key}.", "Send the unit in UCUM.", "value")
    term = codes().measures.by_key.get(key)
    if term and not term.low <= number.value <= term.high:
        raise unknown(f"{key} {number.value:g} {number.unit} cannot be right.", "Look at what was sent.", "value")
    return number


def _measure(part: Resource, knowledge: Knowledge, codings: Codings) -> str:
    known = {one.observation for finding in knowledge.findings.values() for one in finding.derived}
    for system, code in _codes(part.get("code")):
        if key := key_of(system, code):
            return key
        kind, _, own = own_key_of(codings, system, code).partition(":")
        named = code if system == ours("measure") else own if kind == "measure" else ""
        if named in known:
            return named
    return ""


def _converted(key: str, value: float, written: str) -> Number | None:
    read = read_observation(key, value, written)
    if read is not None:
        return Number(read.key, read.value, read.unit)
    term, unit = codes().measures.by_key.get(key), codes().unit_by_spelling.get(written.casefold())
    if term is None or unit is None or unit.to != term.unit:
        return None
    return Number(key, unit.convert(value), term.unit)


def read_asked(content: Resource, knowledge: Knowledge, codings: Codings) -> Asked:
    """Of a ``shapes.checked`` resource; raises ``ExchangeError``."""
    if content.get("intent") != "order" or content.get("status") not in _TAKEN_AS_ORDER:
        raise unknown("Only a new order is taken.", "Send intent 'order' with status 'draft' or 'active'.", "value")
    euthanasia, test = False, ""
    for system, code in _codes(content.get("code")):
        euthanasia = euthanasia or (system, code) == (PROCEDURE, EUTHANASIA)
        kind, _, own = own_key_of(codings, system, code).partition(":")
        named = code if system == ours("test") else own if kind == "test" else ""
        test = test or (named if named in knowledge.tests else "")
        euthanasia = euthanasia or (kind, own) == ("procedure", EUTHANASIA)
    if not euthanasia and not test:
        raise unknown(
            f"{_code_words(content)} is not an order that we know.",
            f"Send {PROCEDURE}|{EUTHANASIA}, a test of {ours('test')}, or a code that this clinic has loaded.",
        )
    reasons = [str(one.get("text") or _first_display(one)) for one in _list(content, "reasonCode")]
    who = content.get("requester")
    requester = str(who.get("display") or who.get("reference") or "") if isinstance(who, dict) else ""
    reason = "; ".join(filter(None, reasons))[:TEXT_MAX]
    return Asked(_subject(content), euthanasia, test, reason, requester, _note(content), _own_key(content))


def _subject(content: Resource) -> Resource:
    subject = content.get("subject")
    if not isinstance(subject, dict):
        raise unknown("The resource names no animal.", "Send subject: a Patient of ours, or an identifier.", "required")
    return subject


def _moment(content: Resource) -> int | None:
    period = content.get("effectivePeriod")
    text = content.get("effectiveDateTime") or content.get("effectiveInstant")
    text = text or (period.get("start") if isinstance(period, dict) else None)
    if text is None:
        return None
    try:
        return moment_us(str(text))
    except ValueError:
        raise unknown(f"{text!r} is not a moment.", "Write for example 2026-03-01T12:00:00Z.", "value") from None


def _note(content: Resource) -> str:
    return "\n".join(str(one.get("text", "")) for one in _list(content, "note"))[:TEXT_MAX].strip()


def _own_key(content: Resource) -> str:
    for one in _list(content, "identifier"):
        if one.get("value"):
            return f"{one.get('system', '')}|{one['value']}"
    return ""


def _codes(concept: Any) -> Iterator[tuple[str, str]]:
    for one in _list(concept, "coding") if isinstance(concept, dict) else ():
        yield str(one.get("system", "")), str(one.get("code", ""))


def _code_words(part: Resource) -> str:
    code = part.get("code")
    said = [f"{system}|{value}" for system, value in _codes(code)]
    text = code.get("text") if isinstance(code, dict) else None
    return ", ".join(said)[:200] or (str(text)[:200] if text else "An uncoded entry")


def _first_display(concept: Resource) -> str:
    return next((str(one.get("display") or one.get("code") or "") for one in _list(concept, "coding")), "")


def _list(content: Resource, name: str) -> list[Resource]:
    found = content.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
