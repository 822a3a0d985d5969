"""A thin MLLP server: sockets on one side, a coroutine that commits on the other.

One connection is answered strictly in order, and nothing is acknowledged before ``handle`` returned,
which it does after the commit. A peer that misbehaves loses its connection at worst.
"""

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from holdfast.gateways.hl7.framing import Frame, FrameDecoder, encode_frame
from holdfast.kernel import limits
from holdfast.kernel.pace import Pace

Handle = Callable[[bytes, str], Awaitable[bytes | None]]
"""(message without framing, peer address) -> answer without framing, or ``None`` for no answer."""
OnProblem = Callable[[bytes, str, str], Awaitable[None]]
"""(bytes that are no message, peer address, reason in one sentence). Empty bytes: about the connection."""

_CHUNK = 64 * 1024
_WRITE_TIMEOUT_S = 10.0  # a peer that does not take its answers must not hold its thread of work for ever
_NOT_STORED = "The message could not be stored and was not acknowledged; the sender should send it again."
_TOO_MANY = f"More than {limits.CONNECTIONS_MAX} monitors are connected; this connection was closed."
_SILENT = f"The connection was silent for {limits.CONNECTION_IDLE_S:g} s and was closed."


_NOT_LISTED = "It is not on the list of monitors."
_TOO_MANY_OF_ONE = f"It has {limits.HL7_CONNECTIONS_PER_PEER_MAX} connections already."
_HASTE_SAID_EVERY_S = 60.0


@dataclass(frozen=True)
class Door:
    """Who may connect, and how."""

    permits: Callable[[str], bool] = lambda _address: True
    on_refused: Callable[[str, str], Awaitable[None]] | None = None
    """(address, reason in one sentence) of a connection that was closed before anything was read."""
    tls: ssl.SSLContext | None = None


class MllpServer:
    """Listens, decodes, calls ``handle``, answers. Made by :func:`serve`."""

    def __init__(self, handle: Handle, on_problem: OnProblem, door: Door) -> None:
        self._handle = handle
        self._on_problem = on_problem
        self._door = door
        self._connections: set[asyncio.Task[None]] = set()
        self._of_address: Counter[str] = Counter()
        self._pace = Pace(limits.HL7_MESSAGES_PER_S, limits.HL7_MESSAGES_BURST)
        self._haste_said_s: dict[str, float] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Bind and listen; raises ``OSError`` when the port is taken."""
        self._server = await asyncio.start_server(self._accept, host, port, ssl=self._door.tls)

    @property
    def port(self) -> int:
        """The port that is listened on (useful after asking for port 0)."""
        if self._server is None or not self._server.sockets:
            raise RuntimeError("The server is not listening.")
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every connection; messages being handled are finished first by the caller's store."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
        peer, address = _peer_name(writer), _address(writer)
        self._of_address[address] += 1
        try:
            if reason := self._refusal(address):
                if self._door.on_refused is not None:
                    await self._door.on_refused(address, reason)
            elif len(self._connections) > limits.CONNECTIONS_MAX:
                await self._report(b"", peer, _TOO_MANY)
            else:
                await self._converse(reader, writer, peer)
        except (OSError, asyncio.CancelledError):
            pass  # the network or the shutdown ended it; unacknowledged messages stay with the sender
        finally:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            if task is not None:
                self._connections.discard(task)

    def _refusal(self, address: str) -> str:
        """Why this address is not listened to; empty when it is."""
        if not self._door.permits(address):
            return _NOT_LISTED
        return _TOO_MANY_OF_ONE if self._of_address[address] > limits.HL7_CONNECTIONS_PER_PEER_MAX else ""

    async def _keep_pace(self, address: str, peer: str) -> None:
        """Who sends more than any clinic has is read more slowly: its own buffers fill, and nobody else waits."""
        now_s = time.monotonic()
        ahead_s = self._pace.take(address, now_s)
        if not ahead_s:
            return
        if now_s - self._haste_said_s.get(address, -_HASTE_SAID_EVERY_S) >= _HASTE_SAID_EVERY_S:
            self._haste_said_s[address] = now_s
            await self._report(b"", peer, f"More than {limits.HL7_MESSAGES_PER_S:g} messages a second; read slowly.")
        await asyncio.sleep(ahead_s)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        decoder = FrameDecoder()
        last_heard_s = time.monotonic()
        while True:
            wait_s = limits.UNFRAMED_IDLE_S if decoder.waits_for_silence else limits.CONNECTION_IDLE_S
            try:
                data = await asyncio.wait_for(reader.read(_CHUNK), wait_s)
            except TimeoutError:
                if reader.exception() is not None:
                    raise  # not our waiting, but the network's own time-out
                silent_s = time.monotonic() - last_heard_s
                if silent_s >= limits.CONNECTION_IDLE_S:
                    await self._report(b"", peer, _SILENT)
                    return
                await self._deal_with(decoder.idle(wait_s), writer, peer)
                continue
            if not data:
                await self._deal_with(decoder.eof(), writer, peer)
                return
            last_heard_s = time.monotonic()
            await self._deal_with(decoder.feed(data), writer, peer)

    async def _deal_with(self, frames: list[Frame], writer: asyncio.StreamWriter, peer: str) -> None:
        for frame in frames:
            if frame.reason:
                await self._report(frame.data, peer, frame.reason)
                continue
            await self._keep_pace(_address(writer), peer)
            try:
                answer = await self._handle(frame.data, peer)
            except Exception as error:  # one bad message or a failing store must not end the server
                await self._report(frame.data, peer, f"{_NOT_STORED} ({error})")
                continue
            if answer is not None and not writer.is_closing():
                writer.write(encode_frame(answer))
                await asyncio.wait_for(writer.drain(), _WRITE_TIMEOUT_S)

    async def _report(self, data: bytes, peer: str, reason: str) -> None:
        with contextlib.suppress(Exception):  # a failing report must not take the connection with it
            await self._on_problem(data, peer, reason)


def _peer_name(writer: asyncio.StreamWriter) -> str:
    address = writer.get_extra_info("peername")
    return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else "unknown"


def _address(writer: asyncio.StreamWriter) -> str:
    address = writer.get_extra_info("peername")
    return str(address[0]) if isinstance(address, tuple) else ""


async def serve(host: str, port: int, handle: Handle, *, on_problem: OnProblem, door: Door | None = None) -> MllpServer:
    """Start listening. ``handle`` answers after the commit; an exception in it means: not acknowledged."""
    server = MllpServer(handle, on_problem, door or Door())
    await server.start(host, port)
    return server
