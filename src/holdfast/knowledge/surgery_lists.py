"""The lists of an operation and the numbers of its record: ``surgery_lists.yaml``, checked."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.figures import GradedFigure, check_pedigree

FILE = "surgery_lists.yaml"


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything in the file."""


class ListItem(_Shape, frozen=True, kw_only=True):
    """One line of a list."""

    key: str
    text: str
    source: int = 0
    """Which of the file's sources has a line like it, from 1; 0: ours."""
    hint: Literal["", "weight", "pictures", "risk", "asa", "bed", "custody"] = ""
    """What the record says beside it."""


class CheckList(_Shape, frozen=True, kw_only=True):
    key: str
    label: str
    says: str
    items: tuple[ListItem, ...]


class AsaLevels(_Shape, frozen=True, kw_only=True):
    """Physical status I to V, in our own words."""

    source: str
    grade: Literal["published", "secondary", "estimate"]
    levels: tuple[str, str, str, str, str]


class SurgeryLists(_Shape, frozen=True, kw_only=True):
    """All of it of one release."""

    release: str
    sources: tuple[str, ...]
    lists: tuple[CheckList, ...]
    asa: AsaLevels
    figures: tuple[GradedFigure, ...]

    def value(self, key: str) -> float:
        return next(one.value for one in self.figures if one.key == key)

    def list_of(self, key: str) -> CheckList:
        return next(one for one in self.lists if one.key == key)

    @property
    def items(self) -> dict[str, ListItem]:
        return {item.key: item for one in self.lists for item in one.items}


@lru_cache(maxsize=1)
def load() -> SurgeryLists:
    """The packaged file; raises ``HoldfastError`` naming what does not hold."""
    text = resources.files("holdfast.knowledge").joinpath(FILE).read_text(encoding="utf-8")
    try:
        lists = typed.convert(yaml.safe_load(text), SurgeryLists)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise HoldfastError(f"{FILE} cannot be read: {error}.", "Correct the file.") from error
    for one in lists.figures:
        check_pedigree(FILE, one.key, one.grade, one.source, one.note)
    if len(lists.items) < sum(len(one.items) for one in lists.lists):
        raise HoldfastError(f"{FILE}: a line's key stands twice.", "Give each line its own key.")
    if any(item.source > len(lists.sources) for item in lists.items.values()):
        raise HoldfastError(f"{FILE}: a line names a source that is not there.", "Number them from 1.")
    return lists
