"""Who may connect: lists of addresses, limits for each address, and TLS on a real socket."""

import asyncio
import contextlib
import ssl
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from holdfast.gateways.dicom.peers import Peer
from holdfast.gateways.dicom.server import Answers, DicomServer
from holdfast.gateways.hl7 import server as hl7_server
from holdfast.gateways.hl7.framing import encode_frame
from holdfast.gateways.hl7.server import Door, serve
from holdfast.gateways.networks import network_of, permitted
from holdfast.gateways.tls import server_context
from holdfast.kernel import limits
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.pace import Pace
from made_papers import make_papers, trusting

MESSAGE = encode_frame(b"MSH|^~\\&|MON|WARD|||20260214093000||ORU^R01|1|P|2.6\r")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("tls"))


async def send_one(port: int, tls: ssl.SSLContext | None = None) -> bytes:
    """The answer to one message; empty when the connection was closed without one."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("localhost" if tls else "127.0.0.1", port, ssl=tls)
        writer.write(MESSAGE)
        answer = await asyncio.wait_for(reader.read(100), 10)
        writer.close()
        return answer
    return b""


async def listening(door: Door, scenario) -> list[bytes]:
    handled: list[bytes] = []

    async def handle(raw: bytes, peer: str) -> bytes:
        handled.append(raw)
        return b"MSA|AA|1"

    async def on_problem(raw: bytes, peer: str, reason: str) -> None:
        pass

    server = await serve("127.0.0.1", 0, handle, on_problem=on_problem, door=door)
    try:
        await scenario(server.port)
    finally:
        await server.close()
    return handled


def test_a_list_of_addresses_is_kept_and_without_one_only_this_machine_may() -> None:
    ward = (network_of("192.0.2.0/28"), network_of("2001:db8::7"))
    assert permitted(ward, "192.0.2.15")
    assert permitted(ward, "::ffff:192.0.2.3")
    assert permitted(ward, "2001:db8::7")
    assert not permitted(ward, "192.0.2.16")
    assert not permitted(ward, "127.0.0.1"), "who names peers means them"
    assert permitted((), "127.0.0.1")
    assert permitted((), "::1")
    assert not permitted((), "192.0.2.1")
    for wrong in ("", "monitor", "192.0.2.1/33", "192.0.2.1/24"):
        with pytest.raises(OperatorError, match="is not an address"):
            network_of(wrong)


def test_a_monitor_that_is_not_listed_is_closed_unread_and_told_of() -> None:
    refused: list[tuple[str, str]] = []

    async def on_refused(address: str, reason: str) -> None:
        refused.append((address, reason))

    async def scenario(port: int) -> None:
        assert await send_one(port) == b""

    ward = (network_of("192.0.2.0/28"),)
    door = Door(permits=lambda address: permitted(ward, address), on_refused=on_refused)
    assert asyncio.run(listening(door, scenario)) == []
    assert refused == [("127.0.0.1", "It is not on the list of monitors.")]


def test_one_address_cannot_take_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HL7_CONNECTIONS_PER_PEER_MAX", 2)
    reasons: list[str] = []

    async def on_refused(_: str, reason: str) -> None:
        reasons.append(reason)

    async def scenario(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        assert await send_one(port) == b""
        held[0][1].close()
        await held[0][1].wait_closed()
        while not await send_one(port):
            await asyncio.sleep(0.01)
        held[1][1].close()

    assert len(asyncio.run(listening(Door(on_refused=on_refused), scenario))) == 1
    assert "connections already" in reasons[0]


def test_a_monitor_that_floods_is_read_slowly_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    class Loop:
        sleep = staticmethod(note)

        def __getattr__(self, name: str):
            return getattr(asyncio, name)

    monkeypatch.setattr(hl7_server, "asyncio", Loop())
    monkeypatch.setattr(limits, "HL7_MESSAGES_PER_S", 10.0)
    monkeypatch.setattr(limits, "HL7_MESSAGES_BURST", 5.0)

    async def scenario(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(MESSAGE * 20)
        answers = b""
        while answers.count(b"MSA") < 20:
            answers += await asyncio.wait_for(reader.read(1000), 10)
        writer.close()

    assert len(asyncio.run(listening(Door(), scenario))) == 20
    assert len(waits) == 15
    assert waits[-1] == pytest.approx(1.5, abs=0.5)


@given(st.lists(st.floats(0, 5), max_size=60))
def test_nobody_passes_faster_than_the_pace_in_the_long_run(gaps: list[float]) -> None:
    pace, now_s, passed = Pace(2.0, 5.0), 0.0, 0
    for gap in gaps:
        now_s += gap
        passed += pace.refuse("one", now_s) == 0
    assert passed <= 5 + 2 * sum(gaps) + 1
    assert pace.refuse("another", now_s) == 0
    assert Pace(2.0, 5.0).take("slow", 0.0) == 0


def test_monitors_speak_tls_and_plain_text_gets_no_answer(papers: Path) -> None:
    tls = server_context(papers / "cert.pem", papers / "key.pem")

    async def scenario(port: int) -> None:
        assert b"MSA|AA" in await send_one(port, trusting(papers))
        assert b"MSA" not in await send_one(port)
        old = trusting(papers)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        assert await send_one(port, old) == b""

    assert len(asyncio.run(listening(Door(tls=tls), scenario))) == 1


def test_a_monitor_without_the_certificate_that_is_asked_for_is_not_heard(papers: Path) -> None:
    tls = server_context(papers / "cert.pem", papers / "key.pem", clients=papers / "cert.pem")

    async def scenario(port: int) -> None:
        assert await send_one(port, trusting(papers)) == b""
        known = trusting(papers)
        known.load_cert_chain(papers / "cert.pem", papers / "key.pem")
        assert b"MSA|AA" in await send_one(port, known)

    assert len(asyncio.run(listening(Door(tls=tls), scenario))) == 1


def test_only_ciphers_that_keep_yesterdays_traffic_secret(papers: Path) -> None:
    context = server_context(papers / "cert.pem", papers / "key.pem")
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    names = [one["name"] for one in context.get_ciphers()]
    assert all(name.startswith(("ECDHE-", "TLS_")) and ("GCM" in name or "CHACHA20" in name) for name in names), names


@pytest.mark.parametrize("broken", ["cert.pem", "key.pem"])
def test_a_certificate_that_cannot_be_used_is_named(papers: Path, tmp_path: Path, broken: str) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_bytes(b"nothing" if name == broken else (papers / name).read_bytes())
    with pytest.raises(OperatorError, match="cannot be used"):
        server_context(tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(OperatorError, match="cannot be used"):
        server_context(papers / "cert.pem", tmp_path / "absent.pem")


def echo(port: int, title: str = "XRAY1", tls: ssl.SSLContext | None = None) -> bool:
    ae = AE(ae_title=title)
    ae.add_requested_context(Verification)
    ae.acse_timeout = ae.network_timeout = 10
    where = "localhost" if tls else "127.0.0.1"
    association = ae.associate(where, port, ae_title="HOLDFAST", tls_args=(tls, "localhost") if tls else None)
    if not association.is_established:
        return False
    status = association.send_c_echo()
    association.release()
    return getattr(status, "Status", None) == 0


def dicom_server(**more) -> DicomServer:
    one = DicomServer(Answers(lambda *_: None, lambda *_: False, lambda: []), **more)
    one.start("127.0.0.1", 0)
    return one


def test_an_imaging_unit_that_is_not_listed_is_turned_away_and_told_of() -> None:
    refused: list[tuple[str, str, str]] = []
    server = dicom_server(peers=(Peer("XRAY1", "127.0.0.1"),), on_refused=lambda *told: refused.append(told))
    try:
        assert echo(server.port)
        assert not echo(server.port, title="INTRUDER")
    finally:
        server.close()
    assert refused == [("INTRUDER", "127.0.0.1", "It is not on the list of imaging units.")]


def test_imaging_units_speak_tls(papers: Path) -> None:
    server = dicom_server(tls=server_context(papers / "cert.pem", papers / "key.pem"))
    try:
        assert echo(server.port, tls=trusting(papers))
        assert not echo(server.port)
    finally:
        server.close()


def test_one_imaging_unit_cannot_take_every_association(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.gateways.dicom.server.DICOM_ASSOCIATIONS_PER_PEER_MAX", 2)
    server = dicom_server()
    ae = AE(ae_title="XRAY1")
    ae.add_requested_context(Verification)
    try:
        held = [ae.associate("127.0.0.1", server.port, ae_title="HOLDFAST") for _ in range(2)]
        assert all(one.is_established for one in held)
        assert not echo(server.port)
        held[0].release()
        until = time.monotonic() + 10
        while not (again := echo(server.port)) and time.monotonic() < until:
            time.sleep(0.05)
        assert again
        held[1].release()
    finally:
        server.close()
