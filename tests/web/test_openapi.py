"""The API's description is that of its routes, and whatever is posted by it is written or refused in words."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from making import StandingClock
from web.web_house import make_house

SENTENCES = st.sampled_from(
    ["", "gums_pale", "Bed 1", "left:thorax_mid", "2024-03-19", "0001-01-01", "9999-12-31T23:59"]
)
NUMBERS = st.sampled_from([0, -1, 3, 2**63 - 1, -(2**63), 2**70, 10**15, 1e308, -0.0, 253_402_300_800_000_000])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | SENTENCES | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    house = make_house(tmp_path_factory.mktemp("openapi"), StandingClock())
    yield house
    house.ctx.store.close()


@pytest.fixture(scope="module")
def document(served) -> dict[str, Any]:
    return served.client("administrator").get("/openapi.json").json()


WITHOUT_BODY = {"/api/proofs/send"}
"""Posts that say all by their address."""


def test_every_route_of_the_api_is_described_and_every_post_says_what_it_takes(served, document) -> None:
    routes = {
        (route.path, method.lower())
        for route in served.app.routes
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in route.methods - {"HEAD"}
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes
    bare = [path for path, one in document["paths"].items() if "post" in one and "requestBody" not in one["post"]]
    assert [path for path in bare if not path.startswith("/api/dicom") and path not in WITHOUT_BODY] == []


def test_who_is_not_signed_in_is_not_told(served) -> None:
    assert served.client("").get("/openapi.json").status_code in (303, 401)


def test_bytes_that_are_no_text_and_depth_without_end_are_refused_in_words(served) -> None:
    path = f"/api/cases/{served.case_id}/notes"
    for body in (b'{"text": "\xff"}', b"[" * 100_000, b'{"text": ' + b"[" * 100_000, b"", b"\x00"):
        headers = {"x-csrf-token": served.csrf("clinician"), "content-type": "application/json"}
        answer = served.client("clinician").post(path, content=body, headers=headers)
        assert answer.status_code == 400, body[:20]
        assert answer.json()["error"]["problem"]


def _values(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Mostly what the schema asks for, sometimes anything."""
    if "$ref" in schema:
        return _values(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([_values(one, schemas) for one in schema["anyOf"]])
    match schema.get("type"):
        case "object" if "properties" in schema:
            required = {name: _values(schema["properties"][name], schemas) for name in schema.get("required", ())}
            rest = {n: _values(one, schemas) for n, one in schema["properties"].items() if n not in required}
            return st.fixed_dictionaries(required, optional=rest)
        case "array":
            return st.lists(_values(schema.get("items") or {}, schemas), max_size=3)
        case "integer":
            return NUMBERS.filter(lambda number: isinstance(number, int))
        case "number":
            return NUMBERS
        case "boolean":
            return st.booleans()
        case "string":
            return SENTENCES | st.text(max_size=20)
    return ANYTHING


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_posted_is_written_or_refused_in_words(served, document, data) -> None:
    operations = [
        (path, methods["post"]["requestBody"]["content"]["application/json"]["schema"])
        for path, methods in document["paths"].items()
        if "post" in methods and path not in WITHOUT_BODY
    ]
    path, schema = data.draw(st.sampled_from(operations))
    body = data.draw(st.one_of(_values(schema, document["components"]["schemas"]), ANYTHING))
    path = path.replace("{case_id}", served.case_id)
    while "{" in path:
        before, _, after = path.partition("{")
        path = before + "none" + after.partition("}")[2]
    headers = {"x-csrf-token": served.csrf("administrator"), "content-type": "application/json"}
    answer = served.client("administrator").post(path, content=json.dumps(body).encode(), headers=headers)
    assert answer.status_code < 500, (path, body, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["error"]["problem"]
