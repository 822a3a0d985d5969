"""Key and checkpoints of the record: name it, hand a checkpoint to a witness, compare with one that was kept."""

from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import HoldfastError, OperatorError
from holdfast.usecases import handing_out
from holdfast.usecases.documents import Document, Heading, Text
from holdfast.usecases.witness import Comparison
from holdfast.web.api import json
from holdfast.web.clinic_time import stamp
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.paper_acts import note_text
from holdfast.web.render import page
from holdfast.web.route import Page

WAYS = ("printed", "sent by mail", "file handed over", "read out")


def proofs(call: Call) -> Response:
    return _page(call)


def _page(call: Call, compared: Comparison | None = None, problem: str = "", kept: str = "") -> Response:
    own = call.services.proofs
    name, last = own.name(), own.last()
    return page(
        call,
        "proofs.html",
        record_name=name,
        public_key=own.public_key() if name else "",
        last=last or "",
        last_size=own.read(last).size if last else 0,
        mail=_mail(name, last) if last else "",
        given=handing_out.checkpoints_given(call.ctx),
        visits=call.services.witnessing.visits(),
        who=actor_names(call),
        ways=WAYS,
        compared=compared,
        problem=problem,
        kept=kept,
    )


def _mail(name: str, note: str) -> str:
    """Opens the mail program with the checkpoint in it; Holdfast sends no mail."""
    return f"mailto:?subject={quote(f'Checkpoint of {name}')}&body={quote(note)}"


def name_it(call: Call) -> Response:
    if call.services.proofs.name():
        raise OperatorError("This record has a name already.", "A name stays.")
    call.services.proofs.make_key(call.field("name").strip())
    return RedirectResponse("/proofs", status_code=303)


def give(call: Call) -> Response:
    handing_out.give_checkpoint(
        call.ctx,
        call.services.proofs,
        actor=call.actor,
        to=call.field("to"),
        how=call.field("how"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse("/proofs", status_code=303)


def send(call: Call) -> Response:
    """Visit the witnesses now; the page says what came of it when it is loaded again."""
    call.services.witnessing.hurry(call.now_us)
    return RedirectResponse("/proofs#witnesses", status_code=303)


def api_send(call: Call) -> Response:
    call.services.witnessing.hurry(call.now_us)
    return json({"visits": [msgspec.to_builtins(one) for one in call.services.witnessing.visits()]})


def compare(call: Call) -> Response:
    kept = note_text(call.field("kept"))
    try:
        return _page(call, call.services.proofs.compare(kept), kept=kept)
    except HoldfastError as error:
        return _page(call, problem=str(error), kept=kept)


def checkpoint_text(call: Call) -> Response:
    headers = {"content-disposition": 'attachment; filename="checkpoint.txt"'}
    return Response(_last(call).encode(), media_type="text/plain; charset=utf-8", headers=headers)


def checkpoint_pdf(call: Call) -> Response:
    """One page to be signed by hand and kept elsewhere."""
    note, own = _last(call), call.services.proofs
    blocks = (
        Text(f"The record {own.name()} held {own.read(note).size} events. Printed {stamp(call.now_us)}."),
        Heading("The checkpoint"),
        Text(note, "fixed"),
        Heading("The key that signed it"),
        Text(own.public_key(), "fixed"),
        Heading("What it is for"),
        Text(
            "Keep this page where nobody of the clinic can reach it. Whoever types the checkpoint into the page Proofs "
            "or gives it to verify_holdfast.py with --kept, is told whether those events still stand unchanged at the "
            "beginning of the record. If the end of the record was cut off, or an older copy was put back and written "
            "on, this page convicts it."
        ),
        Heading("Kept by"),
        Text("Name, date, signature: ______________________________________________"),
    )
    document = Document(title="Checkpoint of a record", foot=f"Checkpoint of {own.name()}", blocks=blocks)
    headers = {"content-disposition": 'inline; filename="checkpoint.pdf"'}
    return Response(call.services.paper.document(document), media_type="application/pdf", headers=headers)


def checkpoint_code(call: Call) -> Response:
    return Response(call.services.paper.qr_svg(_last(call)), media_type="image/svg+xml")


def api_proofs(call: Call) -> Response:
    """The key, the newest checkpoint, who was given one, and how it stands with each witness."""
    own = call.services.proofs
    name, who = own.name(), actor_names(call)
    given: list[dict[str, Any]] = [
        {**msgspec.to_builtins(event), "actor_name": who(actor)}
        for event, actor in handing_out.checkpoints_given(call.ctx)
    ]
    visits = [msgspec.to_builtins(one) for one in call.services.witnessing.visits()]
    key = own.public_key() if name else ""
    return json({"name": name, "key": key, "last": own.last(), "given": given, "visits": visits})


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kept: str


def api_compare(call: Call) -> Response:
    return json(call.services.proofs.compare(call.json(Kept).kept))


def _last(call: Call) -> str:
    note = call.services.proofs.last()
    if note is None:
        raise OperatorError("No checkpoint was signed yet.", "Give one to a witness first.")
    return note


PAGES = (
    Page("GET", "/proofs", "proofs", lambda: proofs),
    Page("POST", "/proofs/name", "proofs.name", lambda: name_it),
    Page("POST", "/proofs/checkpoints", "proofs.give", lambda: give),
    Page("POST", "/proofs/compare", "proofs.compare", lambda: compare),
    Page("GET", "/proofs/checkpoint.txt", "proofs.text", lambda: checkpoint_text),
    Page("GET", "/proofs/checkpoint.pdf", "proofs.pdf", lambda: checkpoint_pdf),
    Page("GET", "/proofs/checkpoint.svg", "proofs.code", lambda: checkpoint_code),
    Page("GET", "/api/proofs", "api.proofs", lambda: api_proofs),
    Page("POST", "/proofs/send", "proofs.send", lambda: send),
    Page("POST", "/api/proofs/send", "api.proofs.send", lambda: api_send),
    Page("POST", "/api/proofs/compare", "api.proofs.compare", lambda: api_compare, reads=Kept),
)
