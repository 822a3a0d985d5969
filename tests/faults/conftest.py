"""A whole house on a real disk, without listeners, and what is asked of it when something around it fails."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from holdfast.bootstrap.house import House, open_house
from holdfast.bootstrap.monitors import handle_hl7
from holdfast.bootstrap.running import web_services
from holdfast.config import Config
from holdfast.gateways.hl7.encode import encode_message
from holdfast.record.monitor import Numeric
from holdfast.usecases import accounts, beds, cases
from holdfast.usecases.verification import VerifyReport, verify
from holdfast.web.app import create_app
from making import CountingIds, StandingClock, monitor_message
from web.web_house import PlainHasher

MONITORS = ("00091EFF00000001", "00091EFF00000002")


@dataclass
class Ward:
    """Two beds with a bound monitor each, a vet who is signed in, and what was acknowledged."""

    house: House
    clock: StandingClock
    cases: list[str]
    client: TestClient
    token: str = ""
    sent: int = 0

    def sign_in(self) -> None:
        self.client.post("/login", data={"login": "ada", "password": "a long sentence"})
        self.token = self.client.get("/api/session").json()["csrf"]

    def says(self, bed: int = 0, value: float = 120.0, padding: str = "") -> bytes:
        """A monitor's next message, framed by nobody."""
        self.sent += 1
        name = "MDC_ECG_HEART_RATE" + padding
        rate = Numeric(key="hr", code="147842", name=name, value=value, unit="/min", at_us=self.clock.at_us)
        told = monitor_message(rate, device=MONITORS[bed], control_id=f"N{self.sent}", sent_us=self.clock.at_us)
        return encode_message(told)

    def hears(self, raw: bytes, bed: int = 0) -> str:
        """How it is answered: AA or CA is kept."""
        answer = asyncio.run(handle_hl7(self.house, raw, f"10.0.0.{bed + 1}:5000")) or b""
        return next(line.decode() for line in answer.split(b"\r") if line.startswith(b"MSA"))

    def note(self, text: str) -> httpx.Response:
        return self.client.post(
            f"/api/cases/{self.cases[0]}/notes",
            json={"text": text, "command_id": f"note-{text[:40]}"},
            headers={"x-csrf-token": self.token},
        )

    def kept(self) -> set[str]:
        """Control ids that wait for their block."""
        return {one.message.control_id for one in self.house.ctx.store.held()}

    def verified(self) -> VerifyReport:
        return verify(self.house.ctx.store)


def was_kept(answer: str) -> bool:
    return answer.startswith(("MSA|AA", "MSA|CA"))


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    clock = StandingClock()
    house = open_house(Config(data_dir=tmp_path), clock=clock, ids=CountingIds())
    made = []
    for number, device in enumerate(MONITORS, start=1):
        beds.add_bed(house.ctx, actor="t", bed=f"Bed {number}")
        beds.bind_device(house.ctx, actor="t", device=device, bed=f"Bed {number}")
        admission = cases.Admission(name=f"Dog {number}", weight_kg=20.0, bed=f"Bed {number}")
        made.append(cases.admit(house.ctx, actor="t", admission=admission))
    services = replace(web_services(house), hasher=PlainHasher())
    accounts.create_account(
        house.ctx, house.accounts, services.hasher, actor="t", login="ada", name="Ada", role="clinician",
        password="a long sentence",
    )  # fmt: skip
    client = TestClient(create_app(services), follow_redirects=False, raise_server_exceptions=False)
    ward = Ward(house, clock, made, client)
    ward.sign_in()
    yield ward
    house.close()
