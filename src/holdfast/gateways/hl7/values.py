"""From the text of OBX-5 to a value that may be charted, or the reason why it may not."""

import math
import re

from holdfast.gateways.hl7.codes import Identity, Term, Unit, codes, find_unit
from holdfast.gateways.hl7.rows import Row

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")


class NotCharted(Exception):  # noqa: N818 - an outcome with its sentence, not a fault
    """Why a row is not charted, in one sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def plain_number(text: str) -> float | None:
    """A finite decimal number, or ``None``. A comma is a decimal comma only where it cannot part thousands."""
    text = text.strip()
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def is_no_value_text(text: str) -> bool:
    """Empty, dashes, ``NaN`` and the other ways to write nothing."""
    return text.strip().lower() in codes().no_value_texts


def check_marks(row: Row) -> None:
    """Raise ``NotCharted`` when the sender itself says that there is no measurement in the row."""
    table = codes()
    for flag in sorted(row.flags):
        if flag in table.flags:
            raise NotCharted(table.flags[flag])
    if row.status in table.statuses:
        raise NotCharted(table.statuses[row.status])
    if row.is_setting:
        raise NotCharted("The sender marks it as a setting, not a measurement.")


def read_value(row: Row, identity: Identity) -> tuple[float, str]:
    """Value and canonical unit; raises ``NotCharted``."""
    check_marks(row)
    if is_no_value_text(row.plain_value):
        raise NotCharted("No value was sent.")
    if identity.problem:
        raise NotCharted(identity.problem)
    raw = _number_in(row)
    term = identity.term
    _check_sentinel(raw, term)
    unit = _unit_for(row, term, raw)
    value = unit.convert(raw)
    if not math.isfinite(value):
        raise NotCharted(f"Impossible value: {raw:g} {unit.label} is more than a number can hold.")
    if term and not term.low <= value <= term.high:
        raise NotCharted(f"Impossible value: {value:g} {unit.to} is outside {term.low:g} to {term.high:g} {term.unit}.")
    return value, unit.to


def _number_in(row: Row) -> float:
    parts = row.value_parts
    if row.kind == "SN":
        # Structured numeric: comparator, number, separator, number. Only "equals" is a value.
        comparator, first, *rest = [*parts, ""]
        if comparator not in ("", "=") or any(rest):
            raise NotCharted("The sender wrote a comparison or a ratio, not one value.")
        text = first
    else:
        text = row.plain_value
    number = plain_number(text)
    if number is not None:
        return number
    if len(parts) > 1 or len(row.segment.repetitions(5)) > 1:
        raise NotCharted("There is more than one value in the row.")
    raise NotCharted("The value is not a number.")


def _check_sentinel(raw: float, term: Term | None) -> None:
    table = codes()
    if raw in table.never or (raw in table.never_unless_signed and not (term and term.signed)):
        raise NotCharted(f"{raw:g} is how this kind of sender writes that there is no reading.")
    if term and term.zero and raw == 0:
        raise NotCharted(f"0 means {term.zero}.")


def _unit_for(row: Row, term: Term | None, raw: float) -> Unit:
    unit, problem = find_unit(row.unit)
    if problem:
        raise NotCharted(problem)
    canonical = codes().units
    if term is None:
        if unit is None:
            raise NotCharted("The code is not known and no unit was written.")
        return unit
    if unit is None or (unit.to == "1" != term.unit):
        return _assumed_unit(term, raw)
    if unit.to != term.unit:
        note = " Percent cannot be converted without the air pressure." if unit.to == "%" else ""
        raise NotCharted(f"The unit {unit.label} does not fit {term.main_name} ({canonical[term.unit].label}).{note}")
    return unit


def _assumed_unit(term: Term, raw: float) -> Unit:
    """The canonical unit, where the value is possible in it and in no other unit senders use for this.

    A heart rate has one unit everywhere. A temperature of 38 can only be Celsius (38 degF would be a
    frozen dog); a cuff pressure of 120 can only be mmHg; but a weight of 20 may be kg or lb, so it is refused.
    """
    units = codes().units
    possible = [
        label
        for label in (term.unit, *term.other_units)
        if term.low <= _in_terms_of(units[label], raw, term) <= term.high
    ]
    if possible == [term.unit]:
        return units[term.unit]
    if not possible:
        raise NotCharted(f"Impossible value: {raw:g}, and no unit was written.")
    raise NotCharted(f"No unit was written, and {raw:g} could be {' or '.join(possible)}.")


def _in_terms_of(unit: Unit, raw: float, term: Term) -> float:
    if unit.to == term.unit:
        return unit.convert(raw)
    # Gas in percent: of about one atmosphere, good enough to tell what is possible.
    return raw * 7.6 if (unit.to, term.unit) == ("%", "mmHg") else math.inf
