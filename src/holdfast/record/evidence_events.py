"""Events of what leaves the record and of who may read it: reports, exports, checkpoints, grants, audited reads."""

from holdfast.record.event_base import CaseEvent, ClinicEvent


class ReportMade(CaseEvent, frozen=True, kw_only=True, tag="report_made.1"):
    """A report was made as a PDF; its bytes lie outside the chain and are bound to it by hash."""

    report_id: str
    about: str
    """``full`` (for a commander, a court, an insurer) or ``handler`` (in plain words)."""
    recipient: str
    purpose: str
    until_us: int
    """It tells what had been recorded by this moment."""
    sha256: str
    size_bytes: int


class CaseExported(CaseEvent, frozen=True, kw_only=True, tag="case_exported.1"):
    """The case or one item was handed out as files that anybody can check."""

    item_id: str
    """Empty: the whole case."""
    recipient: str
    purpose: str
    withheld: tuple[str, ...]
    """``kind:member`` of each part that was left out."""
    events: int
    record_size: int
    """Events of the record under the checkpoint of the export."""
    sha256: str
    """Of the zip file."""


class CheckpointGiven(ClinicEvent, frozen=True, kw_only=True, tag="checkpoint_given.1"):
    """Somebody outside was given a checkpoint: with it they can tell whether the record was cut off or rewritten."""

    size: int
    root: str
    """Base64, as on the checkpoint."""
    to: str
    how: str


class ReadGranted(ClinicEvent, frozen=True, kw_only=True, tag="read_granted.1"):
    """An investigator may read one case, or one item of it, for a time."""

    grant_id: str
    account: str
    authority: str
    """Who asks for it, e.g. ``City Police, internal affairs``."""
    reference: str
    """Number of the order or the file it rests on."""
    case_id: str
    item_id: str
    """Empty: the whole case."""
    from_us: int
    until_us: int


class ReadGrantEnded(ClinicEvent, frozen=True, kw_only=True, tag="read_grant_ended.1"):
    """A grant ended before its time."""

    grant_id: str
    reason: str


class RecordRead(ClinicEvent, frozen=True, kw_only=True, tag="record_read.1"):
    """Somebody who reads under a grant asked for a page; written before it was answered."""

    grant_id: str
    case_id: str
    item_id: str
    page: str
    """Name of the route."""
    query: str


ANY_EVIDENCE_CASE_EVENT = ReportMade | CaseExported
ANY_EVIDENCE_CLINIC_EVENT = CheckpointGiven | ReadGranted | ReadGrantEnded | RecordRead
