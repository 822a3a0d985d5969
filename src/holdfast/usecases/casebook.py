"""The case book: every open case as it stands now, kept true by following the log.

Any process may write to the record (the server, a command on the same machine), so the book
never trusts its own writes: it reads on from the last sequence number that it has seen. Events
that name monitor blocks change no state and are passed over: there are thousands a day.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from holdfast.kernel.errors import NotFoundError
from holdfast.record import case_state, clinic_state, service_state
from holdfast.record.case_state import CaseState
from holdfast.record.clinic_state import ClinicState
from holdfast.record.events import CLINIC_STREAM, Recorded, case_stream
from holdfast.record.imaging_events import IMAGING_STREAM
from holdfast.record.imaging_state import Studies
from holdfast.record.service_events import SERVICE_PREFIX
from holdfast.record.service_state import ServiceDog
from holdfast.usecases.book_snapshot import BookState, restored, studies_bytes
from holdfast.usecases.ports import Store

_PAGE = 1_000
_CASE_PREFIX = case_stream("")


class CaseBook:
    """Current states, folded incrementally. Safe to call from several threads."""

    def __init__(self, store: Store, saved: bytes | None = None) -> None:
        """``saved``: a snapshot (``book_snapshot``); raises ``StaleError`` for one that is not of this record."""
        self._store = store
        self._lock = threading.RLock()
        self._seq = 0
        self._cases: dict[str, CaseState] = {}
        self._clinic = ClinicState()
        self._studies = Studies()
        self._service: dict[str, ServiceDog] = {}
        self._listeners: list[Callable[[Recorded], None]] = []
        self._unsaved = 0
        if saved is not None:
            state, self._studies = restored(store, saved)
            self._seq, self._clinic = state.seq, state.clinic
            self._cases, self._service = dict(state.cases), dict(state.service)
        self.catch_up()

    def on_event(self, listener: Callable[[Recorded], None]) -> None:
        """Call ``listener`` with every event but monitor blocks from now on, from whichever thread catches up."""
        with self._lock:
            self._listeners.append(listener)

    def catch_up(self) -> None:
        """Read what was committed since the last look."""
        with self._lock:
            while batch := self._store.read_log(after_seq=self._seq, limit=_PAGE, without_blocks=True):
                for item in batch:
                    self._apply(item)
                if len(batch) < _PAGE:
                    return

    def _apply(self, item: Recorded) -> None:
        self._seq = item.seq
        self._unsaved += 1
        if item.stream == CLINIC_STREAM:
            self._clinic = clinic_state.apply(self._clinic, item.event)
        elif item.stream.startswith(_CASE_PREFIX):
            case_id = item.stream.removeprefix(_CASE_PREFIX)
            state = case_state.apply(case_id, self._cases.get(case_id), item)
            if state is not None:
                self._cases[case_id] = state
            self._studies.apply(item)
        elif item.stream == IMAGING_STREAM:
            self._studies.apply(item)
        elif item.stream.startswith(SERVICE_PREFIX):
            service_id = item.stream.removeprefix(SERVICE_PREFIX)
            dog = service_state.apply(service_id, self._service.get(service_id), item)
            if dog is not None:
                self._service[service_id] = dog
        for listener in self._listeners:
            listener(item)

    @property
    def unsaved(self) -> int:
        """How many events were folded since the state was last taken to be saved."""
        with self._lock:
            return self._unsaved

    def state_to_save(self) -> BookState:
        """Everything as it stands now, to be made a snapshot of."""
        with self._lock:
            self._unsaved = 0
            return BookState(
                self._seq, dict(self._cases), self._clinic, studies_bytes(self._studies), dict(self._service)
            )

    @property
    def seq(self) -> int:
        """Number of the last event that the book has read."""
        with self._lock:
            return self._seq

    @property
    def clinic(self) -> ClinicState:
        with self._lock:
            return self._clinic

    @contextmanager
    def studies(self) -> Iterator[Studies]:
        """Studies and imaging orders, standing still for the length of the block. What is taken out stays as it is."""
        with self._lock:
            yield self._studies

    def service_dogs(self) -> list[ServiceDog]:
        """All working dogs, by name."""
        with self._lock:
            return sorted(self._service.values(), key=lambda dog: dog.fact("name").casefold())

    def service_dog(self, service_id: str) -> ServiceDog:
        """One working dog; raises ``NotFoundError``."""
        with self._lock:
            dog = self._service.get(service_id)
        if dog is None:
            raise NotFoundError(f"There is no service history {service_id!r}.", "Open it from the list of dogs.")
        return dog

    def cases(self) -> list[CaseState]:
        """All cases, newest admission first."""
        with self._lock:
            return sorted(self._cases.values(), key=lambda c: c.admitted.at_us, reverse=True)

    def open_cases(self) -> list[CaseState]:
        return [case for case in self.cases() if not case.closed]

    def case(self, case_id: str) -> CaseState:
        """The case now; raises ``NotFoundError``."""
        with self._lock:
            state = self._cases.get(case_id)
        if state is None:
            raise NotFoundError(f"There is no case {case_id!r}.", "Open it from the board or the list of cases.")
        return state

    def case_on_bed(self, bed: str) -> CaseState | None:
        """The open case that lies on this bed."""
        return next((case for case in self.open_cases() if bed and case.bed == bed), None)

    def case_at(self, case_id: str, recorded_until_us: int) -> CaseState:
        """The case as it was known at a moment: only what had been recorded by then."""
        events = self._store.read_stream(case_stream(case_id), recorded_until_us=recorded_until_us, without_blocks=True)
        state = case_state.fold(case_id, events)
        if state is None:
            raise NotFoundError(f"At that moment there was no case {case_id!r}.", "Choose a later moment.")
        return state
