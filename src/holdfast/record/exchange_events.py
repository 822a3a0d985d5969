"""Events of the exchange with other programs: machine accounts, what was read and refused, what was taken over.

Reads are many and belong to no case: they lie on a stream of their own (``exchange``). No token is ever in an event.
"""

from holdfast.record.event_base import ClinicEvent

EXCHANGE_STREAM = "exchange"
MACHINE_ACTOR = "machine:"
"""Begins the actor of everything that a program did with a token."""


class MachineAdded(ClinicEvent, frozen=True, kw_only=True, tag="machine_added.1"):
    """A program may read or write over the interface for other programs, as far as its scopes reach."""

    machine_id: str
    name: str
    scopes: tuple[str, ...]
    """As SMART writes them: ``system/Observation.rs``, ``system/ServiceRequest.c``."""


class MachineClosed(ClinicEvent, frozen=True, kw_only=True, tag="machine_closed.1"):
    """Its token opens nothing any more."""

    machine_id: str
    reason: str


class ExchangeRead(ClinicEvent, frozen=True, kw_only=True, tag="exchange_read.1"):
    """Somebody read over the interface; written before it is answered.

    Recorded by Holdfast: it changes nothing that another command was checked against, and a program that asks every
    few seconds must not make people's entries wait.
    """

    by: str
    """Account, or ``machine:<id>``."""
    interaction: str
    """read, search or everything."""
    what: str
    """Kind of resource, with the id where one was named."""
    query: str
    cases: tuple[str, ...]
    """Cases that the answer tells of."""


class ExchangeRefused(ClinicEvent, frozen=True, kw_only=True, tag="exchange_refused.1"):
    """What another program wanted to write was not taken; its bytes lie in the quarantine."""

    by: str
    what: str
    why: str
    sha256: str


class CaseTakenOver(ClinicEvent, frozen=True, kw_only=True, tag="case_taken_over.1"):
    """A case came from another record, event by event: times, people and order on its stream are that record's."""

    case_id: str
    sha256: str
    """Of the file that it came in."""
    events: int
    head: str
    """Hash of the last event of the case, as the other record has it."""
    people: dict[str, str]
    """Names of the other record's accounts, by account."""


ANY_EXCHANGE_EVENT = MachineAdded | MachineClosed | ExchangeRead | ExchangeRefused | CaseTakenOver
