"""The letter for home as a PDF: large, plain, two pages at most for a usual case."""

import io
from collections.abc import Sequence
from html import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, ListFlowable, Paragraph, SimpleDocTemplate, Spacer

from holdfast.record.case_state import CaseState
from holdfast.record.home_events import DischargeWritten
from holdfast.web.clinic_time import stamp

_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11.5, leading=16)
_HEAD = ParagraphStyle("head", parent=_TEXT, fontName="Helvetica-Bold", fontSize=14, leading=18, spaceBefore=10)
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=22, leading=26)
_FINE = ParagraphStyle("fine", parent=_TEXT, fontSize=9, leading=12, textColor=HexColor("#444444"))
_NOW = ParagraphStyle("now", parent=_TEXT, fontName="Helvetica-Bold")


def letter_pdf(case: CaseState, letter: DischargeWritten, by: str, phone: str) -> bytes:
    """The letter; everything in it stands in the event, nothing is added."""
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=f"Letter for {case.name}",
        author=by,
    )
    story: list[Flowable] = [Paragraph(f"{_safe(case.name)} goes home", _TITLE)]
    if case.training:
        story.append(Paragraph("EXERCISE: not about a real animal.", _NOW))
    story.append(Paragraph(_safe(f"Written {stamp(letter.at_us)} by {by}."), _FINE))
    if phone:
        story += [Spacer(1, 4), Paragraph(_safe(f"Telephone of the clinic: {phone}"), _NOW)]
    story += _part("What it was", [letter.diagnosis])
    story += _listed("What was done", letter.done, "Nothing was entered on the record.")
    story += _listed(
        "Medicines at home",
        letter.medicines,
        "None was ordered. Give nothing that is not on this list: some medicines for people kill dogs.",
    )
    urgent = [line for line in letter.look_for if line.endswith("come now.")]
    later = [line for line in letter.look_for if line not in urgent]
    story += _listed("Come at once, without calling first if nobody answers", urgent, "", _NOW)
    story += _listed("Look for this, every day", later, "")
    if letter.words:
        story += _part("From your vet", letter.words.split("\n"))
    if letter.recheck:
        story += _part("Next visit", [letter.recheck])
    document.build(story)
    return made.getvalue()


def _part(head: str, paragraphs: Sequence[str]) -> list[Flowable]:
    return [KeepTogether([Paragraph(head, _HEAD), *(Paragraph(_safe(one), _TEXT) for one in paragraphs)])]


def _listed(head: str, lines: Sequence[str], without: str, style: ParagraphStyle = _TEXT) -> list[Flowable]:
    if not lines:
        return _part(head, [without]) if without else []
    items = [Paragraph(_safe(line), style) for line in lines]
    return [Paragraph(head, _HEAD), ListFlowable(items, bulletType="bullet", start="•", leftIndent=14)]


def _safe(text: str) -> str:
    """Text for reportlab's markup: escaped, and what the built-in fonts do not have replaced by a question mark."""
    return escape(text).encode("cp1252", "replace").decode("cp1252")
