"""Small lists of numbers with unit, grade and source, as calling, home and surgery use them."""

from dataclasses import dataclass
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class GradedFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One number. An estimate of ours says why (``note``); every other names the page that was read."""

    key: str
    label: str
    value: float
    unit: str
    grade: Literal["published", "secondary", "estimate"]
    source: str = ""
    """Title and address."""
    note: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    release: str
    figures: tuple[GradedFigure, ...]


@dataclass(frozen=True)
class Figures:
    """The numbers of one file, by key."""

    release: str
    by_key: dict[str, GradedFigure]

    def value(self, key: str) -> float:
        return self.by_key[key].value


def read_figures(name: str, text: str) -> Figures:
    """The figures of a file; raises ``HoldfastError`` naming what does not hold."""
    try:
        file = typed.convert(yaml.safe_load(text), _File)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise HoldfastError(f"{name} cannot be read: {error}.", "Correct the file.") from error
    for one in file.figures:
        check_pedigree(name, one.key, one.grade, one.source, one.note)
    by_key = {one.key: one for one in file.figures}
    if len(by_key) < len(file.figures):
        raise HoldfastError(f"{name} has a key twice.", "Give each number its own key.")
    return Figures(file.release, by_key)


def check_pedigree(name: str, key: str, grade: str, source: str, note: str) -> None:
    """An estimate says why; anything else names what was read."""
    if grade == "estimate" and not note:
        raise HoldfastError(f"{name}: {key} is our estimate and does not say why.", "Write a note.")
    if grade != "estimate" and not source:
        raise HoldfastError(f"{name}: {key} names no source.", "Name the page that was read.")
