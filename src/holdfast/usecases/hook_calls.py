"""What a case has to do with calls of other systems: the look that they are told, the record of it, their feedback."""

import hashlib
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Executor
from dataclasses import dataclass

import msgspec

from holdfast.kernel.errors import NotFoundError
from holdfast.kernel.time import US_PER_S
from holdfast.record import events as ev
from holdfast.record.hook_events import HOOK_ACTOR, HookFeedbackGiven, HookTold
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.ports import OWN_ACTOR, Receipt
from holdfast.usecases.second_look import LOOK_STANDS_S, Page, look

log = logging.getLogger("holdfast")

AHEAD_S = LOOK_STANDS_S * 2 / 3
"""A look that is older than this when somebody asks is made again beside the answer: who asks often never waits."""
_KEPT = 64
"""Looks kept at hand, the least lately used goes first."""


@dataclass(frozen=True)
class _Made:
    version: int
    at_us: int
    page: Page


class Looks:
    """Second looks for other systems. One that was made a moment ago stands while nothing is entered on the case,
    by the rule of the page itself; being asked counts as nothing. Made one at a time: twenty callers in one second
    want the same look, and the monitors come first."""

    def __init__(self, ctx: Context, background: Executor) -> None:
        self._ctx = ctx
        self._background = background
        self._making = threading.Lock()
        self._lock = threading.Lock()
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self._ahead: set[str] = set()

    def of(self, case_id: str) -> Page:
        """The look at this case as it stands now, or stood at most ``LOOK_STANDS_S`` ago."""
        known = self._standing(case_id)
        if known is None:
            return self._fresh(case_id)
        if self._ctx.clock.now_us() - known.at_us > AHEAD_S * US_PER_S:
            self._make_ahead(case_id)
        return known.page

    def _fresh(self, case_id: str) -> Page:
        with self._making:
            if standing := self._standing(case_id):
                return standing.page  # somebody else made it while this caller waited
            return self._make(case_id)

    def _make(self, case_id: str) -> Page:
        version, now_us = self._version(case_id), self._ctx.clock.now_us()
        page = look(self._ctx, case_id, now_us)
        with self._lock:
            self._made[case_id] = _Made(version, now_us, page)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return page

    def _make_ahead(self, case_id: str) -> None:
        with self._lock:
            if case_id in self._ahead:
                return
            self._ahead.add(case_id)
        self._background.submit(self._made_ahead, case_id)

    def _made_ahead(self, case_id: str) -> None:
        try:
            with self._making:
                self._make(case_id)
        except Exception:  # whoever asks next makes it, and is told
            log.exception("the look at case %s could not be made ahead", case_id)
        finally:
            with self._lock:
                self._ahead.discard(case_id)

    def _standing(self, case_id: str) -> _Made | None:
        version, now_us = self._version(case_id), self._ctx.clock.now_us()
        with self._lock:
            known = self._made.get(case_id)
            if known and known.version == version and 0 <= now_us - known.at_us <= LOOK_STANDS_S * US_PER_S:
                self._made.move_to_end(case_id)
                return known
        return None

    def _version(self, case_id: str) -> int:
        case = self._ctx.book.case(case_id)
        return case.hooks.version_without(case.version)


def tell(ctx: Context, case_id: str, told: HookTold) -> Receipt:
    """Put on record who was told what. By Holdfast itself: it is no act that anybody's decision could rest on."""
    return record(ctx, actor=OWN_ACTOR, stream=ev.case_stream(case_id), events=[told])


def call_of_card(ctx: Context, client: str, card: str) -> tuple[str, HookTold]:
    """(case, call) in which this system was sent this card; raises ``NotFoundError``. Another system's cards are no
    cards of its."""
    for case in ctx.book.cases():
        for entry in reversed(case.hooks.told.values()):
            if entry.told.client == client and any(one.get("uuid") == card for one in entry.told.cards):
                return case.case_id, entry.told
    raise NotFoundError("No such card was sent to this system.", "Send the uuid of a card as it came.")


def give_feedback(ctx: Context, case_id: str, feedback: HookFeedbackGiven, client: str) -> Receipt:
    """Record what a person over there did with a card. The same words again are written once."""
    clean = _within_bounds(feedback)
    said = (client, clean.card, clean.outcome, *clean.suggestions, clean.reason_code, clean.comment, clean.said_at)
    digest = hashlib.sha256("\n\0".join(said).encode()).hexdigest()
    command_id = f"hook-feedback.{digest[:32]}"
    return record(
        ctx, actor=f"{HOOK_ACTOR}{client}", stream=ev.case_stream(case_id), events=[clean], command_id=command_id
    )


def _within_bounds(feedback: HookFeedbackGiven) -> HookFeedbackGiven:
    """With every text of theirs inside our bounds; raises ``OperatorError``."""
    texts = {
        name: clean_text(getattr(feedback, name), f"The {name.replace('_', ' ')}")
        for name in ("outcome", "reason_system", "reason_code", "reason_text", "comment", "user", "said_at")
    }
    return msgspec.structs.replace(feedback, **texts)
