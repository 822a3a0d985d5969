"""The ward: the board of all beds, one bed, the list of beds, and what could not be charted."""

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from holdfast.kernel.errors import NotFoundError
from holdfast.usecases import beds as use
from holdfast.usecases.peers import refusals
from holdfast.web.alarm_strip import ranked
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

_DUMP_BYTES_MAX = 64 * 1024
"""Of a quarantined message shown on screen; the whole of it stays in the store."""


def board(call: Call) -> Response:
    beds = ranked(call.services.ward.board(call.now_us))
    return page(call, "board.html", beds=beds, tiles=TILES)


def bed(call: Call) -> Response:
    name = call.part("bed")
    use.require_bed(call.ctx, name)
    view = call.services.ward.view(name, call.now_us)
    return page(call, "bed.html", bed=view, tiles=TILES)


def beds(call: Call) -> Response:
    clinic = call.ctx.book.clinic
    return page(
        call,
        "beds.html",
        beds=clinic.beds,
        clinic=clinic,
        occupant=call.ctx.book.case_on_bed,
        device=call.query("device"),
    )


def add_bed(call: Call) -> Response:
    use.add_bed(call.ctx, actor=call.actor, bed=call.field("bed"))
    return RedirectResponse("/beds", status_code=303)


def bind_device(call: Call) -> Response:
    use.bind_device(call.ctx, actor=call.actor, device=call.field("device"), bed=call.field("bed"))
    return RedirectResponse("/beds", status_code=303)


def unbind_device(call: Call) -> Response:
    use.unbind_device(call.ctx, actor=call.actor, device=call.field("device"))
    return RedirectResponse("/beds", status_code=303)


def quarantine(call: Call) -> Response:
    before = call.query("before")
    items = call.ctx.store.quarantine(limit=100, before_id=int(before) if before.isdecimal() else None)
    return page(
        call,
        "quarantine.html",
        items=items,
        kept_bytes=call.ctx.store.quarantine_bytes(),
        clinic=call.ctx.book.clinic,
        refused=refusals(call.ctx, limit=5),
    )


def quarantine_raw(call: Call) -> Response:
    """The raw bytes as a hex dump: nothing a sender wrote can act in the browser."""
    number = call.part("quarantine_id")
    raw = call.ctx.store.quarantine_raw(int(number)) if number.isdecimal() else None
    if raw is None:
        raise NotFoundError("There is no such quarantined message.", "Reload the list.")
    shown = hexdump(raw[:_DUMP_BYTES_MAX])
    rest = f"\n... {len(raw) - _DUMP_BYTES_MAX} more bytes\n" if len(raw) > _DUMP_BYTES_MAX else ""
    return PlainTextResponse(f"{len(raw)} bytes\n\n{shown}{rest}")


def hexdump(data: bytes) -> str:
    """Sixteen bytes a line: offset, hex, printable ASCII."""
    lines = []
    for offset in range(0, len(data), 16):
        row = data[offset : offset + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{offset:08x}  {row.hex(' '):<47}  {text}")
    return "\n".join(lines) + "\n"


PAGES = (
    Page("GET", "/", "board", lambda: board),
    Page("GET", "/beds", "beds", lambda: beds),
    Page("POST", "/beds", "beds.add", lambda: add_bed),
    Page("POST", "/beds/bind", "beds.bind", lambda: bind_device),
    Page("POST", "/beds/unbind", "beds.unbind", lambda: unbind_device),
    Page("GET", "/beds/{bed}", "bed", lambda: bed),
    Page("GET", "/quarantine", "quarantine", lambda: quarantine),
    Page("GET", "/quarantine/{quarantine_id}/raw", "quarantine.raw", lambda: quarantine_raw),
)
