"""Sends messages over MLLP and waits for the answer: for replays, drills and simulated monitors."""

import asyncio
import contextlib
from dataclasses import dataclass
from types import TracebackType

from holdfast.gateways.hl7.er7 import parse
from holdfast.gateways.hl7.framing import FrameDecoder, encode_frame
from holdfast.gateways.hl7.header import read_header
from holdfast.kernel.errors import SenderError, WorldError


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message."""

    accepted: bool
    code: str
    """AA, AE, AR, CA, CE, CR; empty when no answer came."""
    text: str
    raw: bytes = b""


class MllpSender:
    """One connection to a receiver. Use as ``async with MllpSender(host, port) as sender``."""

    def __init__(self, host: str, port: int, *, timeout_s: float = 10.0) -> None:
        self._host = host
        self._port = port
        self._timeout_s = timeout_s
        self._decoder = FrameDecoder()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> "MllpSender":
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open the connection; raises ``WorldError`` when nobody answers there."""
        try:
            self._reader, self._writer = await asyncio.wait_for(
                asyncio.open_connection(self._host, self._port), self._timeout_s
            )
        except (OSError, TimeoutError) as error:
            raise WorldError(
                f"No receiver answers at {self._host}:{self._port} ({error}).",
                "Start it, or check address and port.",
            ) from error
        self._decoder = FrameDecoder()

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None

    async def send(self, message: bytes) -> Answer:
        """Send one message (without framing) and wait for its acknowledgement.

        A late answer to an earlier message is passed over. Raises ``WorldError`` when not connected.
        """
        if self._writer is None:
            raise WorldError("The connection is not open.", "Connect first.")
        control_id = _control_id(message)
        try:
            async with asyncio.timeout(self._timeout_s):
                self._writer.write(encode_frame(message))
                await self._writer.drain()
                return await self._answer_to(control_id)
        except TimeoutError:
            return Answer(False, "", f"No answer within {self._timeout_s:g} s.")
        except OSError as error:
            return Answer(False, "", f"The connection broke: {error}.")

    async def _answer_to(self, control_id: str) -> Answer:
        while self._reader is not None:
            data = await self._reader.read(64 * 1024)
            frames = self._decoder.feed(data) if data else self._decoder.eof()
            for frame in frames:
                answer = _read_answer(frame.data, control_id)
                if answer is not None:
                    return answer
            if not data:
                break
        return Answer(False, "", "The receiver closed the connection without an answer.")


def _control_id(message: bytes) -> str:
    try:
        return read_header(parse(message), 0).control_id  # found as the receiver finds it, also in a shifted MSH
    except SenderError:
        return ""


def _read_answer(raw: bytes, control_id: str) -> Answer | None:
    """The answer in these bytes, or ``None`` when it is no answer to that message."""
    try:
        msa = parse(raw).first("MSA")
    except SenderError:
        return None
    if msa is None or (control_id and msa.text(2) not in ("", control_id)):
        return None
    code = msa.text(1).upper()
    return Answer(code in ("AA", "CA"), code, msa.text(3), raw)
