"""A Holdfast that other systems call over real HTTP, their keys and tokens, and a service of theirs."""

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from fake_calling import AtOnce
from holdfast.gateways.cds_hooks.key_sets import KeySets
from holdfast.gateways.cds_hooks.service import HookService
from holdfast.gateways.cds_hooks.settings import Client, OwnCode, Settings, check
from holdfast.gateways.cds_hooks.tokens import Tokens
from holdfast.knowledge import hook_codes
from holdfast.usecases import cases
from holdfast.usecases.ports import Clock
from holdfast.web.app import create_app
from making import StandingClock
from web.web_house import House, make_house

ISSUER = "https://pims.example/"
PATIENTS = "https://pims.example/fhir/Patient"
CHIP = "276098106234567"
ORDER_SIGN = "/cds-services/second-look-euthanasia"
PATIENT_VIEW = "/cds-services/fit-check"
EC_KEY = ec.generate_private_key(ec.SECP384R1())
P256_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_numbers = itertools.count(1)


def public(key: Any, kid: str) -> dict[str, Any]:
    made = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return json.loads(made.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"}


KEY_SET = {"keys": [public(EC_KEY, "ec"), public(RSA_KEY, "rsa")]}
SANDBOX = "https://sandbox.cds-hooks.org"
"""The reference client signs with ES256, which is not among the recommended: allowed for it by name."""


def settings(**more: Any) -> Settings:
    values: dict[str, Any] = {
        "origins": (SANDBOX,),
        "order_codes": (OwnCode(system="https://pims.example/items", code="PTS"),),
        "clients": {
            "pims": Client(name="Practice system", issuer=ISSUER, keys=KEY_SET, patients=PATIENTS),
            "sandbox": Client(
                name="Sandbox",
                issuer=SANDBOX,
                algorithms=("ES256",),
                keys={"keys": [public(P256_KEY, "d9cd3c4f-eb08-4304-b973-44f352fd2ca2")]},
                training=True,
            ),
        },
    }
    made = Settings(**(values | more))
    check(made, "test")
    return made


@dataclass
class Running:
    """The server, and what a test asks it."""

    house: House
    address: str
    ada: str
    """Case of a real patient with a microchip."""
    web: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    @property
    def clock(self) -> StandingClock:
        return self.house.clock

    def claims(self, path: str, **more: Any) -> dict[str, Any]:
        now_s = self.clock.at_us // 1_000_000
        made = {"iss": ISSUER, "aud": f"{self.address}{path}", "iat": now_s, "exp": now_s + 300}
        return made | {"jti": f"token {next(_numbers)}"} | more

    def token(self, path: str, *, key: Any = EC_KEY, alg: str = "ES384", kid: str = "ec", **more: Any) -> str:
        return jwt.encode(self.claims(path, **more), key, algorithm=alg, headers={"kid": kid})

    def post(self, path: str, body: Any, token: str | None = None, **headers: str) -> httpx.Response:
        token = self.token(path) if token is None else token
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.web.post(
            self.address + path,
            content=content,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json", **headers},
        )

    def told(self, case_id: str | None = None) -> list[Any]:
        return list(self.house.ctx.book.case(case_id or self.ada).hooks.told.values())


def hook_service(house: House, made: Settings, *addresses: str, clock: Clock | None = None) -> HookService:
    now_us = (clock or house.ctx.clock).now_us()
    tokens = Tokens(made.clients, KeySets(made.clients), now_us)
    return HookService(house.ctx, made, tokens, hook_codes.load(), addresses=addresses, background=AtOnce())


@contextlib.contextmanager
def served(app: Any, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    house = make_house(folder, StandingClock())
    admission = cases.Admission(name="Ada", breed="Malinois", weight_kg=30.0, microchip=CHIP)
    ada = cases.admit(house.ctx, actor="vet", admission=admission)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    service = hook_service(house, settings(), address)
    app = create_app(replace(house.services, hooks=service))
    with served(app, listening):
        made = Running(house, address, ada)
        yield made
        made.web.close()
    house.ctx.store.close()


def patient(patient_id: str = "4711", *identifiers: tuple[str, str]) -> dict[str, Any]:
    numbers = [{"system": system, "value": value} for system, value in identifiers]
    return {"resourceType": "Patient", "id": patient_id, "identifier": numbers}


MICROCHIP = ("urn:holdfast:microchip", CHIP)


def euthanasia(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": "order-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/4711"},
        "code": {"coding": [{"system": "urn:holdfast:procedure", "code": "euthanasia"}], "text": "Euthanasia"},
        **more,
    }


def order_sign(*orders: dict[str, Any], sent: dict[str, Any] | None = None, patient_id: str = "4711") -> dict[str, Any]:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in orders]}
    return {
        "hook": "order-sign",
        "hookInstance": "6f1c0a52-8a59-4d5b-9a57-6a1a0d7f5f10",
        "context": {"userId": "Practitioner/ecc-1", "patientId": patient_id, "draftOrders": bundle},
        "prefetch": {"patient": sent},
    }


def patient_view(sent: dict[str, Any] | None = None, patient_id: str = "4711") -> dict[str, Any]:
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": patient_id},
        "prefetch": {"patient": sent},
    }


@contextlib.contextmanager
def answering(answer: Callable[[bytes, dict[str, str]], tuple[int, bytes]]) -> Iterator[str]:
    """Another system's service: ``answer(body, headers)`` gives status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, content = answer(body, {k.lower(): v for k, v in self.headers.items()})
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/cds-services/opinion"
    server.shutdown()
    thread.join()
    server.server_close()
