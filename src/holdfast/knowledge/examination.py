"""The examination form as data: systems, lines, places and answers, and which findings follow from an answer."""

from functools import lru_cache
from importlib import resources

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer to a line."""

    key: str
    text: str
    normal: bool = False
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    present_at: dict[str, tuple[str, ...]] = {}
    """Also present, when answered at that place."""

    def shows(self, place: str) -> frozenset[str]:
        """Findings that are present by this answer."""
        return frozenset((*self.present, *self.present_at.get(place, ())))


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line, asked once or at each of its places."""

    key: str
    name: str
    options: tuple[Option, ...]
    places: tuple[str, ...] = ("",)
    routine: bool = True
    """Whether "all normal" enters it."""

    @property
    def normal(self) -> Option:
        return next(option for option in self.options if option.normal)

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)

    @property
    def findings(self) -> frozenset[str]:
        """Every finding that an answer to it speaks of."""
        return frozenset(
            key for option in self.options for place in self.places for key in (*option.shows(place), *option.absent)
        )

    def words(self, place: str, option: Option) -> str:
        """``Pulse, left hind: weak``."""
        return f"{self.name}{f', {place}' if place else ''}: {option.text}"


class System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body system: what is looked at together."""

    key: str
    name: str
    items: tuple[Item, ...]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The whole examination."""

    systems: tuple[System, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for system in self.systems for item in system.items)

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)

    def system(self, key: str) -> System | None:
        return next((system for system in self.systems if system.key == key), None)


@lru_cache(maxsize=1)
def load() -> Form:
    """The packaged form; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "examination.yaml").read_bytes())


def read(data: bytes) -> Form:
    """The form in these bytes of YAML; raises ``HoldfastError``."""
    try:
        form = Form(systems=typed.convert(yaml.safe_load(data), tuple[System, ...]))
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The examination cannot be read: {error}.", "Correct examination.yaml.") from error
    if problems := _problems(form):
        raise HoldfastError(f"The examination does not hold together: {'; '.join(problems)}.", "Correct it.")
    return form


def _problems(form: Form) -> list[str]:
    keys = [item.key for item in form.items]
    problems = [f"line {key} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    for item in form.items:
        if sum(option.normal for option in item.options) != 1:
            problems.append(f"{item.key} needs one normal answer")
        if len({option.key for option in item.options}) < len(item.options):
            problems.append(f"{item.key} has two answers of one key")
        for option in item.options:
            both = {key for place in item.places for key in option.shows(place)} & set(option.absent)
            problems += [f"{item.key}, {option.key}: {key} is both present and absent" for key in sorted(both)]
            strange = set(option.present_at) - set(item.places)
            problems += [f"{item.key}, {option.key}: there is no place {place!r}" for place in sorted(strange)]
    return problems
