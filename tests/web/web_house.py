"""What the tests of pages share: a house with people and a dog, and browsers to open it with."""

import re
from dataclasses import dataclass, field
from functools import cache

import httpx
from starlette.applications import Starlette
from starlette.testclient import TestClient

from holdfast.knowledge.loader import load
from holdfast.usecases.context import Context
from holdfast.usecases.live import Ward
from holdfast.web.app import WebServices
from making import StandingClock

PASSWORD = "a long sentence"


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"plain:{password}"


@cache
def knowledge():
    return load()


@dataclass
class House:
    """What a test of a page needs."""

    app: Starlette
    services: WebServices
    clock: StandingClock
    ward: Ward
    case_id: str
    clients: dict[str, TestClient] = field(default_factory=dict)

    @property
    def ctx(self) -> Context:
        return self.services.ctx

    def client(self, login: str = "") -> TestClient:
        """A browser; signed in when a login is named."""
        if login not in self.clients:
            client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
            if login:
                answer = client.post("/login", data={"login": login, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            self.clients[login] = client
        return self.clients[login]

    def csrf(self, login: str) -> str:
        found = re.search(r'name="csrf" content="([^"]*)"', self.client(login).get("/account").text)
        assert found
        return found.group(1)

    def post(self, login: str, path: str, data: dict[str, object] | None = None) -> httpx.Response:
        """A form as the browser of ``login`` sends it."""
        return self.client(login).post(path, data={"csrf": self.csrf(login), **(data or {})})

    def post_json(self, login: str, path: str, content: dict[str, object]) -> httpx.Response:
        return self.client(login).post(path, json=content, headers={"x-csrf-token": self.csrf(login)})
