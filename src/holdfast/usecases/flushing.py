"""Held messages become blocks, each case on its own: what one case cannot do must not keep the others waiting."""

from collections.abc import Callable
from concurrent.futures import Future

from holdfast.kernel.limits import FLUSH_RETRY_S
from holdfast.kernel.time import US_PER_S
from holdfast.usecases.context import Context
from holdfast.usecases.derived_values import Taken
from holdfast.usecases.monitor_blocks import build_flush, due_cases
from holdfast.usecases.ports import Change, Receipt

Report = Callable[[str, Exception | None], None]
"""One sentence for whoever runs Holdfast, and the error behind it, if any."""


class Flusher:
    """Keeps one thing in memory: which case's flush failed, and when."""

    def __init__(self, ctx: Context, report: Report) -> None:
        self._ctx = ctx
        self._report = report
        self._failed_us: dict[str, int] = {}

    def flush_due(self, now_us: int) -> None:
        """Flush every case whose time has come, all in one commit where that goes; returns when they are on disk."""
        store, new_id, derived = self._ctx.store, self._ctx.ids.new_id, self._ctx.derived
        submitted: list[tuple[str, Change, Taken, Future[Receipt]]] = []
        for case_id, held in due_cases(store.held(), now_us).items():
            if self._waits(case_id, now_us):
                continue
            taken = derived.take(case_id, held)
            try:
                change = build_flush(case_id, held, new_id=new_id, now_us=now_us, derived=taken)
                submitted.append((case_id, change, taken, store.submit(change)))
            except Exception as error:  # whatever it was: the next case is another animal
                derived.put_back(case_id, taken)
                self._note_failure(case_id, error, now_us)
        for case_id, change, taken, receipt in submitted:
            try:
                receipt.result()
            except Exception as error:
                derived.put_back(case_id, taken)
                self._note_failure(case_id, error, now_us)
                continue
            self._failed_us.pop(case_id, None)
            for bad in change.quarantined:
                self._report(f"A message of case {case_id} was moved to the quarantine. {bad.reason}", None)

    def _waits(self, case_id: str, now_us: int) -> bool:
        failed_us = self._failed_us.get(case_id)
        # In both directions: the machine's clock may have been set back since.
        return failed_us is not None and abs(now_us - failed_us) < FLUSH_RETRY_S * US_PER_S

    def _note_failure(self, case_id: str, error: Exception, now_us: int) -> None:
        self._failed_us[case_id] = now_us
        self._report(
            f"The monitor data of case {case_id} are on disk but could not be put into a block ({error}). "
            f"It is tried again in {FLUSH_RETRY_S} s.",
            error,
        )
