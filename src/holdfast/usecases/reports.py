"""Reports of a case on paper: made, kept, signed. What stands in them is ``case_report`` and ``handler_report``."""

import base64
from collections.abc import Callable

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import iso
from holdfast.record.events import case_stream
from holdfast.record.evidence_events import ReportMade
from holdfast.usecases.case_report import Asked, case_report
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.documents import Paper
from holdfast.usecases.handing_out import Proofs
from holdfast.usecases.handler_report import handler_report
from holdfast.usecases.ports import Films, Receipt

KINDS = {"full": "for a commander, a court or an insurer", "handler": "for the handler, in plain words"}
PURPOSE = "/report"
"""Under which the key signs reports, so that no other text can be taken for one."""


def make_report(
    ctx: Context,
    paper: Paper,
    films: Films,
    *,
    actor: str,
    case_id: str,
    about: str,
    recipient: str,
    purpose: str,
    stamp: Callable[[int], str],
    zone: str,
    until_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Make a report of what had been recorded by ``until_us`` (None: now), keep the PDF and record its SHA-256.

    ``stamp`` and ``zone``: see ``case_report.Asked``.
    """
    if about not in KINDS:
        raise OperatorError(f"There is no report {about!r}.", f"Choose one of: {', '.join(KINDS)}.")
    recipient, purpose = clean_text(recipient, "The receiver"), clean_text(purpose, "The purpose")
    now_us = ctx.clock.now_us()
    until_us = min(until_us or now_us, now_us)
    content = {"full": case_report, "handler": handler_report}[about]
    asked = Asked(case_id, until_us, now_us, recipient, purpose, stamp, zone)
    data = paper.document(content(ctx, films, asked))
    event = ReportMade(
        at_us=now_us,
        report_id=ctx.ids.new_id(),
        about=about,
        recipient=recipient,
        purpose=purpose,
        until_us=until_us,
        sha256=films.keep(data),
        size_bytes=len(data),
    )
    return record(ctx, actor=actor, stream=case_stream(case_id), events=[event], command_id=command_id)


def reports_of(ctx: Context, case_id: str) -> list[tuple[ReportMade, str]]:
    """The reports of a case and who made them, newest first."""
    recorded = ctx.store.read_stream(case_stream(case_id), without_blocks=True)
    return [(one.event, one.actor) for one in reversed(recorded) if isinstance(one.event, ReportMade)]


def report_of(ctx: Context, case_id: str, report_id: str) -> ReportMade:
    """One report; raises ``NotFoundError``."""
    found = next((report for report, _ in reports_of(ctx, case_id) if report.report_id == report_id), None)
    if found is None:
        raise NotFoundError("There is no such report of this case.", "Open it from the list of reports.")
    return found


def signature_of(proofs: Proofs, case_id: str, report: ReportMade) -> str:
    """The detached signature of a report: a signed note that names its SHA-256. ``verify_report.py`` checks it.

    It carries the notes in which earlier keys named the next one: who has an older key needs no new one.
    """
    changes = (f"key-change {base64.b64encode(note.encode()).decode()}" for note in proofs.key_changes())
    lines = (
        "holdfast report 1",
        f"case {case_id}",
        f"report {report.report_id}",
        f"made {iso(report.at_us)}",
        f"until {iso(report.until_us)}",
        *changes,
        f"sha256 {report.sha256}",
    )
    return proofs.sign(PURPOSE, lines)
