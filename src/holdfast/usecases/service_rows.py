"""A table of somebody else's, row by row, as entries of a dog's service. A row that cannot be read says why."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import TypeVar

import msgspec

from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import HoldfastError, OperatorError
from holdfast.kernel.limits import SERVICE_COLUMNS_MAX, SERVICE_FILE_BYTES_MAX, SERVICE_ROWS_MAX, TEXT_MAX
from holdfast.record import service_events as se

E = TypeVar("E", bound=StrEnum)

KINDS = ("deployment", "training", "incident", "exposure", "vet_check", "fitness")
FIELDS = {
    "date": "Date (or date and time)",
    "time": "Time",
    "kind": "Kind of entry",
    "place": "Place",
    "by": "Told by",
    "note": "Note",
    "task": "Task",
    "gunfire": "Shots near the dog",
    "explosion": "Explosion near the dog",
    "gear": "Gear",
    "mechanism": "Mechanism",
    "what": "What happened",
    "side": "Side",
    "region": "Region",
    "witnesses": "Witnesses",
    "seen": "Seen afterwards",
    "seen_words": "Seen, in words",
    "treated": "Treated",
    "imaged": "Imaged",
    "agent": "Exposed to",
    "minutes": "Minutes",
    "signs": "Signs",
    "result": "Result of a check",
    "metal_seen": "Metal seen on images",
    "state": "Fitness",
    "reason": "Reason",
}
"""Our fields, and what a person reads for each."""
DATES = {
    "iso": ("2026-03-31", ("%Y-%m-%d",)),
    "dmy": ("31.03.2026 or 31/03/2026", ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")),
    "mdy": ("03/31/2026", ("%m/%d/%Y", "%m-%d-%Y")),
}
"""How a file writes its dates: a person says it, because 03/04 is two days."""
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p")
_ANSWERS = {
    "yes": se.Answer.YES,
    "y": se.Answer.YES,
    "true": se.Answer.YES,
    "1": se.Answer.YES,
    "no": se.Answer.NO,
    "n": se.Answer.NO,
    "false": se.Answer.NO,
    "0": se.Answer.NO,
    "": se.Answer.NOT_RECORDED,
    "not recorded": se.Answer.NOT_RECORDED,
    "unknown": se.Answer.NOT_RECORDED,
}
_DELIMITERS = ",;\t"


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person says about a file."""

    columns: dict[str, str]
    """Our field -> the file's column."""
    dates: str = "iso"
    kind: str = ""
    """Of every row, where no column says it."""
    by: str = ""
    """Who tells it, where no column says it."""


@dataclass(frozen=True)
class Table:
    """A file as rows of cells."""

    sha256: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, str, dict[str, str] | None], ...]
    """Number of the row in the file, its text, and its cells by column; None where it has too many or too few."""


@dataclass(frozen=True)
class Read:
    """One row: the entry it makes, or why it makes none."""

    row: int
    text: str
    event: se.ServiceEntryMade | None
    why: str = ""


def table(text: str) -> Table:
    """The rows of a CSV text (comma, semicolon or tab). Raises ``OperatorError`` for one that is none, or too large."""
    data = text.encode()
    if len(data) > SERVICE_FILE_BYTES_MAX:
        raise OperatorError(
            f"The file has {len(data) // 1024} kB.", f"Split it: at most {SERVICE_FILE_BYTES_MAX // 1024} kB."
        )
    text = text.removeprefix("\ufeff")
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = [one for one in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True) if any(one)]
    except csv.Error as error:
        raise OperatorError(
            f"The file is no table: {error}.", "Save it as CSV, and look at its quotation marks."
        ) from None
    if len(lines) < 2:
        raise OperatorError("The file has no rows.", "It needs a line of column names and at least one row.")
    header = tuple(" ".join(name.split()) for name in lines[0])
    if len(header) > SERVICE_COLUMNS_MAX:
        raise OperatorError(f"The file has {len(header)} columns.", f"Keep at most {SERVICE_COLUMNS_MAX}.")
    if len(set(header)) < len(header) or not all(header):
        raise OperatorError("Two columns have the same name, or one has none.", "Give each column a name of its own.")
    if len(lines) - 1 > SERVICE_ROWS_MAX:
        raise OperatorError(f"The file has {len(lines) - 1} rows.", f"Split it: at most {SERVICE_ROWS_MAX} at a time.")
    rows = tuple(
        (
            number,
            delimiter.join(cells)[:TEXT_MAX],
            dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None,
        )
        for number, cells in enumerate(lines[1:], start=2)
    )
    return Table(hashlib.sha256(data).hexdigest(), header, rows)


def guessed(header: tuple[str, ...]) -> dict[str, str]:
    """Columns whose names are ours, as a first offer; a person looks at it."""
    by_name = {name.casefold().replace(" ", "_"): name for name in header}
    labels = {field: label.casefold().replace(" ", "_") for field, label in FIELDS.items()}
    found = {field: by_name.get(field) or by_name.get(labels[field]) for field in FIELDS}
    return {field: column for field, column in found.items() if column}


def check_columns(said: Columns, header: tuple[str, ...]) -> None:
    """Raise unless the file can be read so at all."""
    for field, column in said.columns.items():
        if field not in FIELDS or column not in header:
            raise OperatorError(f"The file has no column {column!r} for {field!r}.", "Choose again.")
    if "date" not in said.columns:
        raise OperatorError("No column was named for the date.", "Say which column holds it.")
    if said.dates not in DATES:
        raise OperatorError("It is not said how the file writes dates.", "Choose one of the list.")
    if "kind" not in said.columns and said.kind not in KINDS:
        raise OperatorError("Nothing says what kind of entries these are.", "Choose a column or one kind for all.")


def read_row(
    service_id: str,
    row: tuple[int, str, dict[str, str] | None],
    said: Columns,
    sha256: str,
    instant: Callable[[datetime], int],
    check: Callable[[se.ServiceEntryMade], se.ServiceEntryMade],
) -> Read:
    """The entry that a row makes. ``instant`` turns the clinic's wall clock into microseconds; ``check`` is
    ``service.checked_entry``."""
    number, text, cells = row
    if cells is None:
        return Read(number, text, None, "It has another number of cells than the first line.")
    told = {field: cells[column].strip() for field, column in said.columns.items()}
    try:
        entry = se.ServiceEntryMade(
            at_us=instant(_moment(told, said.dates)),
            entry_id="",
            end_us=None,
            place=told.get("place", ""),
            by=told.get("by", "") or said.by,
            note=told.get("note", ""),
            what=_what(told, _kind(told.get("kind", "") or said.kind)),
        )
        entry = check(entry)
    except HoldfastError as error:
        return Read(number, text, None, f"{error.problem} {error.remedy}".strip())
    digest = hashlib.sha256(service_id.encode() + b"\n" + encode(entry)).hexdigest()
    return Read(number, text, msgspec.structs.replace(entry, entry_id=digest[:24], source=f"{sha256} row {number}"))


def _moment(told: Mapping[str, str], dates: str) -> datetime:
    date, _, rest = told["date"].replace("T", " ").partition(" ")
    clock = told.get("time", "") or rest.strip()
    for written in DATES[dates][1]:
        try:
            day = datetime.strptime(date, written)  # noqa: DTZ007 - the clinic's wall clock; the edge knows its zone
        except ValueError:
            continue
        return day if not clock else datetime.combine(day.date(), _time(clock))
    raise OperatorError(f"{told['date'][:40]!r} is no date as {DATES[dates][0]}.", "Correct it in the file.")


def _time(text: str) -> time:
    for written in _TIMES:
        try:
            return datetime.strptime(text, written).time()  # noqa: DTZ007
        except ValueError:
            continue
    raise OperatorError(f"{text[:40]!r} is no time.", "Write 23:40.")


def _kind(text: str) -> str:
    kind = text.casefold().replace(" ", "_").replace("-", "_")
    if kind not in KINDS:
        raise OperatorError(f"{text[:40]!r} is no kind of entry.", f"Known: {', '.join(KINDS)}.")
    return kind


def _what(told: Mapping[str, str], kind: str) -> se.Happening:
    def get(field: str) -> str:
        return told.get(field, "")

    match kind:
        case "deployment":
            return se.Deployment(
                task=get("task"),
                gunfire=_answer(get("gunfire")),
                explosion=_answer(get("explosion")),
                gear=get("gear"),
            )
        case "training":
            return se.Training(task=get("task"), gunfire=_answer(get("gunfire")))
        case "incident":
            return se.Incident(
                mechanism=_one_of(se.Mechanism, get("mechanism"), "mechanism"),
                what=get("what"),
                side=get("side").casefold(),
                region=get("region").casefold().replace(" ", "_"),
                witnesses=get("witnesses"),
                seen=_one_of(se.Seen, get("seen") or "not_recorded", "thing seen"),
                seen_words=get("seen_words"),
                treated=get("treated"),
                imaged=_one_of(se.Imaged, get("imaged") or "not_recorded", "word on images"),
            )
        case "exposure":
            return se.Exposure(agent=get("agent"), minutes=_number(get("minutes")), signs=get("signs"))
        case "vet_check":
            places = (
                (f"{get('side').casefold()}:{get('region').casefold().replace(' ', '_')}",) if get("region") else ()
            )
            return se.VetCheck(result=get("result"), places_imaged=places, metal_seen=_answer(get("metal_seen")))
    return se.Fitness(state=get("state").casefold(), reason=get("reason"))


def _answer(text: str) -> se.Answer:
    answer = _ANSWERS.get(text.casefold().replace("_", " "))
    if answer is None:
        raise OperatorError(f"{text[:40]!r} is neither yes nor no.", "Write yes or no, or leave it empty.")
    return answer


def _one_of(kind: type[E], text: str, what: str) -> E:
    try:
        return kind(text.casefold().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise OperatorError(f"{text[:40]!r} is no {what} that is known.", f"Known: {', '.join(kind)}.") from None


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise OperatorError(f"{text[:40]!r} is no number.", "Write minutes as digits.") from None
