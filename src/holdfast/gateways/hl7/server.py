"""A thin MLLP server: sockets on one side, a coroutine that commits on the other.

One connection is answered strictly in order, and nothing is acknowledged before ``handle`` returned,
which it does after the commit. A peer that misbehaves loses its connection at worst.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from holdfast.gateways.hl7.framing import Frame, FrameDecoder, encode_frame
from holdfast.kernel import limits

Handle = Callable[[bytes, str], Awaitable[bytes | None]]
"""(message without framing, peer address) -> answer without framing, or ``None`` for no answer."""
OnProblem = Callable[[bytes, str, str], Awaitable[None]]
"""(bytes that are no message, peer address, reason in one sentence). Empty bytes: about the connection."""

_CHUNK = 64 * 1024
_WRITE_TIMEOUT_S = 10.0  # a peer that does not take its answers must not hold its thread of work for ever
_NOT_STORED = "The message could not be stored and was not acknowledged; the sender should send it again."
_TOO_MANY = f"More than {limits.CONNECTIONS_MAX} monitors are connected; this connection was closed."
_SILENT = f"The connection was silent for {limits.CONNECTION_IDLE_S:g} s and was closed."


class MllpServer:
    """Listens, decodes, calls ``handle``, answers. Made by :func:`serve`."""

    def __init__(self, handle: Handle, on_problem: OnProblem) -> None:
        self._handle = handle
        self._on_problem = on_problem
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Bind and listen; raises ``OSError`` when the port is taken."""
        self._server = await asyncio.start_server(self._accept, host, port)

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
        peer = _peer_name(writer)
        try:
            if len(self._connections) > limits.CONNECTIONS_MAX:
                await self._report(b"", peer, _TOO_MANY)
            else:
                await self._converse(reader, writer, peer)
        except (OSError, asyncio.CancelledError):
            pass  # the network or the shutdown ended it; unacknowledged messages stay with the sender
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            if task is not None:
                self._connections.discard(task)

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


async def serve(host: str, port: int, handle: Handle, *, on_problem: OnProblem) -> MllpServer:
    """Start listening. ``handle`` answers after the commit; an exception in it means: not acknowledged."""
    server = MllpServer(handle, on_problem)
    await server.start(host, port)
    return server
