"""A clinic's own code systems (VeNom, SNOMED CT): files that the clinic may use, read into its data folder.

Holdfast ships no such list. A CSV says which of our keys a code is for; a SNOMED release (RF2) only knows names, so its
descriptions are matched with the names of our findings, diseases and tests, exactly, and what is not matched is said.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from holdfast.gateways.fhir.basics import SNOMED, Resource, coding
from holdfast.gateways.fhir.building import Codings
from holdfast.kernel import typed
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.knowledge.model import Knowledge

FOLDER = "codes"
FILE_BYTES_MAX = 2 * 1024 * 1024 * 1024
"""A full international SNOMED description file has less than half of it."""
_SYNONYM, _FULL_NAME = "900000000000013009", "900000000000003001"
"""RF2 description types."""


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One code for one thing of ours."""

    key: str
    """``finding:lactate_high``, ``disease:sepsis``, ``test:...`` or ``breed:malinois``."""
    code: str
    display: str


class CodeSystem(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken from one file."""

    system: str
    version: str
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Loaded:
    """What became of a file."""

    system: CodeSystem
    rows: int
    unmatched: int
    ambiguous: tuple[str, ...]
    """Keys that two codes claim with the same name: neither was taken."""


def load_csv(text: str, system: str, version: str, knowledge: Knowledge) -> Loaded:
    """Columns ``code`` and ``display`` (also ``term``, ``name``) and, where the clinic has mapped it, ``key``.

    Without a key the row is matched by its name. Raises ``OperatorError`` for a file that is no such table.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = {name.strip().casefold(): name for name in reader.fieldnames or ()}
    code = _first(columns, ("code", "id", "data entry id", "conceptid"))
    display = _first(columns, ("display", "term", "name", "term name"))
    if code is None or display is None:
        raise OperatorError(
            f"The table has no columns for code and name (it has: {', '.join(columns) or 'none'}).",
            "Name them 'code' and 'display'; a column 'key' says which finding or disease of ours it is.",
        )
    key = columns.get("key")
    rows = [
        ((row.get(key) or "").strip() if key else "", (row[code] or "").strip(), (row[display] or "").strip())
        for row in reader
    ]
    return _matched(rows, system, version, knowledge)


def load_rf2(lines: Iterable[str], version: str, knowledge: Knowledge) -> Loaded:
    """A description file of a SNOMED CT release (``sct2_Description_...txt``)."""
    return _matched(_descriptions(lines), SNOMED, version, knowledge)


def _descriptions(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    rows = iter(lines)
    header = next(rows, "").rstrip("\r\n").split("\t")
    try:
        active, concept, kind, term = (header.index(name) for name in ("active", "conceptId", "typeId", "term"))
    except ValueError:
        raise OperatorError(
            "That is no SNOMED description file (RF2).", "Take the file sct2_Description_... of the release."
        ) from None
    for line in rows:
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) == len(header) and cells[active] == "1" and cells[kind] in (_SYNONYM, _FULL_NAME):
            name = cells[term].rpartition(" (")[0] if cells[kind] == _FULL_NAME else cells[term]
            yield "", cells[concept], name


def _matched(rows: Iterable[tuple[str, str, str]], system: str, version: str, knowledge: Knowledge) -> Loaded:
    ours = names_of(knowledge)
    known = {key for keys in ours.values() for key in keys}
    found: dict[str, Code] = {}
    clash: set[str] = set()
    count = unmatched = 0
    for key, code, display in rows:
        count += 1
        if key and key not in known and not key.startswith("breed:"):
            raise OperatorError(
                f"Row {count} names the key {key!r}, which we do not know.", "See the docs for the keys."
            )
        keys = [key] if key else ours.get(display.casefold(), [])
        if not code or not keys:
            unmatched += 1
        for one in keys:
            if one in found and found[one].code != code:
                clash.add(one)
            found.setdefault(one, Code(key=one, code=code, display=display))
    codes = tuple(found[key] for key in sorted(found) if key not in clash and found[key].code)
    return Loaded(CodeSystem(system=system, version=version, codes=codes), count, unmatched, tuple(sorted(clash)))


def names_of(knowledge: Knowledge) -> Mapping[str, list[str]]:
    """Our keys by every name they go under, folded."""
    names: dict[str, list[str]] = {}
    for kind, table in (("finding", knowledge.findings), ("disease", knowledge.diseases), ("test", knowledge.tests)):
        for one in table.values():
            said = {one.name.casefold(), *(text.casefold() for text in getattr(one, "synonyms", ()))}
            for name in said:
                names.setdefault(name, []).append(f"{kind}:{one.key}")
    return names


def keep(folder: Path, name: str, loaded: CodeSystem) -> Path:
    """Write what was taken into the data folder, in the place of an earlier one of that name."""
    target = folder / FOLDER / f"{name}.json"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(loaded))
        fresh.replace(target)
    except OSError as error:
        raise WorldError(f"{target} cannot be written: {error.strerror}.", "Choose a writable folder.") from error
    return target


def read_codings(folder: Path) -> Codings:
    """The codes of every loaded system by our key. A file that cannot be read is an error, not an absence."""
    found: dict[str, tuple[Resource, ...]] = {}
    for path in sorted((folder / FOLDER).glob("*.json")):
        try:
            system = typed.from_json(path.read_bytes(), CodeSystem)
        except (OSError, msgspec.MsgspecError) as error:
            raise WorldError(f"The code system {path} cannot be read: {error}.", "Load it again.") from error
        for code in system.codes:
            one = coding(system.system, code.code, code.display) | (
                {"version": system.version} if system.version else {}
            )
            found[code.key] = (*found.get(code.key, ()), one)
    return found


def key_of(codings: Codings, system: str, code: str) -> str:
    """Our key (``finding:...``) for a code of a loaded system; empty when there is none."""
    for key, known in codings.items():
        if any(one["system"] == system and one["code"] == code for one in known):
            return key
    return ""


def _first(columns: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)
