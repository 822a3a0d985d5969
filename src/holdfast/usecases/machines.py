"""Machine accounts: named programs with a token and scopes, made and closed by whoever runs the house.

The token is shown once and kept nowhere; only its SHA-256 is. It has 256 random bits, so a slow hash would add nothing.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Protocol

import msgspec

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.exchange_events import MachineAdded, MachineClosed
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.ports import OWN_ACTOR

TOKEN_PREFIX = "hf_"  # noqa: S105 - begins every token, so that one is recognised where it does not belong
_SCOPE = re.compile(r"system/(?P<kind>\*|[A-Za-z]+)\.(?P<rights>c?r?s?)")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A program that may ask."""

    machine_id: str
    name: str
    scopes: tuple[str, ...]
    token_sha256: str
    closed: bool = False

    def may(self, kind: str, right: str) -> bool:
        """Whether a scope reaches this kind of resource with ``c`` (create), ``r`` (read) or ``s`` (search)."""
        found = (match for scope in self.scopes if (match := _SCOPE.fullmatch(scope)))
        return any(match["kind"] in ("*", kind) and right in match["rights"] for match in found)


class Machines(Protocol):
    """Where machine accounts are kept: no part of the record."""

    def put(self, machine: Machine) -> None:
        """Insert or replace by ``machine_id``."""
        ...

    def by_token(self, token_sha256: str) -> Machine | None: ...

    def all(self) -> list[Machine]: ...


def add(ctx: Context, machines: Machines, *, name: str, scopes: Iterable[str]) -> tuple[Machine, str]:
    """A machine account and its token, which nobody can show again."""
    name = clean_text(name, "The name")
    if not name or any(not one.closed and one.name == name for one in machines.all()):
        raise OperatorError("The program needs a name of its own.", "Name it as people know it: 'Practice system'.")
    asked = tuple(dict.fromkeys(scopes))
    bad = [scope for scope in asked if not (match := _SCOPE.fullmatch(scope)) or not match["rights"]]
    if bad or not asked:
        raise OperatorError(
            f"{', '.join(bad) or 'Nothing'} is no scope.", "Use for example system/*.rs or system/Observation.c."
        )
    token = TOKEN_PREFIX + ctx.ids.new_secret()
    machine = Machine(machine_id=ctx.ids.new_id(), name=name, scopes=asked, token_sha256=hashed(token))
    event = MachineAdded(at_us=ctx.clock.now_us(), machine_id=machine.machine_id, name=name, scopes=asked)
    record(ctx, actor=OWN_ACTOR, stream=CLINIC_STREAM, events=[event])
    machines.put(machine)
    return machine, token


def close(ctx: Context, machines: Machines, *, name: str, reason: str) -> Machine:
    """Its token opens nothing from now on. The token dies first: a record of it that fails must not keep it alive."""
    found = next((one for one in machines.all() if not one.closed and name in (one.name, one.machine_id)), None)
    if found is None:
        raise NotFoundError(f"There is no open machine account {name!r}.", "See 'holdfast fhir machines'.")
    machines.put(msgspec.structs.replace(found, closed=True))
    event = MachineClosed(
        at_us=ctx.clock.now_us(), machine_id=found.machine_id, reason=clean_text(reason, "The reason")
    )
    record(ctx, actor=OWN_ACTOR, stream=CLINIC_STREAM, events=[event])
    return found


def of_token(machines: Machines, token: str) -> Machine | None:
    """The open account that this token belongs to."""
    found = machines.by_token(hashed(token)) if token else None
    return None if found is None or found.closed else found


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
