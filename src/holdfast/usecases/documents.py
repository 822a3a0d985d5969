"""What is put on paper, as plain values: a document of blocks and the label of a bag. ``Paper`` sets them."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph. ``problem`` stands out (a break, something missing), ``opinion`` is set apart from facts."""

    text: str
    kind: Literal["plain", "small", "problem", "opinion", "fixed"] = "plain"
    """``fixed``: line for line in letters of one width."""


@dataclass(frozen=True)
class Rows:
    """A table. ``shares`` of the width, one for each column; a row that begins with ``mark`` stands out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Strip:
    """One value over time: parallel tuples of moments and of last, low and high values."""

    label: str
    unit: str
    from_us: int
    to_us: int
    at_us: tuple[int, ...]
    last: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """A PNG or JPEG with what stands below it."""

    data: bytes
    caption: str


Block = Heading | Text | Rows | Strip | Picture


@dataclass(frozen=True)
class Document:
    """Pages of blocks; ``foot`` stands on every page beside its number."""

    title: str
    foot: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Label:
    """The label of a bag: its lines, the address that opens the item, and the same in letters."""

    lines: tuple[str, ...]
    address: str
    code: str


class Paper(Protocol):
    """Sets documents; nothing in a text acts as markup. The same content gives the same bytes."""

    def document(self, document: Document) -> bytes:
        """A PDF, A4."""
        ...

    def label(self, label: Label) -> bytes:
        """A PDF of one label."""
        ...

    def qr_svg(self, text: str) -> bytes:
        """The text as a QR code."""
        ...
