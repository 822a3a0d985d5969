"""What is watched over hours, and what may be expected after a treatment: read from ``courses.yaml`` and checked."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.chain import link_hash
from holdfast.kernel.errors import HoldfastError

_RELEASE_HASH_DIGITS = 12
OTHER = "other"
"""Expected course of a treatment that no entry speaks of."""


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything in the file."""


class _Entry(_Shape, frozen=True, kw_only=True):
    """Base of every entry: its name and its pedigree."""

    key: str
    label: str
    grade: Literal["published", "secondary", "estimate"]
    note: str
    source: str = ""


class Step(_Shape, frozen=True, kw_only=True):
    """How far a number must move one way to count, in its unit, and beyond what level that is for the worse."""

    floor: float
    large: float
    """A move that counts alone."""
    beyond: float
    """A move that ends short of this level is no worsening."""
    not_past: float | None = None
    """Nor is one that ends past this: a dog that breathes 150 times a minute pants."""


class Sign(_Entry, frozen=True, kw_only=True):
    """One number that is watched, whatever sends it."""

    unit: str
    low: float
    high: float
    """The range that an improvement moves towards."""
    sources: tuple[str, ...] = ()
    """Keys of numerics, the better first; a change of source is never read as a change of the animal."""
    over: str = ""
    under: str = ""
    """A ratio of two other signs has no sources."""
    rise: Step | None = None
    fall: Step | None = None
    """None: a move that way is never for the worse."""
    supports: bool = False
    """Its worsening is never a matter of mood or of panting: what goes with it is believed sooner."""
    alone_min: float | None = None
    """A large move for so long is said although no other number agrees; None: never."""


class Effect(_Shape, frozen=True, kw_only=True):
    """What one sign may be expected to do after a treatment."""

    sign: str
    direction: Literal["up", "down"]
    from_min: float
    to_min: float
    at_least: float
    """Smaller than this is less than expected, in the unit of the sign."""
    only_below: float | None = None
    only_above: float | None = None
    """Expected only when the level before was below or above this."""
    may_be_absent: bool = False
    """Seen in some studies or doses: its absence is not less than expected."""


class Expected(_Entry, frozen=True, kw_only=True):
    """The expected course after one kind of treatment."""

    category: str
    """Of ``TreatmentGiven``."""
    explains_min: float
    """For so long a change is not called unexplained."""
    effects: tuple[Effect, ...]
    words: tuple[str, ...] = ()
    """Substances, as they may be written in the words of the one who gave it; empty: the whole category."""


class Courses(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file and the hash that names it."""

    signs: tuple[Sign, ...]
    expected: tuple[Expected, ...]
    release: str = ""

    def sign(self, key: str) -> Sign:
        """The sign of that key; raises ``KeyError``."""
        return next(one for one in self.signs if one.key == key)

    def expected_of(self, category: str, what: str) -> Expected:
        """The entry that fits a treatment: a named substance first, in any category, then the category."""
        said = what.lower()
        named = [one for one in self.expected if any(word in said for word in one.words)]
        # The longest name wins: dexmedetomidine holds medetomidine.
        if named:
            return max(named, key=lambda one: max(len(word) for word in one.words if word in said))
        whole = [one for one in self.expected if not one.words]
        fitting = next((one for one in whole if one.category == category), None)
        return fitting or next(one for one in whole if one.category == OTHER)


@lru_cache(maxsize=1)
def load() -> Courses:
    """The packaged file; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "courses.yaml").read_bytes())


def read(data: bytes) -> Courses:
    """The courses in these bytes of YAML; raises ``HoldfastError``."""
    try:
        courses = typed.convert(yaml.safe_load(data), Courses)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The expected courses cannot be read: {error}.", "Correct courses.yaml.") from error
    if problems := _problems(courses):
        raise HoldfastError(f"The expected courses do not hold together: {'; '.join(problems)}.", "Correct them.")
    return msgspec.structs.replace(courses, release=link_hash([data]).hex()[:_RELEASE_HASH_DIGITS])


def _problems(courses: Courses) -> list[str]:
    keys = [sign.key for sign in courses.signs]
    problems = [f"sign {key} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    for sign in courses.signs:
        if bool(sign.sources) == bool(sign.over and sign.under):
            problems.append(f"sign {sign.key} needs sources, or a ratio of two signs")
        if any(part and part not in keys for part in (sign.over, sign.under)):
            problems.append(f"sign {sign.key} is made of an unknown one")
        if sign.low >= sign.high:
            problems.append(f"the range of {sign.key} is empty")
    for one in courses.expected:
        problems += [f"{one.key} speaks of the unknown sign {e.sign}" for e in one.effects if e.sign not in keys]
        problems += [f"an effect of {one.key} ends before it begins" for e in one.effects if e.from_min >= e.to_min]
    for entry in (*courses.signs, *courses.expected):
        if bool(entry.source) is (entry.grade == "estimate"):
            problems.append(f"{entry.key}: an estimate has no source, everything else has one")
    if not any(one.category == OTHER and not one.words for one in courses.expected):
        problems.append("nothing stands for any other treatment")
    return problems
