"""``holdfast doctor``: everything that can be told of a house from this machine, each with what to do about it.

It writes nothing into the record. It may run beside a server, as the same user.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from holdfast.bootstrap import doctor_certificate
from holdfast.bootstrap import doctor_machine as machine
from holdfast.bootstrap.book_keeping import FILE as BOOK_FILE
from holdfast.bootstrap.book_keeping import snapshot_agrees
from holdfast.bootstrap.findings import Finding, problem, unknown, warning, well
from holdfast.bootstrap.house import SystemClock, open_store
from holdfast.config import Config
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.limits import QUARANTINE_BYTES_MAX
from holdfast.kernel.time import US_PER_MIN, age_words
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.record.events import Recorded
from holdfast.storage.database import format_of, holds_record
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.schema import SCHEMA_VERSION
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.ports import Store
from holdfast.usecases.sampled_verification import sample
from holdfast.usecases.verification import verify

US_PER_DAY = 86_400_000_000
FORECAST_OVER_US = 7 * US_PER_DAY
FORECAST_NEEDS_US = US_PER_DAY
"""Of a record that is younger than this nothing can be said of the weeks to come."""
FORECAST_SOON_DAYS = 60
SILENT_US = 15 * US_PER_MIN
"""Held messages become a block within a minute; so long without one, and nothing comes from the bed (our estimate)."""
HELD_MANY = 5_000


def examine(
    config: Config, *, whole: bool, certificate: Path | None = None, certificate_name: str = ""
) -> list[Finding]:
    """Look at everything; a check that fails is a finding, too."""
    folder = config.data_dir
    if not folder.is_dir():
        return [problem("folder", f"There is no folder {folder}.", "Name it with --data, or start Holdfast once.")]
    found = [machine.owner(folder), *machine.file_modes(folder), machine.disk_space(folder)]
    found.append(_attempt("disk speed", lambda: machine.disk_speed(folder)))
    found += machine.ports(config)
    found += [machine.machine_code(), machine.open_files(), _attempt("knowledge", _knowledge)]
    if certificate:
        found += doctor_certificate.certificate(certificate, certificate_name)
    try:
        there = holds_record(config.database)
    except HoldfastError as error:
        return [*found, problem("record", error.problem, error.remedy)]
    if not there:
        found.append(machine.own_clock(SystemClock().now_us(), None))
        return [*found, warning("record", f"There is no record in {folder} yet.", "Start Holdfast once.")]
    if isinstance(config.database, Path):  # on a server, opening it says so
        version = _schema_version(config.database)
        found.append(version)
        if version.state != "well":
            return found
    try:
        store = open_store(config.database)
    except HoldfastError as error:
        return [*found, problem("record", error.problem, error.remedy)]
    try:
        return found + _of_record(store, config, whole)
    finally:
        store.close()


def _of_record(store: Store, config: Config, whole: bool) -> list[Finding]:
    now_us = SystemClock().now_us()
    newest = store.read_log(after_seq=max(0, store.head_seq() - 1), limit=1)
    found = [
        machine.own_clock(now_us, newest[0].recorded_us if newest else None),
        _attempt("links", lambda: _links(store, config, whole)),
        _attempt("forecast", lambda: forecast(store, config, now_us)),
        _attempt("quarantine", lambda: _quarantine(store)),
        _attempt("held messages", lambda: _held(store)),
    ]
    if whole:
        found.append(_attempt("case book", lambda: _case_book(store, config)))
    try:
        return found + beds(store, now_us)
    except HoldfastError as error:
        return [*found, problem("beds", error.problem, error.remedy)]


def _attempt(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except HoldfastError as error:
        return problem(check, error.problem, error.remedy)
    except OSError as error:
        return problem(check, f"It could not be looked at: {error.strerror or error}.", "Check the disk and its mode.")


def _knowledge() -> Finding:
    knowledge = load_knowledge()
    return well("knowledge", f"Release {knowledge.release}: {len(knowledge.diseases)} diseases can be read.")


def _schema_version(database: Path) -> Finding:
    try:
        found = format_of(database)
    except HoldfastError as error:
        return problem("schema", error.problem, error.remedy)
    if found == SCHEMA_VERSION:
        return well("schema", f"The record has format {found}, the one of this release.")
    if isinstance(found, int) and found > SCHEMA_VERSION:
        return problem(
            "schema",
            f"The record has format {found}; this release reads up to {SCHEMA_VERSION}.",
            "Use a newer release.",
        )
    return warning(
        "schema",
        f"The record has format {found}; this release writes {SCHEMA_VERSION}.",
        "Copy the folder, then start Holdfast: it says whether it can read it.",
    )


def _links(store: Store, config: Config, whole: bool) -> Finding:
    if whole:
        report = verify(store, FilmFiles(config.films))
        words = " ".join(report.in_words())
        if report.ok:
            return well("links", words)
        if not report.problems:
            return problem("links", words, "Stop Holdfast, copy the folder, then: holdfast verify --renew-indices.")
        return problem("links", words, "Stop Holdfast, copy the folder as it is, and restore the last copy that holds.")
    looked = sample(store)
    says = f"{looked.checked} of {looked.events} events and the newest {looked.anchors} anchors were checked"
    if looked.problem:
        return problem("links", f"{says}. {looked.problem}", "Run holdfast verify: it names every broken link.")
    return well("links", f"{says}; every link among them holds. All of them: --whole.")


def _case_book(store: Store, config: Config) -> Finding:
    if snapshot_agrees(store, config.data_dir):
        return well("case book", "What a start reads from the snapshot of the case book is what all events say.")
    return problem(
        "case book",
        "The snapshot of the case book says something else than the events; the events are right.",
        f"Stop Holdfast and remove {config.data_dir / BOOK_FILE}; it is made again. Then find out who changed it.",
    )


def forecast(store: Store, config: Config, now_us: int) -> Finding:
    """How long the disk lasts when the coming weeks are like the last one: by the share of events of that week."""
    head = store.head_seq()
    first = store.read_log(after_seq=0, limit=1)
    if not first or now_us - first[0].recorded_us < FORECAST_NEEDS_US:
        return unknown("forecast", "The record is younger than a day: too young for a forecast.", "Look again later.")
    since_us = max(first[0].recorded_us, now_us - FORECAST_OVER_US)
    lately = head - _events_until(store, since_us, head)
    size = sum(one.stat().st_size for one in config.data_dir.rglob("*") if one.is_file())
    per_day = size * lately / head / ((now_us - since_us) / US_PER_DAY)
    free = shutil.disk_usage(config.data_dir).free
    if per_day < 1:
        return well("forecast", "Nothing was recorded lately: the disk fills no further.")
    days = free / per_day
    says = (
        f"The record holds {size / 1e9:.2f} GB and lately grew by about {per_day / 1e6:.0f} MB a day: "
        f"the disk lasts about {min(days, 9999):.0f} days (an estimate by the share of last week's events)."
    )
    if days < FORECAST_SOON_DAYS:
        return warning("forecast", says, "Plan for a larger disk.")
    return well("forecast", says)


def _events_until(store: Store, moment_us: int, head: int) -> int:
    """Events recorded before the moment. Within a stream times never fall, so halving lands close enough."""
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        page: list[Recorded] = store.read_log(after_seq=middle, limit=1)
        if page and page[0].recorded_us < moment_us:
            low = middle + 1
        else:
            high = middle
    return low


def _quarantine(store: Store) -> Finding:
    used = store.quarantine_bytes()
    says = f"The quarantine holds {used / 1e6:.1f} of {QUARANTINE_BYTES_MAX / 1e6:.0f} MB."
    if used > 0.8 * QUARANTINE_BYTES_MAX:
        return warning("quarantine", says, "Look at the page Quarantine: some device sends what nobody has bound.")
    return well("quarantine", says)


def _held(store: Store) -> Finding:
    waiting = len(store.held())
    says = f"{waiting} messages of monitors wait to be put into blocks."
    if waiting > HELD_MANY:
        return warning("held messages", says, "Is Holdfast running? It puts them into blocks every ten seconds.")
    return well("held messages", says)


def beds(store: Store, now_us: int) -> list[Finding]:
    """When the last block of each occupied bed with a monitor ended."""
    book = CaseBook(store)
    found = []
    for case in book.open_cases():
        if not case.bed or not book.clinic.devices_of(case.bed):
            continue
        last = max(
            (one.end_us for one in store.blocks(case.case_id, from_us=now_us - US_PER_DAY, to_us=2**62)), default=None
        )
        last = max([*([last] if last else []), *(one.received_us for one in store.held(case.case_id))], default=None)
        if last is None:
            found.append(
                warning("beds", f"{case.bed}: nothing from its monitor in the last day.", "Look at cable and address.")
            )
        elif now_us - last > SILENT_US:
            says = f"{case.bed}: the last of its monitor is {age_words(now_us - last)} old."
            found.append(warning("beds", says, "Does Holdfast run? Look at the monitor, its cable and its address."))
        else:
            found.append(well("beds", f"{case.bed}: its monitor was last heard: {age_words(max(0, now_us - last))}."))
    return found or [well("beds", "No occupied bed has a monitor.")]
