"""The label of a bag, and QR codes."""

import io

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from holdfast.gateways.paper.pdf import fonts
from holdfast.usecases.documents import Label

WIDTH, HEIGHT = 100 * mm, 62 * mm
"""A common size of label rolls; on A4 it prints at the same size in a corner."""
_EDGE = 3 * mm
_CODE = 30 * mm
_LINE = 4.3 * mm


def label_pdf(label: Label) -> bytes:
    """One label: its code at the right, its lines beside and below it, the item's address in letters at the foot."""
    fonts()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle("Label")
    _draw_code(canvas, label.address, WIDTH - _EDGE - _CODE, HEIGHT - _EDGE - _CODE)
    y = HEIGHT - _EDGE - 3.2 * mm
    for number, line in enumerate(label.lines):
        face, size = ("Bold", 9.5) if number == 0 else ("Plain", 7.6)
        room = WIDTH - 2 * _EDGE - (_CODE + 2 * mm if y > HEIGHT - _EDGE - _CODE - 2 * mm else 0)
        for part in _broken(canvas, line, face, size, room):
            canvas.setFont(face, size)
            canvas.drawString(_EDGE, y, part)
            y -= _LINE
    canvas.setFont("Fixed", 5.2)
    canvas.drawString(_EDGE, _EDGE + 1.5 * mm, label.code)
    canvas.drawString(_EDGE, _EDGE - 0.8 * mm, label.address)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _broken(canvas: Canvas, text: str, face: str, size: float, room: float) -> list[str]:
    """The text in at most two lines of this width; what does not fit ends in three dots."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if canvas.stringWidth(longer, face, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = lines[:2]
    cut = len(lines) > 2
    while kept and (cut or canvas.stringWidth(kept[-1], face, size) > room) and len(kept[-1]) > 1:
        kept[-1] = kept[-1].removesuffix("...")[:-1] + "..."
        cut = False
    return kept


def _draw_code(canvas: Canvas, text: str, left: float, bottom: float) -> None:
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    cell = _CODE / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                canvas.rect(left + across * cell, bottom + _CODE - (down + 1) * cell, cell, cell, stroke=0, fill=1)


def qr_svg(text: str) -> bytes:
    """A QR code as a picture."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", scale=5, border=4, light="#fff", svgns=True)
    return made.getvalue()
