"""The record as other programs see it: what is asked of the interface, who may ask, and that each read is on record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from holdfast.kernel.errors import NotAllowedError, OperatorError
from holdfast.record import grant_state
from holdfast.record.exchange_events import EXCHANGE_STREAM, ExchangeRead, ExchangeRefused
from holdfast.usecases import grants
from holdfast.usecases.accounts import Role
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent, NewQuarantined

Content = dict[str, Any]
Params = Sequence[tuple[str, str]]
QUERY_MAX = 500


class ExchangeError(OperatorError):
    """What another program asked for cannot be done; ``code`` is FHIR's word for the kind of issue."""

    def __init__(self, problem: str, remedy: str = "", *, code: str = "invalid", status: int = 400) -> None:
        self.code = code
        self.status = status
        super().__init__(problem, remedy)


@dataclass(frozen=True)
class Asker:
    """Who asks."""

    actor: str
    """Account, or ``machine:<id>``."""
    name: str
    within: frozenset[str] | None = None
    """Cases that are reached; None: all of them."""

    def reaches(self, case_id: str) -> bool:
        return self.within is None or case_id in self.within


@dataclass(frozen=True)
class Answer:
    """A resource or a Bundle on its way out."""

    content: Content
    version: str = ""
    changed_us: int | None = None
    cases: tuple[str, ...] = ()
    """Cases that it tells of."""


class Exchange(Protocol):
    """The FHIR interface, without its transport. Everything that cannot be answered raises a ``HoldfastError``."""

    def capability(self, base: str) -> Content: ...

    def kinds(self) -> frozenset[str]: ...

    def read(self, asker: Asker, kind: str, identity: str) -> Answer: ...

    def search(self, asker: Asker, kind: str, params: Params, base: str) -> Answer: ...

    def everything(self, asker: Asker, kind: str, identity: str, params: Params, base: str) -> Answer: ...

    def create(self, asker: Asker, kind: str, body: bytes, *, once: str) -> Answer:
        """``once``: the sender's own key; the same again writes nothing twice. Empty: none was sent."""
        ...


def reach(ctx: Context, account: str, role: str) -> frozenset[str] | None:
    """The cases that somebody reads here: all, or for an investigator those of whole-case grants that stand now."""
    if role != Role.INVESTIGATOR:
        return None
    now_us = ctx.clock.now_us()
    found = ctx.book.clinic.grants.values()
    named = {one.given.case_id for one in found if one.given.account == account}
    return frozenset(case for case in named if grant_state.reaching(found, account, case, "", now_us))


def read_recorded(ctx: Context, asker: Asker, *, interaction: str, what: str, query: str, cases: Iterable[str]) -> None:
    """The read is on disk when this returns. Under grants each case has its line in the log of reads as well."""
    told = tuple(cases)
    query = query[:QUERY_MAX]
    if asker.within is not None:
        if any(not asker.reaches(case) for case in told):
            raise NotAllowedError("No standing grant lets you read this.", "Ask the clinic's administrator for one.")
        for case in told:
            grants.read(ctx, account=asker.actor, case_id=case, item_id="", page=f"fhir.{interaction}", query=query)
    event = ExchangeRead(
        at_us=ctx.clock.now_us(), by=asker.actor, interaction=interaction, what=what, query=query, cases=told
    )
    record(ctx, actor=OWN_ACTOR, stream=EXCHANGE_STREAM, events=[event])


def refused(ctx: Context, asker: Asker, *, what: str, why: str, body: bytes, sha256: str) -> None:
    """Keep what was not taken, whole, where people look for it, and say so on the record."""
    now_us = ctx.clock.now_us()
    event = ExchangeRefused(at_us=now_us, by=asker.actor, what=what, why=why, sha256=sha256)
    change = Change(
        command_id=ctx.ids.new_id(),
        actor=OWN_ACTOR,
        recorded_us=now_us,
        events=(NewEvent(stream=EXCHANGE_STREAM, event=event),),
        quarantined=(
            NewQuarantined(received_us=now_us, peer=f"FHIR, {asker.name}", device=asker.actor, reason=why, raw=body),
        ),
    )
    ctx.store.submit(change).result()
    ctx.book.catch_up()
