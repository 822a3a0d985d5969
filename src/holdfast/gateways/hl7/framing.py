"""MLLP framing without I/O: bytes in, frames out, whatever the sender forgot.

The protocol is ``0x0B message 0x1C 0x0D``. Real monitors leave out the start, the end, both, or
put other bytes between. Every decision below depends on the sequence of bytes alone, never on how
the network cut it; that is what makes any cutting give the same frames.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from holdfast.kernel import limits

START = b"\x0b"
END = b"\x1c"
END_OF_FRAME = b"\x1c\x0d"

_CONTROL = re.compile(rb"[\x0b\x1c]")
_LINE_END = re.compile(rb"[\r\n]")
_NEXT_MESSAGE = re.compile(rb"(?<=[\r\n])(?=MSH)")
_MARKERS = (b"MSH", b"\xef\xbb\xbfMSH")
_NOISE = b" \t\r\n\x00"

STRAY = "These bytes are not part of a message: they came before any start of one."
CUT = "The message was cut off in the middle of a segment; what followed was lost."


def too_long(limit: int) -> str:
    """Reason of a frame that grew past the limit."""
    return f"The message is longer than {limit} bytes; only the beginning was kept. Check what the sender is sending."


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes of one message without the framing, or, with a ``reason``, bytes that are not one."""

    data: bytes
    reason: str = ""
    """Empty for a message to be read; otherwise one sentence: why it must not be read."""


class State(Enum):
    """Where the decoder stands between two bytes."""

    LOOSE = auto()
    """Outside a frame: noise, strays or unframed messages."""
    FRAMED = auto()
    """After 0x0B, before 0x1C."""


class Signal(Enum):
    """What can happen next."""

    START = auto()
    END = auto()
    TEXT = auto()
    SILENCE = auto()
    CLOSE = auto()


class FrameDecoder:
    """Collects frames from a byte stream. Never raises, whatever the bytes."""

    def __init__(self, limit: int = limits.MESSAGE_BYTES_MAX) -> None:
        self._limit = limit
        self._state = State.LOOSE
        self._kept = bytearray()
        self._overflowed = False
        # Bytes at the start of a loose line that may still turn out to begin with MSH.
        self._undecided = b""
        self._at_line_start = True
        self._out: list[Frame] = []

    @property
    def waits_for_silence(self) -> bool:
        """True while bytes are held that only silence (or the end) can complete."""
        return self._state is State.LOOSE and bool(self._kept.strip(_NOISE) or self._undecided)

    def feed(self, data: bytes) -> list[Frame]:
        """Frames completed by these bytes."""
        position = 0
        for control in _CONTROL.finditer(data):
            self._signal(Signal.TEXT, data[position : control.start()])
            self._signal(Signal.START if control.group() == START else Signal.END)
            position = control.end()
        self._signal(Signal.TEXT, data[position:])
        return self._take()

    def idle(self, silent_s: float) -> list[Frame]:
        """Tell how long nothing came; an unframed message is complete after ``UNFRAMED_IDLE_S``."""
        if silent_s >= limits.UNFRAMED_IDLE_S:
            self._signal(Signal.SILENCE)
        return self._take()

    def eof(self) -> list[Frame]:
        """The stream ended: whatever is held comes out."""
        self._signal(Signal.CLOSE)
        return self._take()

    def _take(self) -> list[Frame]:
        frames, self._out = self._out, []
        return frames

    def _signal(self, signal: Signal, text: bytes = b"") -> None:
        act, self._state = TRANSITIONS[self._state, signal]
        act(self, text)

    # What the table refers to.

    def _keep(self, text: bytes) -> None:
        room = self._limit - len(self._kept)
        if len(text) > room:
            self._overflowed = True
            text = text[: max(0, room)]
        self._kept += text

    def _keep_lines(self, text: bytes) -> None:
        """Outside a frame a line that begins with MSH begins a new message."""
        position = 0
        while position < len(text):
            ending = _LINE_END.search(text, position)
            stop = ending.end() if ending else len(text)
            self._keep_line_part(text[position:stop])
            if ending:
                self._settle()
                self._at_line_start = True
            position = stop

    def _keep_line_part(self, part: bytes) -> None:
        if not self._at_line_start:
            self._keep(part)
            return
        part = self._undecided + part
        self._undecided = b""
        if any(len(part) < len(marker) and marker.startswith(part) for marker in _MARKERS):
            self._undecided = part
            return
        if part.startswith(_MARKERS):
            self._finish_pieces()
        self._at_line_start = False
        self._keep(part)

    def _settle(self) -> None:
        held, self._undecided = self._undecided, b""
        self._keep(held)

    def _finish_loose(self, _text: bytes) -> None:
        self._settle()
        self._finish_pieces()
        self._at_line_start = True

    def _finish_pieces(self) -> None:
        piece = self._piece()
        if self._was_overflow(piece):
            return
        if piece.startswith(_MARKERS):
            self._out.append(Frame(piece))
        elif piece.strip(_NOISE):
            self._out.append(Frame(piece, STRAY))

    def _finish_framed(self, _text: bytes) -> None:
        piece = self._piece()
        if not self._was_overflow(piece):
            self._emit(piece)

    def _finish_cut(self, _text: bytes) -> None:
        """A frame without its end: its last, unfinished segment may hold half a number and is set apart."""
        piece = self._piece()
        if self._was_overflow(piece):
            return
        whole = max(piece.rfind(b"\r"), piece.rfind(b"\n")) + 1
        self._emit(piece[:whole])
        if piece[whole:].strip(_NOISE):
            self._out.append(Frame(piece[whole:], CUT))

    def _emit(self, framed: bytes) -> None:
        """One frame may hold the messages of several beds."""
        for message in _NEXT_MESSAGE.split(framed):
            if message.strip(_NOISE):
                self._out.append(Frame(message))

    def _wait(self, _text: bytes) -> None:
        """A framed message may take its time."""

    def _piece(self) -> bytes:
        piece = bytes(self._kept)
        self._kept.clear()
        return piece

    def _was_overflow(self, piece: bytes) -> bool:
        if self._overflowed:
            self._overflowed = False
            self._out.append(Frame(piece, too_long(self._limit)))
            return True
        return False


TRANSITIONS: dict[tuple[State, Signal], tuple[Callable[[FrameDecoder, bytes], None], State]] = {
    (State.LOOSE, Signal.TEXT): (FrameDecoder._keep_lines, State.LOOSE),
    (State.LOOSE, Signal.START): (FrameDecoder._finish_loose, State.FRAMED),
    (State.LOOSE, Signal.END): (FrameDecoder._finish_loose, State.LOOSE),
    (State.LOOSE, Signal.SILENCE): (FrameDecoder._finish_loose, State.LOOSE),
    (State.LOOSE, Signal.CLOSE): (FrameDecoder._finish_loose, State.LOOSE),
    (State.FRAMED, Signal.TEXT): (FrameDecoder._keep, State.FRAMED),
    (State.FRAMED, Signal.START): (FrameDecoder._finish_cut, State.FRAMED),
    (State.FRAMED, Signal.END): (FrameDecoder._finish_framed, State.LOOSE),
    (State.FRAMED, Signal.SILENCE): (FrameDecoder._wait, State.FRAMED),
    (State.FRAMED, Signal.CLOSE): (FrameDecoder._finish_cut, State.LOOSE),
}
"""(where it stands, what happens) -> (what it does, where it stands then). The carriage return after 0x1C is
noise at the start of LOOSE, which is why a sender that omits it changes nothing."""


def encode_frame(message: bytes) -> bytes:
    """The message with MLLP framing around it."""
    return START + message + END_OF_FRAME


def frames_of(data: bytes) -> list[Frame]:
    """All frames of a whole file or recording, framed or not."""
    decoder = FrameDecoder()
    return decoder.feed(data) + decoder.eof()
