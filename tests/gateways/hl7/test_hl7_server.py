"""The MLLP server and client over real sockets."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.framing import encode_frame
from holdfast.gateways.hl7.reading import read_message
from holdfast.gateways.hl7.server import MllpServer, serve
from holdfast.kernel import limits
from holdfast.kernel.errors import WorldError


def message(control_id: str, body: str = "") -> bytes:
    return f"MSH|^~\\&|MON|WARD|||20260214093000||ORU^R01|{control_id}|P|2.6\r{body}".encode()


class Desk:
    """Keeps what came in and answers like the real one."""

    def __init__(self) -> None:
        self.handled: list[bytes] = []
        self.problems: list[tuple[bytes, str]] = []

    async def handle(self, raw: bytes, peer: str) -> bytes | None:
        assert peer.startswith("127.0.0.1")
        if b"POISON" in raw:
            raise RuntimeError("disk full")
        self.handled.append(raw)
        return acknowledge(read_message(raw, received_us=0), Verdict.ACCEPTED, now_us=1)

    async def on_problem(self, raw: bytes, peer: str, reason: str) -> None:
        self.problems.append((raw, reason))


def run(scenario: Callable[[Desk, MllpServer], Awaitable[None]]) -> Desk:
    desk = Desk()

    async def whole() -> None:
        server = await serve("127.0.0.1", 0, desk.handle, on_problem=desk.on_problem)
        try:
            async with asyncio.timeout(20):
                await scenario(desk, server)
        finally:
            await server.close()

    asyncio.run(whole())
    return desk


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_a_message_is_acknowledged_after_it_was_handled() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        async with MllpSender("127.0.0.1", server.port) as sender:
            for number in range(3):
                answer = await sender.send(message(f"C{number}"))
                assert (answer.accepted, answer.code) == (True, "AA")
                assert len(desk.handled) == number + 1

    run(scenario)


def test_the_answer_to_a_message_with_a_shifted_header_is_known() -> None:
    shifted = b"MSH|^~\\&|SEND|REC|202401011200||ORU^R01|77|P|2.3\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||88|bpm\r"

    async def scenario(desk: Desk, server: MllpServer) -> None:
        async with MllpSender("127.0.0.1", server.port, timeout_s=2) as sender:
            assert (await sender.send(shifted)).code == "AA"

    run(scenario)


def test_a_message_cut_into_single_bytes() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for byte in encode_frame(message("C1")):
            writer.write(bytes([byte]))
            await writer.drain()
        assert b"MSA|AA|C1" in await reader.readuntil(b"\x1c\r")
        writer.close()

    assert run(scenario).handled == [message("C1")]


def test_many_messages_in_one_write_are_answered_in_order() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"".join(encode_frame(message(f"C{number}")) for number in range(20)))
        for number in range(20):
            assert f"MSA|AA|C{number}\r".encode() in await reader.readuntil(b"\x1c\r")
        writer.close()

    run(scenario)


def test_an_unframed_message_is_taken_after_silence_or_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNFRAMED_IDLE_S", 0.05)

    async def scenario(desk: Desk, server: MllpServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(message("C1"))
        assert b"MSA|AA|C1" in await reader.readuntil(b"\x1c\r")
        writer.write(message("C2"))
        writer.write_eof()
        await until(lambda: len(desk.handled) == 2)
        writer.close()

    run(scenario)


def test_a_bad_peer_hurts_nobody_else() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        async with (
            MllpSender("127.0.0.1", server.port, timeout_s=0.3) as bad,
            MllpSender("127.0.0.1", server.port) as good,
        ):
            answer = await bad.send(message("C1", "NTE|POISON\r"))
            assert (answer.accepted, answer.code) == (False, "")
            assert (await good.send(message("C2"))).accepted
            assert (await bad.send(message("C3"))).accepted  # the same connection goes on

    desk = run(scenario)
    [(raw, reason)] = desk.problems
    assert b"POISON" in raw
    assert "not acknowledged" in reason


def test_stray_bytes_are_reported_and_the_message_after_them_is_read() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n" + encode_frame(message("C1")))
        await reader.readuntil(b"\x1c\r")
        writer.close()

    desk = run(scenario)
    assert desk.handled == [message("C1")]
    assert desk.problems[0][0].startswith(b"GET /")


def test_a_peer_that_hangs_up_mid_message() -> None:
    async def scenario(desk: Desk, server: MllpServer) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        linger = writer.get_extra_info("socket")
        linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        writer.write(encode_frame(message("C1"))[:20])
        await writer.drain()
        writer.transport.abort()
        async with MllpSender("127.0.0.1", server.port) as sender:
            assert (await sender.send(message("C2"))).accepted

    run(scenario)


def test_one_connection_too_many_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 1)

    async def scenario(desk: Desk, server: MllpServer) -> None:
        async with MllpSender("127.0.0.1", server.port) as first:
            assert (await first.send(message("C1"))).accepted
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await reader.read() == b""
            writer.close()
            assert (await first.send(message("C2"))).accepted

    assert len(run(scenario).problems) == 1


def test_a_silent_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTION_IDLE_S", 0.05)

    async def scenario(desk: Desk, server: MllpServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await reader.read() == b""
        writer.close()

    assert "silent" in run(scenario).problems[0][1]


def test_a_sender_says_that_nobody_listens() -> None:
    async def connect() -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            await MllpSender("127.0.0.1", unused.getsockname()[1], timeout_s=1).connect()

    with pytest.raises(WorldError, match="No receiver answers"):
        asyncio.run(connect())
