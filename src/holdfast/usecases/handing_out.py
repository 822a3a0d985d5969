"""What leaves the house, and the record of it: exports, checkpoints given to somebody outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.checkpoint import Checkpoint
from holdfast.record.events import ANY_CASE_EVENT, CLINIC_STREAM, case_stream
from holdfast.record.evidence_events import CaseExported, CheckpointGiven
from holdfast.record.service_events import service_stream
from holdfast.usecases.case_export import Wanted, linked_service
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.ports import Films, Receipt
from holdfast.usecases.witness import Comparison

WITHHOLDABLE_NOT = frozenset({"kind", "item_id", "at_us"})
"""Members that hold an export together; nobody is named in them."""
SERVICE = "service history"
"""Named among what was withheld when the history linked to the case was left out."""


@dataclass(frozen=True)
class Exported:
    """The files of an export, by path, and as one zip."""

    files: Mapping[str, bytes]
    zip: bytes
    record_size: int

    @property
    def events(self) -> int:
        return sum(path.startswith("events/") for path in self.files)


class Proofs(Protocol):
    """The key of the record and the tree over it. Any thread may call any method."""

    def name(self) -> str:
        """Of the record; empty before it has a key."""
        ...

    def make_key(self, name: str) -> None: ...

    def public_key(self) -> str:
        """The line that others check signatures with; raises ``OperatorError`` before there is a key."""
        ...

    def key_changes(self) -> tuple[str, ...]:
        """For each earlier key its signed note that names the next one, oldest first."""
        ...

    def last(self) -> str | None:
        """The newest checkpoint that was signed."""
        ...

    def checkpoint(self) -> str:
        """Sign and keep a checkpoint of the record as it is now. Raises ``IntegrityError`` when the record does not
        continue the last one."""
        ...

    def read(self, note: str) -> Checkpoint:
        """A checkpoint that we signed; raises ``IntegrityError`` for any other text."""
        ...

    def consistency(self, old: int, size: int) -> tuple[str, ...]:
        """Base64 of what shows that the record of ``size`` events begins with the ``old`` ones; empty for 0."""
        ...

    def compare(self, note: str) -> Comparison:
        """Compare the record with a checkpoint that was kept elsewhere."""
        ...

    def sign(self, purpose: str, lines: Sequence[str]) -> str:
        """A signed note under the record's name with this purpose; its first line is that name."""
        ...

    def export(self, wanted: Wanted) -> Exported:
        """See ``case_export.export``."""
        ...


def withheld_of(texts: Sequence[str]) -> dict[str, set[str]]:
    """``kind:member`` texts by kind."""
    withheld: dict[str, set[str]] = {}
    for one in texts:
        kind, _, member = one.partition(":")
        withheld.setdefault(kind, set()).add(member)
    return withheld


def withholdable(ctx: Context, case_id: str, item_id: str = "") -> dict[str, tuple[str, ...]]:
    """Members that may be left out of an export of this case, or of the parts about one item, by kind of event."""
    found: dict[str, tuple[str, ...]] = {}
    stream = ctx.store.read_stream(case_stream(case_id), without_blocks=True)
    service_id = "" if item_id else linked_service(stream)
    for one in [*stream, *(ctx.store.read_stream(service_stream(service_id)) if service_id else ())]:
        event = one.event
        about = getattr(event, "item_id", "")
        if not item_id or about == item_id or isinstance(event, _ADMITTED):
            kind = str(event.__struct_config__.tag)
            found[kind] = tuple(name for name in event.__struct_fields__ if name not in WITHHOLDABLE_NOT)
    return found


_ADMITTED = ANY_CASE_EVENT.__args__[0]


def hand_out(
    ctx: Context,
    proofs: Proofs,
    films: Films,
    *,
    actor: str,
    case_id: str,
    item_id: str,
    recipient: str,
    purpose: str,
    withhold: Sequence[str] = (),
    without_service: bool = False,
    kept: str = "",
    command_id: str = "",
) -> tuple[Receipt, Exported]:
    """Export a case or an item, keep the zip, and record who is given it. ``kept``: a checkpoint that they have;
    ``without_service``: leave out the service history that is linked to the case."""
    linked = ctx.book.case(case_id).inquiry.linked
    recipient, purpose = clean_text(recipient, "The receiver"), clean_text(purpose, "The purpose")
    if not recipient:
        raise OperatorError("Nobody is named who is given it.", "Enter a name, an office or a file number.")
    sizes = (proofs.read(kept).size,) if kept.strip() else ()
    withheld = withheld_of(withhold)
    wanted = Wanted(case_id=case_id, item_id=item_id, withheld=withheld, service=not without_service, kept_sizes=sizes)
    made = proofs.export(wanted)
    digest = films.keep(made.zip)
    event = CaseExported(
        at_us=ctx.clock.now_us(),
        item_id=item_id,
        recipient=recipient,
        purpose=purpose,
        withheld=tuple(sorted([*withhold, *([SERVICE] if linked and without_service and not item_id else [])])),
        events=made.events,
        record_size=made.record_size,
        sha256=digest,
    )
    receipt = record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)
    return receipt, made


def exports_of(ctx: Context, case_id: str) -> list[tuple[CaseExported, str]]:
    """What was handed out of a case, and by whom, newest first."""
    recorded = ctx.store.read_stream(case_stream(case_id), without_blocks=True)
    return [(one.event, one.actor) for one in reversed(recorded) if isinstance(one.event, CaseExported)]


def exported_zip(ctx: Context, films: Films, case_id: str, digest: str, item_id: str = "") -> bytes:
    """The zip of an earlier export of this case; with ``item_id`` only one of that item."""
    if not any(e.sha256 == digest and item_id in ("", e.item_id) for e, _ in exports_of(ctx, case_id)):
        raise NotFoundError("There is no such export of this case.", "Open it from the list of what was handed out.")
    return films.read(digest)


def give_checkpoint(
    ctx: Context, proofs: Proofs, *, actor: str, to: str, how: str, command_id: str = ""
) -> tuple[Receipt, str]:
    """Sign a checkpoint and record who is given it. It covers everything but this entry."""
    to, how = clean_text(to, "The witness"), clean_text(how, "The way")
    if not to:
        raise OperatorError("Nobody is named who is given it.", "Enter who keeps it: somebody outside the house.")
    note = proofs.checkpoint()
    point = proofs.read(note)
    event = CheckpointGiven(at_us=ctx.clock.now_us(), size=point.size, root=_root(note), to=to, how=how)
    return record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event], command_id=command_id), note


def checkpoints_given(ctx: Context) -> list[tuple[CheckpointGiven, str]]:
    """Who holds which checkpoint, and who gave it, newest first."""
    recorded = ctx.store.read_stream(CLINIC_STREAM)
    return [(one.event, one.actor) for one in reversed(recorded) if isinstance(one.event, CheckpointGiven)]


def _root(note: str) -> str:
    """The root as it stands on the checkpoint."""
    return note.split("\n")[2]
