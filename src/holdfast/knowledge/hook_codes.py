"""Codes that CDS Hooks is spoken with: read from ``hook_codes.yaml`` and checked."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.figures import check_pedigree

_FILE = "hook_codes.yaml"


class OrderCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code that says: this order is to end a life."""

    system: str
    code: str
    display: str
    of: tuple[str, ...]
    """FHIR resources that it counts in."""
    begins: bool = False
    """Every code that begins so counts."""
    grade: Literal["published", "secondary", "estimate"]
    source: str = ""
    note: str = ""


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    text: str
    grade: Literal["estimate"]
    note: str


class ChipCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What tells that an identifier is the number of a transponder: its system, or the code of its type."""

    system: str
    code: str = ""
    grade: Literal["published", "secondary", "estimate"]
    source: str = ""
    note: str = ""


class Chips(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    systems: tuple[ChipCode, ...]
    types: tuple[ChipCode, ...]


class StandardReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: str
    display: str


class OverrideReasons(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    system: str
    source: str
    own_system: str
    standard: tuple[StandardReason, ...]


class HookCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    release: str
    orders: tuple[OrderCode, ...]
    words: tuple[Word, ...]
    microchips: Chips
    case_system: str
    override_reasons: OverrideReasons


@lru_cache(maxsize=1)
def load() -> HookCodes:
    """The packaged codes; raises ``HoldfastError`` when one has no pedigree."""
    text = resources.files("holdfast.knowledge").joinpath(_FILE).read_text(encoding="utf-8")
    try:
        codes = typed.convert(yaml.safe_load(text), HookCodes)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise HoldfastError(f"{_FILE} cannot be read: {error}.", "Correct the file.") from error
    graded: tuple[OrderCode | ChipCode, ...] = (*codes.orders, *codes.microchips.systems, *codes.microchips.types)
    for one in graded:
        check_pedigree(_FILE, f"{one.system} {one.code}", one.grade, one.source, one.note)
    return codes
