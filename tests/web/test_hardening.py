"""What holds for every answer and every source file, so that a new page cannot fall behind the others."""

import base64
import math
import re
from pathlib import Path

import pytest
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient

from holdfast.bootstrap.house import RandomIds
from holdfast.kernel.pace import Pace
from holdfast.web.access import ALLOWED
from holdfast.web.throttle import Throttle

SOURCES = Path(__file__).parents[2] / "src" / "holdfast"
OWN_SCRIPTS = sorted((SOURCES / "web" / "static").glob("*.js"))
TEMPLATES = sorted((SOURCES / "web" / "templates").glob("*.html"))
PYTHON = sorted(SOURCES.rglob("*.py"))


def found(pattern: str, paths: list[Path]) -> list[str]:
    return [f"{path.name}: {hit}" for path in paths for hit in re.findall(pattern, path.read_text(encoding="utf-8"))]


def test_no_script_of_ours_makes_markup_or_code_of_text() -> None:
    assert len(OWN_SCRIPTS) > 20
    dangerous = (
        r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|postMessage\([^)]*\*"
    )
    assert found(dangerous, OWN_SCRIPTS) == []


def test_no_template_shows_text_as_markup() -> None:
    assert len(TEMPLATES) > 40
    assert found(r"\|\s*safe\b|autoescape\s+false|Markup\(", TEMPLATES) == []
    assert found(r"\bMarkup\(|autoescape=False", PYTHON) == []


def test_no_module_runs_commands_or_reads_objects_that_act() -> None:
    forbidden = (
        r"\bsubprocess\b|os\.system\(|os\.popen\(|\bpickle\b|\bmarshal\b|\bshelve\b|(?<![\w.])eval\(|(?<![\w.])exec\("
    )
    # The doctor asks the system whether its clock is kept, by one fixed command.
    assert set(found(forbidden, PYTHON)) <= {"doctor_machine.py: subprocess"}
    assert found(r"import xml\.etree|import lxml|xml\.dom|xml\.sax\.(?!saxutils)", PYTHON) == []


def test_weak_hashes_and_ciphers_are_nowhere() -> None:
    assert found(r"hashlib\.(?:md5|sha1)\(|modes\.ECB|PKCS1v15\(|\bDES\b|\bRC4\b", PYTHON) == []


def test_no_query_is_made_of_text() -> None:
    storage = sorted((SOURCES / "storage").glob("*.py"))
    made = found(r"(?:execute|exec_driver_sql|text)\(\s*f?\"[^\"]*", storage)
    allowed = (
        "PRAGMA ",
        "SELECT version FROM schema_version",
        "CREATE TRIGGER IF NOT EXISTS {table}_refuses_",
        "SELECT pg_advisory_xact_lock({_WRITER_LOCK}",
        "SHOW {setting}",
        "SELECT has_function_privilege(to_regprocedure('bt_index_check(regclass, boolean)'), 'execute')",
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT bt_index_check(cast(:index AS regclass), true)",
        "SHOW synchronous_commit",
        "SET synchronous_commit = on",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
    )
    assert [one for one in made if not any(word in one for word in allowed)] == []
    elsewhere = [path for path in PYTHON if path.parent.name != "storage"]
    assert found(r"import sqlite3|from sqlalchemy|import sqlalchemy", elsewhere) == []


def test_secrets_come_from_the_operating_system() -> None:
    ids = RandomIds()
    made = {ids.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert min(len(base64.urlsafe_b64decode(one + "=")) for one in made) >= 32
    assert {len(ids.new_id()) for _ in range(100)} == {12}
    assert 12 * math.log2(len(set(ids._LETTERS))) > 56
    makers = [
        path
        for part in ("web", "storage", "gateways", "bootstrap", "usecases")
        for path in PYTHON
        if part in path.parts
    ]
    assert found(r"(?m)^(?:import random|from random import.*|.*np\.random.*)$", makers) == []


def test_password_fields_are_plain_and_masked() -> None:
    fields = [one for path in TEMPLATES for one in re.findall(r"<input[^>]*name=\"password[^>]*>", path.read_text())]
    assert len(fields) >= 6
    for one in fields:
        assert 'type="password"' in one
        assert re.search(r'autocomplete="(?:current|new)-password"', one)
        assert not re.search(r"onpaste|maxlength|readonly", one)


def test_signing_out_is_on_every_page(house) -> None:
    for path in ("/", "/account", "/cases", f"/cases/{house.case_id}", f"/cases/{house.case_id}/timeline"):
        assert 'action="/logout"' in house.client("clinician").get(path).text, path


def test_no_page_shows_a_hash_of_a_password(house) -> None:
    for path in ("/people", "/account", "/security", "/api/security", "/grants", "/api/session"):
        answer = house.client("administrator").get(path)
        assert answer.status_code == 200, path
        assert not re.search(r"plain:|argon2|password_hash|token_sha256", answer.text), path


def test_every_method_that_is_not_meant_is_refused(house) -> None:
    for method in ("TRACE", "PUT", "DELETE", "PATCH"):
        assert house.client("clinician").request(method, f"/cases/{house.case_id}").status_code == 405, method


def test_no_live_screen_is_open_to_everybody(house) -> None:
    screens = [route.name for route in house.app.routes if isinstance(route, WebSocketRoute)]
    assert screens
    assert all(ALLOWED[name] for name in screens)


@pytest.mark.parametrize("path", ["/static/../security.py", "/static/%2e%2e/security.py", "/static/..%2fsecurity.py"])
def test_no_file_outside_the_static_ones_is_served(house, path: str) -> None:
    answer = house.client().get(path)
    assert answer.status_code in (303, 401, 404)
    assert "HEADERS" not in answer.text
    assert house.client().get("/static/").status_code == 404, "no listing"


def test_an_address_that_asks_too_much_waits_and_others_do_not() -> None:
    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    throttled = Throttle(app, Pace(per_s=0.5, burst=3))
    one, other = (TestClient(throttled, client=(f"192.0.2.{number}", 1)) for number in (1, 2))
    answers = [one.get("/") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 3
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["error"]["remedy"]
    assert other.get("/").status_code == 200
