"""What is handed out of a case: reports with their signatures, exports with their proofs."""

from typing import Any

import msgspec
from starlette.responses import Response

from holdfast.usecases import custody, handing_out, reports
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page

USUAL = (
    ("patient_admitted.1:owner", "owner"),
    ("patient_admitted.1:handler", "handler"),
    ("patient_admitted.1:microchip", "microchip"),
    ("patient_admitted.1:complaint", "complaint at admission"),
    ("note_written.1:text", "texts of all notes"),
    ("end_of_life_ordered.1:consent_by", "who gave consent"),
    ("second_look_shown.1:page", "content of the second looks"),
)
"""What is asked for most often; everything else stands below it by kind of event."""


def papers(call: Call) -> Response:
    case = call.ctx.book.case(call.part("case_id"))
    kinds = handing_out.withholdable(call.ctx, case.case_id)
    return page(
        call,
        "papers.html",
        case=case,
        reports=reports.reports_of(call.ctx, case.case_id),
        report_kinds=reports.KINDS,
        exports=handing_out.exports_of(call.ctx, case.case_id),
        items=list(custody.items_of(call.ctx, case.case_id).values()),
        usual=[(value, words) for value, words in USUAL if value.partition(":")[0] in kinds],
        kinds=kinds,
        who=actor_names(call),
        record_name=call.services.proofs.name(),
        public_key=call.services.proofs.public_key() if call.services.proofs.name() else "",
    )


def report_pdf(call: Call) -> Response:
    report = reports.report_of(call.ctx, call.part("case_id"), call.part("report_id"))
    return _file(call.services.films.read(report.sha256), "application/pdf", f"report-{report.report_id}.pdf")


def report_signature(call: Call) -> Response:
    case_id = call.part("case_id")
    report = reports.report_of(call.ctx, case_id, call.part("report_id"))
    note = reports.signature_of(call.services.proofs, case_id, report)
    return _file(note.encode(), "text/plain; charset=utf-8", f"report-{report.report_id}.pdf.sig")


def export_zip(call: Call) -> Response:
    case_id, digest = call.part("case_id"), call.part("digest")
    data = handing_out.exported_zip(call.ctx, call.services.films, case_id, digest)
    return _file(data, "application/zip", f"case-{case_id}-{digest[:12]}.zip")


def api_papers(call: Call) -> Response:
    case_id = call.part("case_id")
    call.ctx.book.case(case_id)
    who = actor_names(call)

    def told(event: msgspec.Struct, actor: str) -> dict[str, Any]:
        return {**msgspec.to_builtins(event), "actor_name": who(actor)}

    return json(
        {
            "reports": [told(*one) for one in reports.reports_of(call.ctx, case_id)],
            "exports": [told(*one) for one in handing_out.exports_of(call.ctx, case_id)],
            "withholdable": handing_out.withholdable(call.ctx, case_id),
        }
    )


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


_PAPERS = "/cases/{case_id}/papers"

PAGES = (
    Page("GET", _PAPERS, "papers", lambda: papers),
    Page("GET", "/cases/{case_id}/reports/{report_id}/report.pdf", "report.pdf", lambda: report_pdf),
    Page("GET", "/cases/{case_id}/reports/{report_id}/report.pdf.sig", "report.signature", lambda: report_signature),
    Page("GET", "/cases/{case_id}/exports/{digest}", "export.zip", lambda: export_zip),
    Page("GET", f"/api{_PAPERS}", "api.papers", lambda: api_papers),
)
