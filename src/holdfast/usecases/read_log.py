"""Who read pages of a case: on record once an hour for each person and case, so that it can be asked afterwards.

An investigator's reads are another matter: each of them is on record before it is answered (``grants.read``).
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice

from holdfast.kernel.errors import NotFoundError, WorldError
from holdfast.kernel.time import US_PER_H
from holdfast.record.events import CLINIC_STREAM, Recorded
from holdfast.record.security_events import CaseOpened
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Change, NewEvent

log = logging.getLogger(__name__)

_NOTED_MAX = 10_000
PATIENCE_S = 0.5
"""How long a page waits until the read is on disk."""


class ReadLog:
    """Notes reads. What it remembers only spares the writer: the command ids decide. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: OrderedDict[tuple[str, str], int] = OrderedDict()

    def note(self, ctx: Context, *, account: str, case_id: str, route: str) -> None:
        """Put on record that this person read this case in this hour. A full disk keeps nobody from reading, nor does a
        slow one: then only the log says so."""
        now_us = ctx.clock.now_us()
        hour = now_us // US_PER_H
        with self._lock:
            if self._noted.get((account, case_id)) == hour:
                return
        try:
            ctx.book.case(case_id)
        except NotFoundError:
            return
        opened = NewEvent(stream=CLINIC_STREAM, event=CaseOpened(at_us=now_us, case_id=case_id, route=route))
        change = Change(
            command_id=f"case-opened:{account}:{case_id}:{hour}", actor=account, recorded_us=now_us, events=(opened,)
        )
        try:
            ctx.store.submit(change).result(timeout=PATIENCE_S)
            ctx.book.catch_up()
        except TimeoutError:
            log.warning("That %s read case %s waits for the disk.", account, case_id)
        except WorldError as error:
            log.error("That %s read case %s could not be put on record: %s", account, case_id, error)
            return
        with self._lock:
            self._noted[account, case_id] = hour
            while len(self._noted) > _NOTED_MAX:
                self._noted.popitem(last=False)


def case_reads(ctx: Context, limit: int = 200) -> Sequence[Recorded]:
    """The newest hours in which somebody read a case, newest first; who it was is the actor."""
    recorded = reversed(ctx.store.read_stream(CLINIC_STREAM, without_blocks=True))
    return list(islice((one for one in recorded if isinstance(one.event, CaseOpened)), limit))
