"""The anaesthetic record on paper: chart, table, drugs and events, lists, on A4 landscape."""

import io
from collections.abc import Callable

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.surgery_lists import SurgeryLists
from holdfast.record.case_state import CaseState
from holdfast.usecases.surgery import AnaestheticRecord
from holdfast.web.anaesthetic_chart import LINES, TOP, chart
from holdfast.web.clinic_time import clock, stamp

_WIDTH, _HEIGHT = landscape(A4)
_LEFT, _RIGHT = 24 * mm, _WIDTH - 12 * mm
_GREY, _PALE = HexColor("#555555"), HexColor("#bbbbbb")
_ROWS = 36
"""Lines of the table on one page."""


def anaesthetic_pdf(
    case: CaseState, record: AnaestheticRecord, lists: SurgeryLists, who: Callable[[str], str]
) -> bytes:
    """The record as it is now; one that is still open says so."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=landscape(A4))
    canvas.setTitle(f"Anaesthetic record of {case.name}")
    _head(canvas, case, record)
    _chart(canvas, record)
    _happened(canvas, record, who)
    _table(canvas, case, record)
    _lists(canvas, case, record, lists, who)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _text(canvas: Canvas, x: float, y: float, words: str, size: float = 9, bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    canvas.drawString(x, y, words.encode("cp1252", "replace").decode("cp1252"))


def _head(canvas: Canvas, case: CaseState, record: AnaestheticRecord) -> None:
    surgery, asa = record.surgery, record.surgery.asa
    drill = "EXERCISE, not about a real animal.  " if case.training else ""
    _text(canvas, _LEFT, _HEIGHT - 14 * mm, f"{drill}Anaesthetic record: {case.name}", 16, bold=True)
    weight = f"{case.weight_kg:g} kg" if case.weight_kg is not None else "not weighed"
    chip = f", microchip {case.microchip}" if case.microchip else ""
    breed = case.corrected("breed") or case.admitted.breed or case.admitted.species
    status = f"ASA {asa.status}{' E' if asa.emergency else ''}" if asa else "ASA not set"
    _text(
        canvas, _LEFT, _HEIGHT - 20 * mm, f"{breed}, {case.admitted.sex.replace('_', ' ')}, {weight}{chip}. {status}."
    )
    site = f" ({surgery.site})" if surgery.site else ""
    _text(canvas, _LEFT, _HEIGHT - 25 * mm, f"{surgery.procedure}{site}. Surgeon: {surgery.surgeon or 'not named'}.")
    ended = "STILL OPEN as printed" if record.open else f"closed {stamp(record.until_us)}"
    lasted = (record.until_us - record.began_us) // US_PER_MIN
    _text(
        canvas,
        _LEFT,
        _HEIGHT - 30 * mm,
        f"Anaesthetist: {surgery.anaesthetist}. Opened {stamp(record.began_us)}, {ended}, {lasted} min.",
    )


def _chart(canvas: Canvas, record: AnaestheticRecord) -> None:
    drawn = chart(record)
    foot, head = 78 * mm, _HEIGHT - 40 * mm

    def at(x: float, y: float) -> tuple[float, float]:
        return _LEFT + x * (_RIGHT - _LEFT), foot + y * (head - foot)

    canvas.setLineWidth(0.4)
    canvas.setStrokeColor(_PALE)
    for value in LINES:
        _, y = at(0, value / TOP)
        canvas.line(_LEFT, y, _RIGHT, y)
        canvas.setFillColor(_GREY)
        canvas.setFont("Helvetica", 7.5)
        canvas.drawRightString(_LEFT - 2 * mm, y - 2.5, str(value))
    for x, when in drawn.ticks:
        px, _ = at(x, 0)
        canvas.line(px, foot, px, head)
        canvas.drawCentredString(px, foot - 4 * mm, clock(when)[:5])
    for symbol in drawn.symbols:
        _symbol(canvas, symbol.shape, *at(symbol.x, symbol.y))
    canvas.setFillColor(black)
    for event in drawn.events:
        px, _ = at(event.x, 0)
        canvas.setFont("Helvetica-Bold" if event.drug else "Helvetica", 7.5)
        canvas.drawCentredString(px, head + 1.5 * mm, event.label)
    _legend(canvas, foot - 10 * mm)


def _symbol(canvas: Canvas, shape: str, x: float, y: float) -> None:
    canvas.setStrokeColor(black)
    canvas.setLineWidth(0.9)
    match shape:
        case "dot":
            canvas.setFillColor(black)
            canvas.circle(x, y, 1.9, stroke=0, fill=1)
        case "ring":
            canvas.setFillColor(white)
            canvas.circle(x, y, 1.9, stroke=1, fill=1)
        case "down":
            canvas.lines([(x - 2.4, y + 3, x, y), (x + 2.4, y + 3, x, y)])
        case "up":
            canvas.lines([(x - 2.4, y - 3, x, y), (x + 2.4, y - 3, x, y)])
        case _:
            canvas.line(x - 2.4, y, x + 2.4, y)


def _legend(canvas: Canvas, y: float) -> None:
    said = (("dot", "heart rate"), ("ring", "breaths"), ("down", "systolic"), ("dash", "mean"), ("up", "diastolic"))
    x = _LEFT
    for shape, words in said:
        _symbol(canvas, shape, x + 3, y + 3)
        canvas.setFillColor(black)
        _text(canvas, x + 9, y, words, 8)
        x += 26 * mm
    _text(canvas, x, y, "Drawn from the monitor; a gap was not measured. Numbers above: drugs and events below.", 8)


def _happened(canvas: Canvas, record: AnaestheticRecord, who: Callable[[str], str]) -> None:
    rows = [
        f"{number}  {clock(one.at_us)[:5]}  {'' if one.drug else '* '}{one.what}  ({who(one.by)})"
        for number, one in enumerate(record.happened, 1)
    ]
    per_column, width = 12, (_RIGHT - _LEFT) / 3
    for place, row in enumerate(rows[: 3 * per_column]):
        column, line = divmod(place, per_column)
        _text(canvas, _LEFT + column * width, 60 * mm - line * 4.2 * mm, row[:62], 8)
    if len(rows) > 3 * per_column:
        _text(canvas, _LEFT, 8 * mm, f"and {len(rows) - 3 * per_column} more: see the timeline", 8)


def _table(canvas: Canvas, case: CaseState, record: AnaestheticRecord) -> None:
    for first in range(0, len(record.marks), _ROWS):
        canvas.showPage()
        _text(canvas, _LEFT, _HEIGHT - 14 * mm, f"{case.name}, {stamp(record.began_us)}: every line", 12, bold=True)
        width = (_RIGHT - _LEFT) / (len(record.columns) + 1)
        y = _HEIGHT - 22 * mm
        for place, column in enumerate(record.columns, 1):
            unit = "°C" if column.unit == "degC" else column.unit
            _text(canvas, _LEFT + place * width, y, f"{column.label} {unit}", 8, bold=True)
        for mark in record.marks[first : first + _ROWS]:
            y -= 4.6 * mm
            _text(canvas, _LEFT, y, clock(mark.at_us)[:5], 8.5)
            for place, column in enumerate(record.columns, 1):
                value = mark.values.get(column.name)
                words = "--" if value is None else f"{value:.{column.decimals}f}"
                _text(canvas, _LEFT + place * width, y, words, 8.5)


def _lists(
    canvas: Canvas, case: CaseState, record: AnaestheticRecord, lists: SurgeryLists, who: Callable[[str], str]
) -> None:
    canvas.showPage()
    _text(canvas, _LEFT, _HEIGHT - 14 * mm, f"{case.name}: what was checked", 12, bold=True)
    y, steps = _HEIGHT - 22 * mm, {one.step: (one, by) for one, by in record.surgery.steps}
    for one in lists.lists:
        closed = steps.get(one.key)
        words = f"{one.label}: closed {clock(closed[0].at_us)} by {who(closed[1])}" if closed else one.label
        if closed and closed[0].reason:
            words += f". Reason: {closed[0].reason}"
        _text(canvas, _LEFT, y, words, 10, bold=True)
        for item in one.items:
            y -= 4.4 * mm
            said = record.surgery.answers.get(item.key)
            state = {"done": "[x]", "skipped": "[skipped]"}.get(said.answer, "[open]") if said else "[open]"
            by = (
                f" ({who(said.by)}, {clock(said.at_us)[:5]}{': ' + said.reason if said.reason else ''})" if said else ""
            )
            _text(canvas, _LEFT, y, f"{state} {item.text}{by}", 8.5)
        y -= 7 * mm
