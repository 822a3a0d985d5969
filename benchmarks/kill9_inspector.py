"""What ``kill9.py`` looks for in the record of a killed server: everything that was acknowledged, nothing twice."""

import contextlib
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.config import Config
from holdfast.kernel.errors import HoldfastError
from holdfast.record import events as ev
from holdfast.record.blocks import decode_block
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.verification import verify
from kill9_senders import KINDS, Seen

FAR_US = 2**62


@dataclass
class Tally:
    """Over all records."""

    kills: int = 0
    killed_while_starting: int = 0
    fresh_starts: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    lost_ids: list[str] = field(default_factory=list)
    twice: Counter[str] = field(default_factory=Counter)
    unacknowledged_but_kept: int = 0
    verify_failures: int = 0
    problems: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    ready_s: dict[str, list[float]] = field(default_factory=lambda: {"fork": [], "fresh": []})
    events_verified: int = 0


class Inspector:
    """Opens the record of a killed server. Blocks are decoded once: that an old one has not changed since, its hash
    tells, which ``verify`` checks each time."""

    def __init__(self, data: Path, monitors: int, case_id: str) -> None:
        self._config, self._monitors, self._case_id = Config(data_dir=data), monitors, case_id
        self._decoded: dict[tuple[str, bytes], list[str]] = {}

    def look(self, seen: Seen, tally: Tally) -> str:
        acknowledged = {kind: set(ids) for kind, ids in seen.acknowledged.items()}
        store = SqlStore(self._config.database)
        try:
            report = verify(store)
            if not report.ok:
                tally.verify_failures += 1
                tally.problems += report.problems[:5]
            there = {"hl7": self._messages(store), "dicom": self._films(store), "web": self._notes(store)}
        finally:
            store.close()
        tally.events_verified += report.events
        for kind in KINDS:
            lost = acknowledged[kind] - there[kind].keys()
            tally.lost[kind] += len(lost)
            tally.lost_ids += [f"{kind} {one}" for one in sorted(lost)[:5]]
            tally.twice[kind] += sum(count > 1 for count in there[kind].values())
            tally.unacknowledged_but_kept += len(there[kind].keys() - acknowledged[kind])
        kinds = ", ".join(f"{kind} {len(acknowledged[kind])}" for kind in KINDS)
        return f"this record {kinds}, {report.events} events, {sum(tally.lost.values())} lost"

    def _messages(self, store: SqlStore) -> Counter[str]:
        found = Counter(one.message.control_id for one in store.held())
        for case_id in store.monitored_cases():
            for block in store.blocks(case_id, from_us=-FAR_US, to_us=FAR_US):
                key = block.block_id, hashlib.sha256(block.data).digest()
                if key not in self._decoded:
                    self._decoded[key] = [heard.control_id for heard in decode_block(block.data).messages]
                found.update(self._decoded[key])
        last = None
        while page := store.quarantine(before_id=last, limit=1_000):
            for one in page:
                fields = (store.quarantine_raw(one.quarantine_id) or b"").split(b"\r", 1)[0].split(b"|")
                found[fields[9].decode() if len(fields) > 9 else ""] += 1
            last = page[-1].quarantine_id
        return found

    def _films(self, store: SqlStore) -> Counter[str]:
        """Instances on record whose file is there, whole."""
        files = FilmFiles(self._config.films)
        with CaseBook(store).studies() as studies:
            kept = dict(studies.instances)
        found: Counter[str] = Counter()
        for uid, image in kept.items():
            with contextlib.suppress(HoldfastError):
                files.read(image.image_id)
                found[str(uid)] += 1
        return found

    def _notes(self, store: SqlStore) -> Counter[str]:
        stream = store.read_stream(ev.case_stream(self._case_id), without_blocks=True)
        events = [recorded.event for recorded in stream]
        return Counter(event.text for event in events if isinstance(event, ev.NoteWritten))
