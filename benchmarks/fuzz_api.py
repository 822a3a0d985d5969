"""Target ``api``: every operation of the API's own description, with bodies and paths that are changed at random.

A case is a line (number of the operation, path, query) and a body. Faults: a status of 500 and above; a refusal without
a problem in words; a body that is JSON and answered by none.
"""

import functools
import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.testclient import TestClient

from fuzz_bytes import Fault, Target
from holdfast.bootstrap import house as wiring
from holdfast.bootstrap.running import web_services
from holdfast.config import Config
from holdfast.usecases import accounts, beds, cases, service
from holdfast.web.app import create_app

FRESH_EVERY = 1_000
PASSWORD = "a quiet night in the ward"
TOKENS = (
    b"null", b"true", b"[]", b"{}", b'""', b"-1", b"0", b"1e999", b"1e308", b"9223372036854775808", b"1.5", b"NaN",
    b'"\\u0000"', b'"\\ud800"', b'"' + b"x" * 5_000 + b'"', b"[" * 2_000, b"\xff\xfe", b'"present"', b'"Bed 1"', b"dog",
    b'"gums_pale"', b'"sepsis"', b'"command_id"', b'"at_us"', b":", b",", b"}", b"{", b"%2e%2e", b"%00", b"'", b"<b>",
    b'"0001-01-01"', b'"9999-12-31T23:59"', b'"left:thorax_mid"', b"-9223372036854775808", b"253402300800000000",
)  # fmt: skip


class Inside:
    """A house with an administrator signed in, begun anew from time to time."""

    def __init__(self) -> None:
        wiring.load_knowledge = functools.cache(wiring.load_knowledge)
        self._folders: list[tempfile.TemporaryDirectory[str]] = []
        self._house: wiring.House | None = None
        self.begin()

    def begin(self) -> None:
        self.close()
        self._folders.append(tempfile.TemporaryDirectory(prefix="holdfast-fuzz-"))
        house = self._house = wiring.open_house(Config(data_dir=Path(self._folders[-1].name)))
        services = web_services(house)
        accounts.create_account(
            house.ctx, house.accounts, services.hasher,
            actor="fuzz", login="ada", name="Ada", role="administrator", password=PASSWORD,
        )  # fmt: skip
        beds.add_bed(house.ctx, actor="fuzz", bed="Bed 1")
        admission = cases.Admission(name="Rex", weight_kg=30.0, bed="Bed 1", working_dog=True)
        self.case_id = cases.admit(house.ctx, actor="fuzz", admission=admission)
        self.dog = service.add_dog(house.ctx, actor="fuzz", dog=service.NewDog(name="Rex", service_number="K9-1"))
        self.client = TestClient(create_app(services), follow_redirects=False, raise_server_exceptions=False)
        self.client.post("/login", data={"login": "ada", "password": PASSWORD})
        self.token = self.client.get("/api/session").json()["csrf"]

    def close(self) -> None:
        if self._house is not None:
            self._house.close()
        for folder in self._folders:
            folder.cleanup()
        self._folders.clear()


def example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value that a schema takes, with every field that it names."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, depth + 1)
    match schema.get("type"):
        case "object":
            if depth > 6:
                return {}
            return {name: example(one, schemas, depth + 1) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [example(schema["items"], schemas, depth + 1)] if isinstance(schema.get("items"), dict) else []
        case "integer":
            return 3
        case "number":
            return 3.5
        case "boolean":
            return True
        case "string":
            return "gums_pale"
    return None


def target() -> Target:
    inside = Inside()
    document = inside.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    operations = [(path, method) for path, methods in document["paths"].items() for method in methods]
    seeds = []
    for number, (path, method) in enumerate(operations):
        operation = document["paths"][path][method]
        query = "from=0&to=1&drug=x" if method == "get" else ""
        line = f"{number} Bed 1 {query}".encode()
        body = b""
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]["schema"]
            body = json.dumps(example(content, schemas)).encode()
            seeds.append(line + b"\n{}")
        seeds.append(line + b"\n" + body)
    taken = {"cases": 0}

    def check(data: bytes) -> str:
        taken["cases"] += 1
        if taken["cases"] % FRESH_EVERY == 0:
            inside.begin()
        line, _, body = data.partition(b"\n")
        first, _, rest = line.partition(b" ")
        number = int(first) if first.isdigit() and len(first) < 9 else sum(first)
        path, method = operations[number % len(operations)]
        part, _, query = rest.rpartition(b" ")
        path = path.replace("{case_id}", inside.case_id).replace("{service_id}", inside.dog)
        while "{" in path:
            before, _, after = path.partition("{")
            path = before + (quote(part[:200], safe="") or "x") + after.partition("}")[2]
        url = path + (f"?{quote(query, safe='=&%')}" if query else "")
        headers = {"x-csrf-token": inside.token, "content-type": "application/json"}
        try:
            answer = inside.client.request(method.upper(), url, content=body if method == "post" else None,
                                           headers=headers)  # fmt: skip
        except (ValueError, UnicodeError):
            return "not sent"  # the client itself refuses such an address
        if answer.status_code >= 500:
            raise Fault(f"{answer.status_code} of {method} {operations[number % len(operations)][0]}: {answer.text}")
        if answer.status_code >= 400:
            told = answer.json().get("error", {})
            if not told.get("problem"):
                raise Fault(f"{answer.status_code} of {path} without a problem: {answer.text[:80]}")
        elif not answer.content:
            raise Fault(f"{answer.status_code} of {path} says nothing")
        if answer.status_code == 401:
            inside.begin()
        return f"{answer.status_code}"

    packages = ("holdfast.web", "holdfast.usecases")
    return Target(seeds, TOKENS, check, packages, (b",", b":", b'"', b" "), close=inside.close)
