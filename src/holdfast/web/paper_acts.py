"""What can be made of a case to be handed out: a report, an export."""

from collections.abc import Mapping

from holdfast.kernel.time import to_datetime
from holdfast.usecases import handing_out, reports
from holdfast.web.acts import Act, Outcome, recorded
from holdfast.web.clinic_time import moment, stamp
from holdfast.web.entries import Entry
from holdfast.web.gate import Call


class ReportEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    about: str = "full"
    recipient: str = ""
    purpose: str = ""
    until: str = ""
    """As known at; clinic time as the page's field writes it, empty (and no ``until_us``): now."""
    until_us: int | None = None


class ExportEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item_id: str = ""
    """Empty: the whole case."""
    recipient: str = ""
    purpose: str = ""
    withhold: tuple[str, ...] = ()
    """``kind:member``, e.g. ``patient_admitted.1:owner``."""
    without_service: bool = False
    """Leave out the service history that is linked to the case."""
    kept: str = ""
    """A checkpoint that the receiver has."""


def zone_words(now_us: int) -> str:
    """Which clock the pages and reports show."""
    offset = to_datetime(now_us).astimezone().utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    return f"clinic time (UTC{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02})"


def note_text(text: str) -> str:
    """A signed note as a browser's field gives it back: with its own line ends."""
    text = text.replace("\r\n", "\n").strip("\n")
    return f"{text}\n" if text else ""


def _report(call: Call, case_id: str, entry: ReportEntry, command_id: str) -> Outcome:
    receipt = reports.make_report(
        call.ctx,
        call.services.paper,
        call.services.films,
        actor=call.actor,
        case_id=case_id,
        about=entry.about,
        recipient=entry.recipient,
        purpose=entry.purpose,
        until_us=entry.until_us if entry.until_us is not None else moment(entry.until),
        stamp=stamp,
        zone=zone_words(call.now_us),
        command_id=command_id,
    )
    return recorded(receipt, f"/cases/{case_id}/papers")


def _export(call: Call, case_id: str, entry: ExportEntry, command_id: str) -> Outcome:
    receipt, _ = handing_out.hand_out(
        call.ctx,
        call.services.proofs,
        call.services.films,
        actor=call.actor,
        case_id=case_id,
        item_id=entry.item_id,
        recipient=entry.recipient,
        purpose=entry.purpose,
        withhold=entry.withhold,
        without_service=entry.without_service,
        kept=note_text(entry.kept),
        command_id=command_id,
    )
    return recorded(receipt, f"/cases/{case_id}/papers#exports")


PAPER_ACTS: Mapping[str, Act] = {
    act.name: act for act in (Act("reports", ReportEntry, _report), Act("exports", ExportEntry, _export))
}
