"""What the JSON API takes, as an OpenAPI 3.1 document made from the very tables that its routes are made from.

Bodies are described in full; answers as far as they are the same everywhere: the one error shape, and that a repeated
``command_id`` writes nothing twice. Who may use a route stands in ``x-roles``.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from holdfast import __version__
from holdfast.web.access import ALLOWED
from holdfast.web.acts import ADMIT, Act
from holdfast.web.gate import SESSION_COOKIE, Call, Handler
from holdfast.web.route import Page

_PART = re.compile(r"{(\w+)}")
_SCHEMAS = "#/components/schemas/{name}"
_REFUSALS = {
    "400": "What was sent does not fit, or is not right in this state.",
    "401": "Nobody is signed in.",
    "403": "Not for this account, or the token is of another sign-in.",
    "404": "There is no such thing.",
    "409": "Somebody else acted in between, or the record does not hold.",
    "413": "Too large.",
    "415": "Neither JSON nor a form.",
    "503": "The disk or another part of the world failed; nothing was written.",
}
_ABOUT = (
    "Sign in at /login; GET /api/session tells the token that every POST sends as x-csrf-token. A moment is in "
    "microseconds since 1970 UTC. A refusal has one shape everywhere: a problem and what to do about it."
)


def handler(pages: Sequence[Page], acts: Sequence[Act]) -> Handler:
    """The document, made at the first call."""
    made: list[bytes] = []

    def answer(_: Call) -> Response:
        if not made:
            made.append(msgspec.json.encode(document(pages, acts)))
        return Response(made[0], media_type="application/json")

    return answer


def document(pages: Sequence[Page], acts: Sequence[Act]) -> dict[str, Any]:
    """The whole API below ``/api/``."""
    doors = [(page.method, page.path, page.name, page.reads) for page in pages if page.path.startswith("/api/")]
    doors.append(("POST", "/api/cases", f"api.case.{ADMIT.name}", ADMIT.shape))
    doors += [
        ("POST", f"/api/cases/{{case_id}}/{act.path or act.name}", f"api.case.{act.name}", act.shape) for act in acts
    ]
    shapes = list(dict.fromkeys(shape for *_, shape in doors if shape is not None))
    bodies, schemas = msgspec.json.schema_components(shapes, ref_template=_SCHEMAS)
    body_of = dict(zip(shapes, bodies, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for method, path, name, shape in doors:
        operation = _operation(method, path, name)
        if shape is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body_of[shape]}}}
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Refusal": _REFUSAL},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}},
        },
        "security": [{"session": []}],
    }


_REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["problem", "remedy"],
            "properties": {"problem": {"type": "string", "minLength": 1}, "remedy": {"type": "string"}},
        }
    },
}


_ANY_JSON: dict[str, Any] = {"application/json": {}}


def _operation(method: str, path: str, name: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for part in _PART.findall(path)
    ]
    if method == "POST":
        parts.append({"name": "x-csrf-token", "in": "header", "required": True, "schema": {"type": "string"}})
    refusal = {"application/json": {"schema": {"$ref": _SCHEMAS.format(name="Refusal")}}}
    done = "201" if method == "POST" else "200"
    return {
        "operationId": name,
        "tags": [name.removeprefix("api.").partition(".")[0]],
        "x-roles": sorted(ALLOWED.get(name, ())),
        "parameters": parts,
        "responses": {
            done: {"description": "It is written." if method == "POST" else "As of now.", "content": _ANY_JSON},
            **{status: {"description": said, "content": refusal} for status, said in _REFUSALS.items()},
        },
    }
