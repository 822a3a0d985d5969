"""When a modifier applies: a small grammar over who the animal is, where it lives and what time of year it is.

One part is ``breed:<words>``, ``sex:<value>``, ``region:<code>``, ``season:<name>``, ``month:<from>-<to>``,
``age_years<N``, ``age_years>=N``, ``weight_kg<N``, ``weight_kg>=N``, ``working_dog``, ``neutered`` or ``intact``.
``|`` between values means any of them, `` & `` between parts means all of them: ``region:AU|NZ & season:summer``.
A region is a country (``AU``, ISO 3166-1) or a part of one (``AU-QLD``, ISO 3166-2); a country holds its parts.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_SEXES = ("female", "female_neutered", "male", "male_neutered")
_SEASONS = ("spring", "summer", "autumn", "winter")
_COMPARED = re.compile(r"(age_years|weight_kg)(<|>=)(\d+(?:\.\d+)?)")
_MONTHS = re.compile(r"(\d{1,2})-(\d{1,2})")
_VALUES = {
    "breed": re.compile(r"[a-z0-9][a-z0-9_ '-]*"),
    "sex": re.compile("|".join(_SEXES)),
    "region": re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?"),
    "season": re.compile("|".join(_SEASONS)),
}
_FLAGS = ("working_dog", "neutered", "intact")
_MONTHS_IN_YEAR = 12

SOUTHERN = frozenset({"AR", "AU", "BW", "CL", "LS", "NA", "NZ", "PY", "SZ", "UY", "ZA"})
"""Countries whose summer is around January."""
SEASONLESS = frozenset(
    {"BO", "BR", "CO", "CR", "EC", "GH", "GT", "GY", "HN", "ID", "IN", "KE", "LK", "MG", "MW", "MY", "MZ", "NG", "NI"}
    | {"PA", "PE", "PG", "PH", "SG", "SV", "TH", "TZ", "UG", "VE", "VN", "ZM", "ZW"}
)
"""Countries that lie wholly or largely between the tropics: the four seasons say little; write months."""


@dataclass(frozen=True)
class Condition:
    """One part: what it asks about, how it compares, and with what."""

    about: str
    op: str
    """``any`` of ``values``, ``<`` or ``>=`` the number, ``from_to`` months, or ``is`` (a flag)."""
    values: tuple[str, ...] = ()
    number: float = 0.0
    months: tuple[int, int] = (0, 0)


@lru_cache(maxsize=1024)
def read(when: str) -> tuple[Condition, ...]:
    """The parts of ``when``, all of which must hold; raises ``ValueError`` that says what cannot be read."""
    return tuple(_part(part.strip()) for part in when.split("&"))


def _part(text: str) -> Condition:
    if text in _FLAGS:
        return Condition(text, "is")
    compared = _COMPARED.fullmatch(text)
    if compared:
        return Condition(compared[1], compared[2], number=float(compared[3]))
    about, _, rest = text.partition(":")
    if about == "month" and (months := _MONTHS.fullmatch(rest)):
        first, last = int(months[1]), int(months[2])
        if 1 <= first <= _MONTHS_IN_YEAR and 1 <= last <= _MONTHS_IN_YEAR:
            return Condition("month", "from_to", months=(first, last))
    values = tuple(rest.split("|"))
    if about in _VALUES and all(_VALUES[about].fullmatch(value) for value in values):
        return Condition(about, "any", values=values)
    raise ValueError(f"{text!r} is not one of the known conditions")


def in_region(code: str, wanted: str) -> bool:
    """Whether ``code`` is the wanted country or part of it."""
    return code == wanted or code.startswith(f"{wanted}-")


def in_months(month: int, months: tuple[int, int]) -> bool:
    """Whether a month lies in a span that may go over New Year."""
    first, last = months
    return first <= month <= last if first <= last else month >= first or month <= last


def season(region: str, month: int | None) -> str | None:
    """Season at a place; None where place or month is not known or the place has no four seasons."""
    country = region[:2]
    if not country or month is None or country in SEASONLESS:
        return None
    # March to May is spring in the north and autumn in the south.
    quarter = (month % _MONTHS_IN_YEAR) // 3
    north = ("winter", "spring", "summer", "autumn")
    return north[(quarter + 2) % 4] if country in SOUTHERN else north[quarter]
