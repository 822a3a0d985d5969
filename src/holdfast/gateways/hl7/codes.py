"""What a row measures: canonical key, MDC name and number, unit; and when to refuse to say.

The rule: the MDC *name* decides, and the number must agree with it (be one of the numbers known for
that name, or 0 for "not allocated"). When both are known and mean different things, nobody can tell
which is right, and the row is refused with both. See ``codes.yaml`` for the facts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is measured, as a value or as a waveform."""

    key: str
    unit: str
    names: Mapping[str, tuple[int, ...]]
    low: float = float("-inf")
    high: float = float("inf")
    signed: bool = False
    zero: str = ""
    other_units: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()

    @property
    def main_name(self) -> str:
        """The MDC name we write when the sender used none."""
        return next(iter(self.names))

    def code(self, name: str) -> str:
        """Canonical number of one of ``names`` as text, ``"0"`` when none is known."""
        numbers = self.names[name]
        return str(numbers[0]) if numbers else "0"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit senders write: canonical value = value * factor + offset."""

    label: str
    to: str
    factor: float
    offset: float
    names: tuple[str, ...]
    numbers: tuple[int, ...]

    def convert(self, value: float) -> float:
        """The value in the canonical unit, without the noise of binary fractions."""
        if self.factor == 1.0 and self.offset == 0.0:
            return value
        return round(value * self.factor + self.offset, 6)


@dataclass(frozen=True, slots=True)
class Table:
    """Measures or waves, by every way a sender can name them."""

    by_key: Mapping[str, Term]
    by_name: Mapping[str, Term]
    by_number: Mapping[int, tuple[Term, str]]
    by_label: Mapping[str, Term]
    by_loinc: Mapping[str, Term]
    by_module: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Codes:
    """Everything in ``codes.yaml``, indexed."""

    measures: Table
    waves: Table
    units: Mapping[str, Unit]
    unit_by_number: Mapping[int, Unit]
    unit_by_name: Mapping[str, Unit]
    unit_by_spelling: Mapping[str, Unit]
    never: frozenset[float]
    never_unless_signed: frozenset[float]
    no_value_texts: frozenset[str]
    flags: Mapping[str, str]
    statuses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """What one OBX-3 means. ``problem`` is set when it cannot be trusted."""

    key: str
    code: str
    name: str
    term: Term | None = None
    problem: str = ""


_FastSafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml is about ten times faster; the pure reader gives the same values."""


@cache
def codes() -> Codes:
    """The packaged table, read once."""
    text = resources.files(__package__).joinpath("codes.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_FastSafeLoader)  # noqa: S506 - a safe loader
    units = {label: _unit(label, row) for label, row in data["units"].items()}
    spellings = {_fold(spelling): units[label] for label, row in data["units"].items() for spelling in row["spellings"]}
    return Codes(
        measures=_table(data["measures"]),
        waves=_table(data["waves"]),
        units=units,
        unit_by_number={number: unit for unit in units.values() for number in unit.numbers},
        unit_by_name={name: unit for unit in units.values() for name in unit.names},
        unit_by_spelling=spellings,
        never=frozenset(float(value) for value in data["no_value"]["always"]),
        never_unless_signed=frozenset(float(value) for value in data["no_value"]["unless_signed"]),
        no_value_texts=frozenset(data["no_value"]["texts"]),
        flags=data["flags"],
        statuses=data["statuses"],
    )


def _unit(label: str, row: Mapping[str, Any]) -> Unit:
    return Unit(
        label=label,
        to=row["to"],
        factor=float(row.get("factor", 1.0)),
        offset=float(row.get("offset", 0.0)),
        names=tuple(row["names"]),
        numbers=tuple(row["numbers"]),
    )


def _table(rows: Mapping[str, Mapping[str, Any]]) -> Table:
    terms = {key: _term(key, row) for key, row in rows.items()}
    by_number: dict[int, tuple[Term, str]] = {}
    for term in terms.values():
        for name, numbers in term.names.items():
            for number in numbers:
                by_number.setdefault(number, (term, name))
    return Table(
        by_key=terms,
        by_name={name: term for term in terms.values() for name in term.names},
        by_number=by_number,
        by_label={label: terms[key] for key, row in rows.items() for label in row.get("labels", ())},
        by_loinc={code: term for term in terms.values() for code in term.loinc},
        by_module={label: terms[key] for key, row in rows.items() for label in row.get("module", ())},
    )


def _term(key: str, row: Mapping[str, Any]) -> Term:
    low, high = row.get("bounds", (float("-inf"), float("inf")))
    return Term(
        key=key,
        unit=row["unit"],
        names={name: tuple(numbers) for name, numbers in row["names"].items()},
        low=float(low),
        high=float(high),
        signed=bool(row.get("signed", False)),
        zero=row.get("zero", ""),
        other_units=tuple(row.get("other_units", ())),
        loinc=tuple(row.get("loinc", ())),
    )


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


# --- identity -------------------------------------------------------------------------------------

_MDIL = re.compile(r"([0-9A-Fa-f]{4})-([0-9A-Fa-f]{4})")
_LOINC = re.compile(r"\d{1,6}-\d")
_LOINC_SYSTEMS = ("LN", "LOINC")
_MDC_SYSTEMS = ("MDC", "MDIL", "ISO11073", "IEEE11073", "")
_PARTITION = 65536


@dataclass(frozen=True, slots=True)
class Coding:
    """One code-text-system triplet of OBX-3, put in order."""

    code: str
    number: int | None
    name: str
    system: str

    @property
    def is_mdc_name(self) -> bool:
        """True for a reference identifier, as opposed to a vendor's label."""
        return self.name.startswith(("MDC_", "MDCX_"))

    def __str__(self) -> str:
        return "^".join(part for part in (self.code, self.name) if part)


def codings(components: tuple[str, ...]) -> list[Coding]:
    """The non-empty triplets of OBX-3: at most the code and its alternate."""
    found = []
    for start in (0, 3):
        code, name, system = [*components[start : start + 3], "", "", ""][:3]
        if not (code or name):
            continue
        system = system.upper()
        if not code.isdecimal() and (name.isdecimal() or code.upper().startswith(("MDC_", "MDCX_"))):
            code, name = name, code  # name and number swapped, or the name alone
        found.append(Coding(code, _number(code, system), _bare_name(name), system))
    return found


def _number(code: str, system: str) -> int | None:
    """MDC number: plain, or Philips' hexadecimal partition-code pair."""
    if code.isascii() and code.isdecimal() and len(code) <= 10:
        return int(code)
    pair = _MDIL.fullmatch(code)
    if pair and system.startswith("MDIL"):
        return int(pair[1], 16) * _PARTITION + int(pair[2], 16)
    return None


def _bare_name(name: str) -> str:
    name = name.split("@", 1)[0].strip()  # VitalRecorder writes the sample rate after an @
    return name.upper() if name.upper().startswith(("MDC", "MNDRY_")) else name


@lru_cache(maxsize=4096)  # a monitor sends the same few codes every second
def identify(components: tuple[str, ...], *, waveform: bool) -> Identity:
    """Resolve OBX-3. Knows nothing of the value: only what it would be called."""
    found = codings(components)
    if not found:
        return Identity("", "", "", problem="The row does not say what was measured (OBX-3 is empty).")
    table, other = codes().measures, codes().waves
    if waveform:
        table, other = other, table
    resolved = [(coding, _identify_one(coding, table, other)) for coding in found]
    known = [(coding, identity) for coding, identity in resolved if identity.term or identity.problem]
    for _, identity in known:
        if identity.problem:
            return identity
    if len({identity.key for _, identity in known}) > 1:
        both = " and ".join(str(coding) for coding in found)
        first = known[0][1]
        return Identity(first.key, first.code, first.name, problem=f"{both} are codes of different things.")
    mdc_first = sorted(known or resolved, key=lambda pair: not pair[0].is_mdc_name)
    return mdc_first[0][1]


def _identify_one(coding: Coding, table: Table, other: Table) -> Identity:
    if coding.system in _LOINC_SYSTEMS or (coding.system == "" and _LOINC.fullmatch(coding.code)):
        term = table.by_loinc.get(coding.code)
        if term:
            return Identity(term.key, term.code(term.main_name), term.main_name, term)
        return Identity(coding.name.lower() or coding.code, coding.code, coding.name or coding.code)
    if coding.is_mdc_name:
        return _by_mdc_name(coding, table, other)
    return _by_label(coding, table)


def _by_mdc_name(coding: Coding, table: Table, other: Table) -> Identity:
    term = table.by_name.get(coding.name)
    owner = _owner(coding.number, table, other)
    if term is None:
        if coding.name in other.by_name:
            return _mismatch(other.by_name[coding.name], coding, _WRONG_KIND)
        if owner:
            return _disagreement(coding, None, owner[1])
        key = f"mdc:{coding.number}" if coding.number else coding.name.lower()
        return Identity(key, str(coding.number or 0), coding.name)
    numbers = term.names[coding.name]
    agrees = (
        not coding.number
        or coding.number in numbers
        or any(coding.number == number % _PARTITION for number in numbers)
        or (not numbers and owner is None)
    )
    if agrees:
        return Identity(term.key, term.code(coding.name), coding.name, term)
    if owner:
        return _disagreement(coding, term, owner[1])
    return _mismatch(term, coding, f"{coding.number} is not a number known for {coding.name}; one of the two is wrong.")


_WRONG_KIND = "A single value and a waveform are mixed up: the code is of one, the row of the other."


def _mismatch(term: Term | None, coding: Coding, problem: str) -> Identity:
    return Identity(term.key if term else "", str(coding.number or 0), coding.name, problem=problem)


def _disagreement(coding: Coding, said: Term | None, owner_name: str) -> Identity:
    problem = f"Name and number disagree: {coding.name} is written with {coding.code}, which is {owner_name}."
    return _mismatch(said, coding, problem)


def _owner(number: int | None, table: Table, other: Table) -> tuple[Term, str] | None:
    return (table.by_number.get(number) or other.by_number.get(number)) if number else None


def _by_label(coding: Coding, table: Table) -> Identity:
    """Senders without MDC names: Philips numbers, Edan, Mindray's own protocol, Nihon Kohden, VitalRecorder."""
    term = table.by_module.get(f"{coding.code}^{coding.name}".upper()) or _label_term(coding.name, table)
    by_code = None if coding.number is not None else _label_term(coding.code, table)
    if term and by_code and not _same_family(by_code.key, term.key):
        return _mismatch(term, coding, f"{coding.code} and {coding.name} are names of different things.")
    term = term or by_code
    owner = None
    if coding.number and coding.number >= _PARTITION and coding.system in _MDC_SYSTEMS:
        owner = table.by_number.get(coding.number)
    if owner and term and not _same_family(owner[0].key, term.key):
        return _disagreement(coding, term, owner[1])
    if owner:
        return Identity(owner[0].key, owner[0].code(owner[1]), owner[1], owner[0])
    if term:
        return Identity(term.key, term.code(term.main_name), term.main_name, term)
    if coding.number and coding.number >= _PARTITION and coding.system in _MDC_SYSTEMS[:4]:
        return Identity(f"mdc:{coding.number}", str(coding.number), coding.name)
    label = coding.name or coding.code
    return Identity(label.lower(), coding.code, label)


def _same_family(one: str, other: str) -> bool:
    """A vendor's label may say less than its number (``HR`` for a pulse rate): not a contradiction."""
    pair = {one, other}
    return (
        one == other
        or pair in ({"hr", "pulse"}, {"temp", "temp_skin"})
        or ("ecg" in pair and all(key.startswith("ecg") for key in pair))
    )


def _label_term(label: str, table: Table) -> Term | None:
    label = label.split("@", 1)[0].rsplit("/", 1)[-1].upper().removeprefix("VITAL ")
    label = label.translate(_SUBSCRIPTS)
    return table.by_label.get(re.sub(r"[^A-Z0-9]", "", label))


_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


# --- units ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def find_unit(components: tuple[str, ...]) -> tuple[Unit | None, str]:
    """The unit that OBX-6 names, or ``None`` and why not. Both empty: no unit was written."""
    written = [part for part in components if part]
    if not written:
        return None, ""
    table = codes()
    found: list[Unit] = []
    for part in written:
        number = _unit_number(part)
        unit = (
            table.unit_by_spelling.get(_fold(part))
            or table.unit_by_name.get(part.upper())
            or (table.unit_by_number.get(number) if number is not None else None)
        )
        if unit:
            found.append(unit)
    text = "^".join(written)
    if not found:
        return None, f"The unit {text} is not known."
    if any((unit.to, unit.factor, unit.offset) != (found[0].to, found[0].factor, found[0].offset) for unit in found):
        return None, f"The unit contradicts itself: {text}."
    return found[0], ""


def _unit_number(part: str) -> int | None:
    pair = _MDIL.fullmatch(part)
    if pair:
        return int(pair[1], 16) * _PARTITION + int(pair[2], 16)
    return int(part) if part.isascii() and part.isdecimal() and len(part) <= 10 else None
