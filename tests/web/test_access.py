"""Who may open what: the table is complete, and the gate keeps it."""

import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from holdfast.record.evidence_events import RecordRead
from holdfast.record.security_events import CaseOpened
from holdfast.usecases.accounts import Role
from holdfast.web.access import ALLOWED, may_open
from holdfast.web.access.account import FRESH, WITHOUT_FACTOR
from holdfast.web.access.roles import CLINICAL, GRANTED, PUBLIC
from holdfast.web.security import HEADERS

ENDS_OR_BEGINS_A_SESSION = (
    "logout",
    "account.sessions.end",
    "login",
    "login.save",
    "login.code",
    "login.code.save",
    "login.outside",
    "login.outside.return",
    "setup",
    "setup.save",
)


def named_routes(app):
    return [r for r in app.routes if isinstance(r, Route | WebSocketRoute | Mount)]


def fill(path: str, case_id: str) -> str:
    known = {"{case_id}": case_id, "{alarm_id}": "none", "{bed}": "Bed 1", "{key}": "nothing", "{source_id}": "nothing"}
    known |= {"{quarantine_id}": "1", "{account_id}": "nobody", "{study_id}": "none", "{image_id}": "none"}
    known |= {
        "{call_id}": "none",
        "{mark_id}": "none",
        "{surgery_id}": "none",
        "{link_id}": "none",
        "{order_id}": "none",
        "{contact_id}": "none",
        "{token}": "none.none.1.bad",
    }
    known |= {"{service_id}": "none"}
    known |= {"{item_id}": "none", "{digest}": "0" * 64, "{report_id}": "none", "{grant_id}": "none"}
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


TOLD_OF_READING = {"case_opened.1", "second_look_shown.1"}
"""All that a GET may write."""


def is_hardened(name: str, answer) -> None:
    """What every answer of every route carries."""
    for header, value in HEADERS.items():
        assert answer.headers[header] == value, name
    assert answer.headers["cache-control"] == ("no-cache" if name == "static" else "no-store"), name
    assert "access-control-allow-origin" not in answer.headers or ALLOWED[name] is PUBLIC, name
    assert "server" not in answer.headers
    kind = answer.headers.get("content-type", "")
    assert kind or not answer.content, name
    assert not kind.startswith("text/") or "charset=utf-8" in kind, (name, kind)


@pytest.mark.parametrize("role", list(Role))
def test_the_gate_keeps_the_table_and_every_answer_is_hardened(house, role) -> None:
    client, token = house.client(role), {"csrf": house.csrf(role)}
    for route in named_routes(house.app):
        if not isinstance(route, Route) or route.name in ENDS_OR_BEGINS_A_SESSION:
            continue
        path, before = fill(route.path, house.case_id), house.ctx.store.head_seq()
        answer = client.post(path, data=token) if "POST" in route.methods else client.get(path)
        refused = "does not reach this page" in answer.text
        assert refused == (not may_open(route.name, role)), (route.name, role, answer.status_code)
        assert answer.status_code < 500, (route.name, role, answer.text)
        is_hardened(route.name, answer)
        if "GET" in route.methods:
            written = {one.event.__struct_config__.tag for one in house.ctx.store.read_log(after_seq=before)}
            assert written <= TOLD_OF_READING, (route.name, written)
    assert house.csrf(role) == token["csrf"], "it was the same session to the end"


def reads_in(house) -> list[tuple[str, str]]:
    """(account, case) of each read on record, oldest first."""
    found = (one for one in house.ctx.store.read_stream("clinic") if isinstance(one.event, CaseOpened | RecordRead))
    return [(one.actor, one.event.case_id) for one in found]


def pages_of_a_case(house) -> list[Route]:
    return [r for r in named_routes(house.app) if isinstance(r, Route) and "GET" in r.methods and "{case_id}" in r.path]


def test_every_page_of_a_case_leaves_a_read_on_record(house) -> None:
    """Over the whole table: no page of a case can be added whose reads nobody hears of."""
    role = Role.CLINICIAN
    account = house.services.accounts.by_login(role).account_id
    pages = [route for route in pages_of_a_case(house) if may_open(route.name, role)]
    assert len(pages) > 30
    client = house.client(role)
    for hours, route in enumerate(pages, start=1):
        house.clock.advance(3600)
        client.get(fill(route.path, house.case_id))
        assert reads_in(house) == [(account, house.case_id)] * hours, route.name


def test_a_read_is_on_record_once_an_hour_and_by_whom(house) -> None:
    for login in ("clinician", "technician", "clinician"):
        house.client(login).get(f"/cases/{house.case_id}")
        house.client(login).get(f"/cases/{house.case_id}/timeline")
    names = [house.services.accounts.by_id(account).login for account, _ in reads_in(house)]
    assert names == ["clinician", "technician"]
    shown = house.client("administrator").get("/security").text
    assert shown.count('data-testid="case-read"') == 2
    assert "A technician" in shown


def test_a_case_that_is_not_there_and_a_page_that_is_refused_are_no_reads(house) -> None:
    house.client("clinician").get("/cases/nothing")
    house.client("handler").get(f"/cases/{house.case_id}")
    assert reads_in(house) == []


def test_an_investigator_reads_no_page_of_a_case_without_a_grant(house) -> None:
    for route in pages_of_a_case(house):
        if not may_open(route.name, Role.INVESTIGATOR):
            continue
        assert ALLOWED[route.name] == GRANTED, f"{route.name} would be read without a grant"
        assert house.client("investigator").get(fill(route.path, house.case_id)).status_code == 403, route.name
    assert reads_in(house) == []


def test_what_asks_again_who_one_is_is_no_act_for_an_animal(house) -> None:
    paths = {route.name: route.path for route in named_routes(house.app)}
    assert paths.keys() >= FRESH
    assert not [name for name in FRESH if "case" in name or "{case_id}" in paths[name]]
    assert not [name for name in FRESH if ALLOWED[name] == CLINICAL], "what every shift does asks for no password twice"
    assert set(ALLOWED) >= WITHOUT_FACTOR
