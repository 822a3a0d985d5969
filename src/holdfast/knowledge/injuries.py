"""What leaves what in a dog, and how wounds age: ``injuries.yaml``, read once and checked.

It has a version and a digest of its own, so that a change of it moves no probability of a disease. Every number has
a grade; nearly all are estimates of ours. ``within`` is a factor on the odds: 5 to 95 % of the draws lie inside it.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import TypeVar

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.grades import Grade

FOUND = ("projectile", "metal_splinter", "metal_point", "wood", "tooth", "stone_glass", "none")
METALS = ("projectile", "metal_splinter", "metal_point")
_SUM_TOLERANCE = 1e-6


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every entry: where its numbers come from."""

    grade: Grade
    source: str = ""
    note: str = ""


class Share(Row, frozen=True, kw_only=True):
    """One probability."""

    p: float
    within: float


class Leaves(Share, frozen=True, kw_only=True):
    mechanism: str
    found: str


class Misnamed(Share, frozen=True, kw_only=True):
    basis: str


class OfMechanism(Row, frozen=True, kw_only=True):
    """What an event of one kind brings, as shares that add up to one; without a mechanism: of every other kind."""

    within: float
    mechanism: str = ""

    def shares(self) -> list[float]:
        own = set(self.__struct_fields__) - set(OfMechanism.__struct_fields__)
        return [getattr(self, name) for name in own]


class Metals(OfMechanism, frozen=True, kw_only=True):
    soft_metal: float
    iron: float
    other_metal: float


class Depths(OfMechanism, frozen=True, kw_only=True):
    skin: float
    muscle: float
    bone: float
    cavity: float


class SeenAfter(OfMechanism, frozen=True, kw_only=True):
    nothing: float
    pain: float
    bruise: float
    open_wound: float
    bleeding: float


Kind = TypeVar("Kind", bound=OfMechanism)


class Nearness(Row, frozen=True, kw_only=True):
    """Probability of one place of the body chart, by how it lies to the place that was struck."""

    same: float
    neighbour: float
    other_side: float
    elsewhere: float
    within: float


class Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    stays: Nearness
    travels: Nearness
    travelling: tuple[str, ...]


class Parts(Row, frozen=True, kw_only=True):
    share: dict[str, float]
    within: float


class Ageing(Row, frozen=True, kw_only=True):
    """How far off a stated wound age may be; see the file."""

    basis: str
    outside: float
    outside_within: float
    slope: float
    slope_within: float


class Unrecorded(Row, frozen=True, kw_only=True):
    """Expected events of one kind that nobody recorded."""

    mechanism: str
    per_year: float
    within: float
    per_work: float
    work_within: float
    per_work_near: float
    near_within: float


class FilmMisses(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    metal: Share
    other: Share


class Mistaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    witnessed: Share
    unwitnessed: Share


class InjurySource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    title: str
    url: str
    text_seen: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: str
    sources: tuple[InjurySource, ...]
    leaves: tuple[Leaves, ...]
    leaves_otherwise: Share
    metals: tuple[Metals, ...]
    metals_otherwise: Metals
    depths: tuple[Depths, ...]
    depths_otherwise: Depths
    seen_if_it_did_it: tuple[SeenAfter, ...]
    seen_if_it_did_it_otherwise: SeenAfter
    seen_if_it_did_not: tuple[SeenAfter, ...]
    seen_if_it_did_not_otherwise: SeenAfter
    places: Places
    parts: Parts
    ages: tuple[Ageing, ...]
    misnamed: tuple[Misnamed, ...]
    unrecorded: tuple[Unrecorded, ...]
    film_misses: FilmMisses
    film_shows_too_much: Share
    mistaken: Mistaken


class Injuries(_File, frozen=True, kw_only=True):
    """The whole file, with its release: version and 12 hex digits of its SHA-256."""

    release: str

    def leaving(self, mechanism: str, found: str) -> Share:
        """The row for what an event of this kind leaves."""
        rows = (row for row in self.leaves if (row.mechanism, row.found) == (mechanism, found))
        return next(rows, self.leaves_otherwise)

    def metal(self, mechanism: str) -> Metals:
        return _of(mechanism, self.metals, self.metals_otherwise)

    def depth(self, mechanism: str) -> Depths:
        return _of(mechanism, self.depths, self.depths_otherwise)

    def seen(self, mechanism: str, did_it: bool) -> SeenAfter:
        if did_it:
            return _of(mechanism, self.seen_if_it_did_it, self.seen_if_it_did_it_otherwise)
        return _of(mechanism, self.seen_if_it_did_not, self.seen_if_it_did_not_otherwise)

    def nearness(self, mechanism: str) -> Nearness:
        return self.places.travels if mechanism in self.places.travelling else self.places.stays

    def ageing(self, basis: str) -> Ageing:
        return next(row for row in self.ages if row.basis == basis)

    def misnaming(self, basis: str) -> Misnamed:
        return next(row for row in self.misnamed if row.basis == basis)

    def source(self, source_id: str) -> InjurySource | None:
        return next((one for one in self.sources if one.id == source_id), None)


def _of(mechanism: str, rows: tuple[Kind, ...], otherwise: Kind) -> Kind:
    return next((row for row in rows if row.mechanism == mechanism), otherwise)


@lru_cache(maxsize=1)
def load() -> Injuries:
    """The packaged file; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "injuries.yaml").read_bytes())


def read(data: bytes) -> Injuries:
    """The numbers in these bytes of YAML; raises ``HoldfastError`` naming every fault."""
    try:
        raw = typed.convert(yaml.safe_load(data), _File)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The numbers of injuries cannot be read: {error}.", "Correct the file.") from error
    release = f"{raw.version}+{hashlib.sha256(data).hexdigest()[:12]}"
    made = Injuries(release=release, **{name: getattr(raw, name) for name in raw.__struct_fields__})
    if faults := list(_faults(made)):
        raise HoldfastError(f"The numbers of injuries do not hold together: {'; '.join(faults)}.", "Correct them.")
    return made


def _faults(data: Injuries) -> Iterator[str]:
    known = {one.id for one in data.sources}
    for name, row in rows(data):
        if row.grade is not Grade.ESTIMATE and not row.source:
            yield f"{name} is {row.grade.value}, so it needs a source"
        if row.source and row.source not in known:
            yield f"{name} cites {row.source!r}, which is not in the file"
        if row.grade is Grade.ESTIMATE and not row.note:
            yield f"{name}: an estimate of ours says why"
        for field in row.__struct_fields__:
            value = getattr(row, field)
            if field.endswith("within") and not value > 1:
                yield f"{name}: {field} is a factor above 1"
            elif isinstance(value, float) and not value > 0:
                yield f"{name}: {field} must be above 0"
        if isinstance(row, Share) and not row.p < 1:
            yield f"{name}: a share is below 1"
        if isinstance(row, OfMechanism) and abs(sum(row.shares()) - 1) > _SUM_TOLERANCE:
            yield f"{name}: its shares do not add up to 1"
    if abs(sum(data.parts.share.values()) - 1) > _SUM_TOLERANCE:
        yield "parts: the shares do not add up to 1"
    for leaves in data.leaves:
        if leaves.found not in FOUND:
            yield f"leaves: {leaves.found!r} is nothing that is found"


def rows(data: Injuries) -> Iterator[tuple[str, Row]]:
    """Every row of numbers with a name for it."""
    for name in _File.__struct_fields__:
        value = getattr(data, name)
        if isinstance(value, Row):
            yield name, value
        elif isinstance(value, Places | FilmMisses | Mistaken):
            for part in value.__struct_fields__:
                if isinstance(row := getattr(value, part), Row):
                    yield f"{name} {part}", row
        elif isinstance(value, tuple):
            for row in value:
                if isinstance(row, Row):
                    kind = getattr(row, "mechanism", "") or getattr(row, "basis", "")
                    yield f"{name} {kind}", row
