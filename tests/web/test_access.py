"""Who may open what: the table is complete, and the gate keeps it."""

import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from holdfast.usecases.accounts import Role
from holdfast.web.access import ALLOWED, may_open
from holdfast.web.access.roles import PUBLIC


def named_routes(app):
    return [r for r in app.routes if isinstance(r, Route | WebSocketRoute | Mount)]


def fill(path: str, case_id: str) -> str:
    known = {"{case_id}": case_id, "{alarm_id}": "none", "{bed}": "Bed 1", "{key}": "nothing", "{source_id}": "nothing"}
    known |= {"{quarantine_id}": "1", "{account_id}": "nobody", "{study_id}": "none", "{image_id}": "none"}
    known |= {"{item_id}": "none", "{digest}": "0" * 64, "{report_id}": "none", "{grant_id}": "none"}
    known |= {"{service_id}": "none"}
    known |= {"{study}": "1.2", "{series}": "1.2", "{instance}": "1.2"}
    for name, value in known.items():
        path = path.replace(name, value)
    return path


def test_every_route_is_in_the_table_and_every_line_of_it_is_a_route(house) -> None:
    assert {route.name for route in named_routes(house.app)} == set(ALLOWED)


def test_a_route_that_is_not_in_the_table_opens_for_nobody() -> None:
    assert not any(may_open("forgotten", role) for role in ("", *Role))


def test_nobody_passes_without_signing_in(house) -> None:
    for route in named_routes(house.app):
        if not isinstance(route, Route) or ALLOWED[route.name] is PUBLIC:
            continue
        method = "POST" if "POST" in route.methods else "GET"
        answer = house.client().request(method, fill(route.path, house.case_id))
        assert answer.status_code in (303, 401), (route.name, answer.status_code)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/login"), route.name


@pytest.mark.parametrize("role", list(Role))
def test_the_gate_keeps_the_table(house, role) -> None:
    for route in named_routes(house.app):
        if not isinstance(route, Route) or route.name in ("logout", "login", "login.save", "setup", "setup.save"):
            continue
        path = fill(route.path, house.case_id)
        answer = house.post(role, path) if "POST" in route.methods else house.client(role).get(path)
        refused = "does not reach this page" in answer.text
        assert refused == (not may_open(route.name, role)), (route.name, role, answer.status_code)
        assert answer.status_code < 500, (route.name, role, answer.text)
