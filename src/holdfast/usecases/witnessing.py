"""Checkpoints that go out by themselves: to witnesses, who sign that the record only grew, and to authorities of time.

Each is visited on its own: one that is slow or gone holds up no other. What it signed is an event; that it could not be
reached is told on the page *Proofs* and tried again, ever later, at most as late as its usual visit.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from holdfast.kernel.errors import HoldfastError, WorldError
from holdfast.kernel.time import US_PER_S
from holdfast.record.cosignature import signed_at
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.signed_note import Check
from holdfast.record.witness_events import (
    ANY_WITNESS_EVENT,
    CheckpointCosigned,
    CheckpointRefused,
    CheckpointTimestamped,
)
from holdfast.usecases.context import Context, record
from holdfast.usecases.handing_out import Proofs
from holdfast.usecases.ports import Films, Store
from holdfast.usecases.witness_ports import Authority, Holds, RefusedError, Witness

log = logging.getLogger("holdfast")

ACTOR = "holdfast"
FIRST_RETRY_US = 30 * US_PER_S
_LOOK_BACK = 20
"""Events: where more than these came since the last visit, something other than visits did."""


@dataclass(frozen=True)
class Visit:
    """How it stands with one witness or authority."""

    name: str
    dates: bool
    """An authority of time; else a witness."""
    every_us: int
    last: CheckpointCosigned | CheckpointTimestamped | None = None
    """What it signed last."""
    refused: str = ""
    """Why it did not sign, the last time it looked."""
    problem: str = ""
    """Why it was not reached, the last time."""
    tries: int = 0
    """In vain, since it was last reached."""
    next_us: int = 0


class Witnessing:
    """Any thread may call any method. Without witnesses and authorities nothing is ever sent."""

    def __init__(
        self,
        ctx: Context,
        proofs: Proofs,
        films: Films,
        check: Check,
        executor: Executor,
        witnesses: Sequence[Witness] = (),
        authorities: Sequence[Authority] = (),
    ) -> None:
        self._ctx, self._proofs, self._films, self._check, self._executor = ctx, proofs, films, check, executor
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        signed = newest(ctx.store)
        self._visits: dict[str, Visit] = {}
        self._acts: dict[str, Callable[[Visit], CheckpointCosigned | CheckpointTimestamped]] = {}
        for witness in witnesses:
            name = witness.key.name
            self._visits[name] = Visit(name, False, witness.every_us, *signed.get(name, (None, "")))
            self._acts[name] = partial(self._submit, witness)
        for authority in authorities:
            name = authority.name
            self._visits[name] = Visit(name, True, authority.every_us, *signed.get(name, (None, "")))
            self._acts[name] = partial(self._date, authority)
        for name, visit in self._visits.items():
            if visit.last:
                self._visits[name] = replace(visit, next_us=visit.last.at_us + visit.every_us)

    def visits(self) -> list[Visit]:
        """How it stands with each, witnesses first."""
        with self._lock:
            return sorted(self._visits.values(), key=lambda one: one.dates)

    def follow(self, now_us: int) -> None:
        """Set out to those whose time has come; never waits for one."""
        if not self._visits or not self._proofs.name():
            return
        with self._lock:
            due = [name for name, one in self._visits.items() if one.next_us <= now_us and name not in self._busy]
            self._busy |= set(due)
        for name in due:
            self._executor.submit(self._visit, name)

    def hurry(self, now_us: int) -> None:
        """Visit all of them now."""
        with self._lock:
            self._visits = {name: replace(one, next_us=now_us) for name, one in self._visits.items()}
        self.follow(now_us)

    def _visit(self, name: str) -> None:
        visit = self._visits[name]
        try:
            after = self._after(visit)
        except Exception as error:  # the next visit must come, whatever this one met
            log.exception("the visit to %s failed", name)
            after = self._failed(visit, f"Something we did not foresee ({type(error).__name__}).")
        with self._lock:
            self._visits[name] = after
            self._busy.discard(name)

    def _after(self, visit: Visit) -> Visit:
        now_us = self._ctx.clock.now_us()
        rested = replace(visit, tries=0, problem="", next_us=now_us + visit.every_us)
        if visit.last and not visit.refused and nothing_new(self._ctx.store, visit.last.size):
            return rested
        try:
            event = self._acts[visit.name](visit)
        except RefusedError as error:
            self._say_refused(visit, str(error))
            return replace(rested, refused=str(error))
        except HoldfastError as error:
            return self._failed(visit, str(error))
        self._record(event)
        return replace(rested, last=event, refused="")

    def _failed(self, visit: Visit, problem: str) -> Visit:
        wait_us = min(visit.every_us, FIRST_RETRY_US * 2 ** min(visit.tries, 20))
        return replace(visit, tries=visit.tries + 1, problem=problem, next_us=self._ctx.clock.now_us() + wait_us)

    def _submit(self, witness: Witness, visit: Visit) -> CheckpointCosigned:
        note = self._proofs.checkpoint()
        point = self._proofs.read(note)
        old = visit.last.size if visit.last else 0
        answer = witness.submit(old, self._proofs.consistency(old, point.size), note)
        if isinstance(answer, Holds) and answer.size != old and answer.size <= point.size:
            # It knows us from before, or our note of its last answer was lost with the machine.
            old = answer.size
            answer = witness.submit(old, self._proofs.consistency(old, point.size), note)
        if isinstance(answer, Holds):
            raise _contradiction(answer.size, old, point.size)
        line, seconds = signed_at(point.text(), answer, witness.key, self._check)
        return CheckpointCosigned(
            at_us=self._ctx.clock.now_us(),
            witness=witness.key.name,
            size=point.size,
            note=note + line,
            stated_us=seconds * US_PER_S,
        )

    def _date(self, authority: Authority, _: Visit) -> CheckpointTimestamped:
        note = self._proofs.checkpoint()
        dated = authority.date(note.encode())
        return CheckpointTimestamped(
            at_us=self._ctx.clock.now_us(),
            authority=authority.name,
            size=self._proofs.read(note).size,
            note=note,
            reply_sha256=self._films.keep(dated.reply),
            stated_us=dated.stated_us,
        )

    def _say_refused(self, visit: Visit, why: str) -> None:
        log.error("%s did not sign a checkpoint: %s", visit.name, why)
        if why != visit.refused:
            size = self._ctx.store.head_seq()
            self._record(CheckpointRefused(at_us=self._ctx.clock.now_us(), witness=visit.name, size=size, why=why))

    def _record(self, event: ANY_WITNESS_EVENT) -> None:
        record(self._ctx, actor=ACTOR, stream=CLINIC_STREAM, events=[event])


def _contradiction(held: int, named: int, ours: int) -> HoldfastError:
    """What a witness means that goes on naming another size."""
    if held > ours:
        return RefusedError(
            f"It signed a record of {held} events, this one holds {ours}: its end was cut off, or an older copy was "
            "put back."
        )
    if held == named == ours:
        return RefusedError(f"It signed another record of {ours} events: this one was rewritten.")
    return WorldError("It does not agree on what it signed last.", "It is tried again.")


Signed = tuple[CheckpointCosigned | CheckpointTimestamped | None, str]


def newest(store: Store) -> dict[str, Signed]:
    """By name what each witness and authority signed last, and why it refused since."""
    found: dict[str, Signed] = {}
    for one in store.read_stream(CLINIC_STREAM):
        match one.event:
            case CheckpointCosigned(witness=name) | CheckpointTimestamped(authority=name):
                found[name] = (one.event, "")
            case CheckpointRefused(witness=name, why=why):
                found[name] = (found.get(name, (None, ""))[0], why)
    return found


def kept_outside(store: Store, films: Films) -> tuple[dict[str, bytes], set[int]]:
    """For an export: files with what each witness and authority signed last, and the sizes of those checkpoints."""
    files: dict[str, bytes] = {}
    sizes: set[int] = set()
    for number, (_, (event, _)) in enumerate(sorted(newest(store).items()), start=1):
        if event is None:
            continue
        place = f"{'witnessed' if isinstance(event, CheckpointCosigned) else 'timestamps'}/{number}"
        files[f"{place}.txt"] = event.note.encode()
        sizes.add(event.size)
        if isinstance(event, CheckpointTimestamped):
            files[f"{place}.tsr"] = films.read(event.reply_sha256)
    return files, sizes


def nothing_new(store: Store, size: int) -> bool:
    """Whether only visits were recorded since the record held ``size`` events: they alone bring about no other one."""
    since = store.read_log(after_seq=size, limit=_LOOK_BACK)
    return len(since) < _LOOK_BACK and all(isinstance(one.event, ANY_WITNESS_EVENT) for one in since)
