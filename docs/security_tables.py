"""Tables of docs/data as pages: the security standard, hazards, and who reaches which route."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml
from starlette.routing import Mount, Route, WebSocketRoute

from holdfast.usecases.accounts import Role
from holdfast.usecases.hook_ports import closed
from holdfast.web.access import ALLOWED
from holdfast.web.access.account import FRESH
from holdfast.web.access.roles import GRANTED
from holdfast.web.app import create_app
from holdfast.web.services import WebServices

DATA = Path(__file__).parent / "data"
MET = ("yes", "partly", "no", "not applicable")
SEVERITIES = ("catastrophic", "critical", "serious", "minor", "negligible")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def asvs() -> str:
    rows = read("asvs.yaml")
    counted = Counter((one["level"], one["met"]) for one in rows)
    summary = [(f"level {level}", *(str(counted[level, met]) for met in MET)) for level in (1, 2)]
    lines = [
        (f"V{one['id']}", str(one["level"]), one["met"], one["says"], one["how"], tests_of(one["tests"]))
        for one in rows
    ]
    head = ("number", "level", "met", "what it asks", "how", "tests")
    return f"{table(('', *MET), summary)}\n\n{table(head, lines)}"


def tests_of(names: list[str]) -> str:
    return "<br>".join(f"`{name.removeprefix('tests/')}`" for name in names) or "none"


def hazards() -> str:
    data = read("hazards.yaml")
    harms = sorted(data["harms"].items(), key=lambda one: SEVERITIES.index(one[1]["severity"]))
    parts = []
    for key, harm in harms:
        rows = [(one["hazard"], one["does"], tests_of([one["test"]])) for one in data["hazards"] if one["harm"] == key]
        words = harm["words"]
        title = f"## {words[0].upper()}{words[1:]}"
        parts += [title, f"Severity: {harm['severity']}.", table(("hazard", "what Holdfast does", "test"), rows)]
    return "\n\n".join(parts)


def roles() -> str:
    app = create_app(cast(WebServices, SimpleNamespace(secure_cookies=False, hooks=closed)))
    rows = []
    for route in app.routes:
        assert isinstance(route, Route | WebSocketRoute | Mount)
        allowed = ALLOWED[str(route.name)]
        asks = [] if allowed else ["everybody, signed in or not"]
        if str(route.name) in FRESH:
            asks.append("fresh sign-in")
        if allowed == GRANTED:
            asks.append("investigator: grant")
        marks = tuple("yes" if not allowed or role in allowed else "" for role in Role)
        rows.append(
            (
                method(route),
                f"`{route.path}`",
                *marks,
                "everybody, signed in or not" if not allowed else "; ".join(asks),
            )
        )
    return table(("", "path", *(role.value for role in Role), "besides"), rows)


def method(route: Route | WebSocketRoute | Mount) -> str:
    if isinstance(route, Route):
        return "POST" if "POST" in (route.methods or ()) else "GET"
    return "live" if isinstance(route, WebSocketRoute) else "files"
