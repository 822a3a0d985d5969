"""Documents as PDF. Every text is escaped, every glyph comes from an embedded font, no clock is read."""

import io
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import reportlab
from reportlab.graphics.shapes import Drawing, Line, Polygon, PolyLine, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from holdfast.kernel.time import to_datetime
from holdfast.usecases.documents import Block, Document, Heading, Picture, Rows, Strip, Text

_SYSTEM_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_FACES = {
    "Plain": ("DejaVuSans.ttf", "Vera.ttf"),
    "Bold": ("DejaVuSans-Bold.ttf", "VeraBd.ttf"),
    "Fixed": ("DejaVuSansMono.ttf", "Vera.ttf"),
}
"""Where the system has DejaVu, names in Greek and Cyrillic letters are set; else the letters that reportlab brings."""
_MARGIN = 16 * mm
_WIDTH = A4[0] - 2 * _MARGIN - 12
_HEADING_NEEDS = 32 * mm
"""A heading with less room below it begins the next page."""
_PICTURE_HEIGHT = 80 * mm
_STRIP_HEIGHT = 22 * mm
_STRIP_LEFT = 34 * mm


@cache
def fonts() -> None:
    """Make the faces known, once."""
    for face, (system, own) in _FACES.items():
        path = _SYSTEM_FONTS / system
        if not path.exists():
            path = Path(reportlab.__file__).parent / "fonts" / own
        pdfmetrics.registerFont(TTFont(face, str(path)))


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    values: dict[str, Any] = {"fontName": "Plain", "fontSize": size, "leading": size * 1.35, "spaceAfter": 3}
    return ParagraphStyle(name, **{**values, **more})


_BOX = {"borderPadding": 4, "leftIndent": 4, "rightIndent": 4, "spaceBefore": 8, "spaceAfter": 10}
_STYLES = {
    "title": _style("title", 17, fontName="Bold", spaceAfter=6),
    "heading1": _style("heading1", 12.5, fontName="Bold", spaceBefore=10),
    "heading2": _style("heading2", 10, fontName="Bold", spaceBefore=6),
    "plain": _style("plain", 9.5),
    "small": _style("small", 8, textColor=colors.HexColor("#444444")),
    "problem": _style("problem", 9.5, backColor=colors.HexColor("#fff1dc"), **_BOX),
    "opinion": _style("opinion", 9.5, borderColor=colors.HexColor("#777777"), borderWidth=0.7, **_BOX),
    "fixed": _style("fixed", 7.2, fontName="Fixed", splitLongWords=True),
    "cell": _style("cell", 7.8, spaceAfter=0),
    "head": _style("head", 7.8, fontName="Bold", spaceAfter=0),
}


def document_pdf(document: Document) -> bytes:
    """The PDF of a document. The same content gives the same bytes."""
    fonts()
    made = io.BytesIO()
    pages = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 6 * mm,
        title=document.title,
        author="Holdfast",
        invariant=1,
    )

    def foot(canvas: Canvas, _: SimpleDocTemplate) -> None:
        canvas.setFont("Plain", 7)
        canvas.setFillColor(colors.HexColor("#444444"))
        canvas.drawString(_MARGIN + 6, _MARGIN - 2 * mm, document.foot)
        canvas.drawRightString(A4[0] - _MARGIN - 6, _MARGIN - 2 * mm, f"page {canvas.getPageNumber()}")

    flow: list[Flowable] = [_paragraph(document.title, "title")]
    for block in document.blocks:
        flow += _set(block)
    pages.build(flow, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _paragraph(text: str, style: str) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _STYLES[style])


def _set(block: Block) -> list[Flowable]:
    match block:
        case Heading():
            return [CondPageBreak(_HEADING_NEEDS), _paragraph(block.text, f"heading{block.level}")]
        case Text():
            return [_paragraph(block.text, block.kind)]
        case Rows():
            return [_table(block), Spacer(0, 6)]
        case Strip():
            return [_strip(block)]
        case Picture():
            return [_picture(block)]


def _table(block: Rows) -> Table:
    whole = sum(block.shares)
    cells = [[_paragraph(text, "head") for text in block.head]]
    cells += [[_paragraph(text, "cell") for text in row] for row in block.rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#bbbbbb")),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    # A long note must be able to go on over the end of a page.
    return Table(
        cells,
        colWidths=[_WIDTH * one / whole for one in block.shares],
        style=style,
        repeatRows=1,
        splitInRow=1,
        hAlign="LEFT",
    )


def _picture(block: Picture) -> Flowable:
    try:
        columns, rows = ImageReader(io.BytesIO(block.data)).getSize()
    except Exception as error:  # whatever a damaged picture makes of its reader
        return _paragraph(f"{block.caption}: cannot be shown here ({type(error).__name__})", "problem")
    scale = min(_WIDTH / columns, _PICTURE_HEIGHT / rows)
    image = Image(io.BytesIO(block.data), width=columns * scale, height=rows * scale, hAlign="LEFT")
    return KeepTogether([Spacer(0, 4), image, _paragraph(block.caption, "small")])


def _strip(block: Strip) -> Drawing:
    """Line of last values over the band from lowest to highest; a gap stays a gap."""
    drawing = Drawing(_WIDTH, _STRIP_HEIGHT)
    left, bottom, top = _STRIP_LEFT, 4 * mm, _STRIP_HEIGHT - 2 * mm
    lowest, highest = min(block.low), max(block.high)
    height, width = (highest - lowest) or 1.0, (block.to_us - block.from_us) or 1

    def place(at_us: int, value: float) -> tuple[float, float]:
        across = (_WIDTH - left) * (at_us - block.from_us) / width
        return left + across, bottom + (top - bottom) * (value - lowest) / height

    drawing.add(String(0, top - 8, f"{block.label}", fontName="Bold", fontSize=8))
    drawing.add(String(0, top - 18, block.unit, fontName="Plain", fontSize=7))
    drawing.add(String(left - 4, top - 6, f"{highest:.4g}", fontName="Plain", fontSize=6.5, textAnchor="end"))
    drawing.add(String(left - 4, bottom, f"{lowest:.4g}", fontName="Plain", fontSize=6.5, textAnchor="end"))
    drawing.add(Line(left, bottom, _WIDTH, bottom, strokeWidth=0.3))
    ends: tuple[tuple[int, Literal["start", "end"]], ...] = ((block.from_us, "start"), (block.to_us, "end"))
    for at_us, anchor in ends:
        x, _ = place(at_us, lowest)
        words = f"{to_datetime(at_us):%d %b %H:%M}"
        drawing.add(String(x, 0, words, fontName="Plain", fontSize=6, textAnchor=anchor))
    for run in _runs(block):
        band = [place(block.at_us[i], block.high[i]) for i in run]
        band += [place(block.at_us[i], block.low[i]) for i in reversed(run)]
        grey = colors.HexColor("#c9d4de")
        drawing.add(Polygon([n for point in band for n in point], fillColor=grey, strokeColor=grey, strokeWidth=0.5))
        line = [n for i in run for n in place(block.at_us[i], block.last[i])]
        if len(run) == 1:
            line += [line[0] + 0.5, line[1]]
        drawing.add(PolyLine(line, strokeWidth=0.9))
    return drawing


def _runs(block: Strip) -> list[list[int]]:
    """Stretches of points without a gap of more than five usual steps."""
    steps = sorted(b - a for a, b in zip(block.at_us, block.at_us[1:], strict=False))
    usual = steps[len(steps) // 2] if steps else 0
    runs: list[list[int]] = [[0]]
    for number in range(1, len(block.at_us)):
        if block.at_us[number] - block.at_us[number - 1] > 5 * usual:
            runs.append([])
        runs[-1].append(number)
    return runs
