"""How long another system waits for the second look over CDS Hooks: a whole Holdfast on its embedded record, over HTTP.

``python benchmarks/cds_hooks_speed.py [--rate 20] [--seconds 60] [--dogs 10] [--entries 12] [--json]``. The server is a
process of its own. Calls (order-sign and patient-view by turns) go out at fixed moments, whether or not earlier ones
came back, each with a fresh ES384 token; a call's time counts from the moment it was due. The server's CPU time is told
beside it. Meanwhile people enter something (``--entries`` a minute, dog by dog), and that dog's look is made anew.
``fresh_look_ms`` are calls one by one, each just after an entry. The first start of a release compiles for minutes; it
is waited for.
"""

import argparse
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from holdfast.bootstrap.house import House, open_house
from holdfast.config import Config
from holdfast.record.events import Presence
from holdfast.usecases import cases

ISSUER = "https://pims.example/"
ORDER, VIEW = "second-look-euthanasia", "fit-check"
FINDINGS = ("collapse", "dyspnea", "gums_pale", "focal_pain_thoracic_wall", "pressor_response_to_palpation", "vomiting")
KEY = ec.generate_private_key(ec.SECP384R1())
FRESH_CALLS = 30


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def admit(house: House, number: int) -> str:
    """A dog with a working diagnosis and some findings."""
    admission = cases.Admission(name=f"Dog {number}", weight_kg=30.0, microchip=f"9000000000{number:05d}")
    case_id = cases.admit(house.ctx, actor="bench", admission=admission)
    cases.set_working_diagnosis(house.ctx, actor="bench", case_id=case_id, diagnosis="multiple_organ_dysfunction")
    for key in FINDINGS[: 3 + number % 4]:
        cases.record_finding(house.ctx, actor="bench", case_id=case_id, key=key, presence=Presence.PRESENT)
    return case_id


def call_of(number: int, service: str) -> dict[str, Any]:
    """A call as a practice system sends it, the dog named by its microchip."""
    patient_id = f"p{number}"
    chip = {"system": "urn:holdfast:microchip", "value": f"9000000000{number:05d}"}
    context: dict[str, Any] = {"userId": "Practitioner/1", "patientId": patient_id}
    if service == ORDER:
        order = {
            "resourceType": "ServiceRequest",
            "id": "o1",
            "status": "draft",
            "intent": "order",
            "subject": {"reference": f"Patient/{patient_id}"},
            "code": {"coding": [{"system": "urn:holdfast:procedure", "code": "euthanasia"}]},
        }
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    return {
        "hook": "order-sign" if service == ORDER else "patient-view",
        "hookInstance": str(uuid.uuid4()),
        "context": context,
        "prefetch": {"patient": {"resourceType": "Patient", "id": patient_id, "identifier": [chip]}},
    }


class Caller:
    """Calls over kept connections, each with a token of its own."""

    def __init__(self, address: str, connections: int) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._web = httpx.Client(timeout=30.0, limits=limits, trust_env=False)
        self._address = address

    def prepared(self, number: int, service: str) -> tuple[str, bytes, dict[str, str]]:
        url, now = f"{self._address}/cds-services/{service}", int(time.time())
        claims = {"iss": ISSUER, "aud": url, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        token = jwt.encode(claims, KEY, algorithm="ES384", headers={"kid": "bench"})
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return url, json.dumps(call_of(number, service)).encode(), headers

    def send(self, prepared: tuple[str, bytes, dict[str, str]], due: float) -> tuple[float, int, int]:
        """(ms since it was due, status, cards)."""
        url, body, headers = prepared
        try:
            answer = self._web.post(url, content=body, headers=headers)
        except httpx.TransportError:
            return 1e3 * (time.perf_counter() - due), 0, 0
        took = 1e3 * (time.perf_counter() - due)
        return took, answer.status_code, len(answer.json().get("cards", ()))


def quantiles(values: list[float]) -> dict[str, float]:
    marks = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {name: round(float(np.percentile(values, mark)), 1) for name, mark in marks.items()}


def measured(
    caller: Caller, house: House, dogs: list[str], rate: float, seconds: float, entries: float
) -> dict[str, Any]:
    services = itertools.cycle((ORDER, VIEW))
    plan = [caller.prepared(number % len(dogs), next(services)) for number in range(int(rate * seconds))]
    stop = threading.Event()

    def notes() -> None:
        for number in itertools.count():
            if stop.wait(60.0 / entries):
                return
            cases.write_note(house.ctx, actor="bench", case_id=dogs[number % len(dogs)], text=f"note {number}")

    writing = threading.Thread(target=notes)
    writing.start()
    with ThreadPoolExecutor(64) as pool:
        started = time.perf_counter() + 0.1
        waiting = []
        for number, prepared in enumerate(plan):
            due = started + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(pool.submit(caller.send, prepared, due))
        came = [one.result() for one in waiting]
    stop.set()
    writing.join()
    return {
        "calls": len(came),
        "answered_200": sum(status == 200 for _, status, _ in came),
        "with_a_card": sum(cards > 0 for _, _, cards in came),
        "ms": quantiles([took for took, _, _ in came]),
        "order_sign_ms": quantiles([took for took, _, _ in came[::2]]),
        "patient_view_ms": quantiles([took for took, _, _ in came[1::2]]),
    }


def fresh(caller: Caller, house: House, dogs: list[str]) -> dict[str, float]:
    """Calls that cannot use an earlier look."""
    took = []
    for number in range(FRESH_CALLS):
        cases.write_note(house.ctx, actor="bench", case_id=dogs[number % len(dogs)], text=f"fresh {number}")
        took.append(caller.send(caller.prepared(number % len(dogs), ORDER), time.perf_counter())[0])
    return quantiles(took)


def run(rate: float, seconds: float, count: int, entries: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        public = json.loads(ECAlgorithm.to_jwk(KEY.public_key())) | {"kid": "bench", "use": "sig"}
        client = {"name": "Bench", "issuer": ISSUER, "keys": {"keys": [public]}, "calls_per_minute": 100_000}
        (folder / "hooks.yaml").write_text(yaml.safe_dump({"clients": {"bench": client}}))
        house = open_house(Config(data_dir=folder))
        dogs = [admit(house, number) for number in range(count)]
        address = f"http://127.0.0.1:{port}"
        ports = ["--http-port", str(port), "--hl7-port", str(free_port()), "--dicom-port", str(free_port())]
        command = [sys.executable, "-m", "holdfast", "serve", "--data", str(folder), *ports]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait(address, server)
            time.sleep(1.1)  # tokens are not older than the server
            caller = Caller(address, 64)
            for number in range(count):
                caller.send(caller.prepared(number, ORDER), time.perf_counter())
            load_before, cpu_before = os.getloadavg()[0], cpu_s(server.pid)
            result = measured(caller, house, dogs, rate, seconds, entries)
            cpu_ms = 1e3 * (cpu_s(server.pid) - cpu_before) / max(1, result["calls"])
            told = sum(len(house.ctx.book.case(one).hooks.told) for one in dogs)
            one_by_one = fresh(caller, house, dogs)
        finally:
            server.terminate()
            server.wait()
            house.close()
        return {
            "rate_per_s": rate,
            "dogs": count,
            "entries_per_min": entries,
            "cores": os.cpu_count(),
            "load_average_before": round(load_before, 2),
            **result,
            "server_cpu_ms_per_call": round(cpu_ms, 1),
            "fresh_look_ms": one_by_one,
            "calls_in_state": told,
        }


def cpu_s(pid: int) -> float:
    """CPU time that a process has used, by Linux's own account; a busy machine does not stretch it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(9_000):
        if server.poll() is not None:
            raise SystemExit("The server ended before it answered.")
        try:
            if httpx.get(f"{address}/cds-services", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("The server did not answer in a quarter of an hour.")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--dogs", type=int, default=10)
    parser.add_argument("--entries", type=float, default=12.0, help="entries of people in a minute")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = run(given.rate, given.seconds, given.dogs, given.entries)
    print(json.dumps(result) if given.json else "\n".join(f"{key}: {value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
