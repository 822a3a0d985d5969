"""HL7 v2 text ("ER7"), read by hand: tolerant where senders are sloppy, never raising on content.

A field that is not there is ``""``; nothing here raises ``IndexError`` or ``UnicodeError``. The
one refusal is a message without an MSH segment: there is then nothing to hold on to.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from holdfast.kernel import limits
from holdfast.kernel.errors import SenderError

_CHARSETS = {
    "ASCII": "ascii",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "GB2312": "gb18030",
    "GBK": "gb18030",
    "CP936": "gb18030",
    "BIG-5": "big5",
    "BIG5": "big5",
    "KS X 1001": "euc_kr",
    "ISO IR14": "iso2022_jp",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
    "ISO IR6": "ascii",
    "ISO IR100": "latin-1",
    **{f"8859/{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"ISO-8859-{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"WINDOWS-125{part}": f"cp125{part}" for part in range(9)},
}
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")


@dataclass(frozen=True, slots=True)
class Separators:
    """The five characters that MSH-1 and MSH-2 declare."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def encoding_characters(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent


STANDARD = Separators()


@dataclass(frozen=True, slots=True)
class Segment:
    """One line. ``fields[n]`` is field n of the standard (for MSH too: ``fields[1]`` is the separator)."""

    name: str
    raw: str
    fields: tuple[str, ...]
    separators: Separators

    def field(self, number: int) -> str:
        """Field as written (escapes kept), or ``""``."""
        return self.fields[number] if number < len(self.fields) else ""

    def text(self, number: int, component: int = 1) -> str:
        """One component (from 1) of the first repetition, unescaped and stripped, or ``""``."""
        first = self.field(number).split(self.separators.repetition, 1)[0]
        parts = first.split(self.separators.component)
        return unescape(parts[component - 1], self.separators).strip() if component <= len(parts) else ""

    def components(self, number: int) -> list[str]:
        """All components of the first repetition, unescaped and stripped."""
        first = self.field(number).split(self.separators.repetition, 1)[0]
        return [unescape(part, self.separators).strip() for part in first.split(self.separators.component)]

    def repetitions(self, number: int) -> list[str]:
        """All repetitions as written; one empty string for an absent field."""
        return self.field(number).split(self.separators.repetition)

    def with_fields(self, fields: tuple[str, ...]) -> "Segment":
        """The same line with its fields put where they belong."""
        return Segment(self.name, self.raw, fields, self.separators)


@dataclass(frozen=True, slots=True)
class Er7Message:
    """Segments in order; the first is MSH."""

    segments: tuple[Segment, ...]
    separators: Separators
    charset: str

    @property
    def msh(self) -> Segment:
        """The message header."""
        return self.segments[0]

    def first(self, name: str) -> Segment | None:
        """First segment of that name."""
        return next((segment for segment in self.segments if segment.name == name), None)


def parse(raw: bytes) -> Er7Message:
    """Read one message; raises ``SenderError`` when it has no MSH segment or far too many segments."""
    text, charset = decode(raw)
    lines = [line.strip(" \t\x00\x0b\x1c") for line in text.replace("\n", "\r").split("\r")]
    lines = [line for line in lines if line]
    begin = next((index for index, line in enumerate(lines) if line.startswith("MSH")), None)
    if begin is None:
        raise SenderError("The message has no MSH segment.", "Set the sender's output format to HL7 v2 (ORU^R01).")
    lines = lines[begin:]
    if len(lines) > limits.SEGMENTS_MAX:
        raise SenderError(
            f"The message has {len(lines)} segments; {limits.SEGMENTS_MAX} is the most that is read.",
            "Let the sender send more often, with less in each message.",
        )
    separators = _separators(lines[0])
    return Er7Message(tuple(_segment(line, separators) for line in lines), separators, charset)


def _segment(line: str, separators: Separators) -> Segment:
    fields = line.split(separators.field)
    name = fields[0].strip()
    if name == "MSH":
        fields.insert(1, separators.field)
    elif not _SEGMENT_NAME.fullmatch(name):
        name = ""  # a wrapped line or a checksum: kept, and nothing is made of it
    return Segment(name, line, tuple(fields), separators)


def _separators(header: str) -> Separators:
    """From MSH-1 and MSH-2; the usual character wherever the declared one cannot be a separator."""
    field = header[3:4]
    if not _can_separate(field):
        field = STANDARD.field
    declared = header[4:].split(field, 1)[0]
    chosen = [field]
    for index, usual in enumerate(STANDARD.encoding_characters):
        candidate = declared[index : index + 1]
        if not _can_separate(candidate) or candidate in chosen:
            candidate = usual
        chosen.append(candidate)
    return Separators(*chosen)


def _can_separate(character: str) -> bool:
    return len(character) == 1 and character.isprintable() and not character.isalnum() and character not in ' .-+"'


def decode(raw: bytes) -> tuple[str, str]:
    """Text and the charset that made it: byte order mark, MSH-18, UTF-8, then Latin-1, which takes anything."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw.decode(charset, errors="replace"), charset
    declared = _declared_charset(raw)
    for charset in (declared, "utf-8"):
        if charset:
            try:
                return raw.decode(charset), charset
            except (UnicodeError, LookupError):
                continue
    return raw.decode("latin-1"), "latin-1"


def _declared_charset(raw: bytes) -> str:
    start = raw.find(b"MSH")
    if start < 0:
        return ""
    header = re.split(rb"[\r\n]", raw[start : start + 4096], maxsplit=1)[0].decode("latin-1")
    fields = header.split(_separators(header).field)
    name = fields[17].split("~")[0].strip().upper() if len(fields) > 17 else ""
    return _CHARSETS.get(name, "")


@lru_cache(maxsize=64)
def _escape_pattern(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(f"{mark}([FSTREHN]|X[0-9A-Fa-f]*|[.][a-z]{{2}}[^{mark}]*|[CMZ][0-9A-Fa-f]+){mark}")


def unescape(text: str, separators: Separators = STANDARD) -> str:
    """Replace escape sequences; one that is not understood stays as written."""
    if separators.escape not in text:
        return text
    plain = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": separators.escape,
        "H": "",
        "N": "",
    }

    def replace(match: re.Match[str]) -> str:
        body = match.group(1)
        if body in plain:
            return plain[body]
        if body[0] == "X":
            return _hex_text(body[1:])
        return "\n" if body.startswith((".br", ".sp")) else ""

    return _escape_pattern(separators.escape).sub(replace, text)


def _hex_text(digits: str) -> str:
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def escape(text: str, separators: Separators = STANDARD) -> str:
    """Make text safe to stand inside a field; line ends become ``\\X0D\\``."""
    out = text.replace(separators.escape, f"{separators.escape}E{separators.escape}")
    for character, code in (
        (separators.field, "F"),
        (separators.component, "S"),
        (separators.subcomponent, "T"),
        (separators.repetition, "R"),
        ("\r", "X0D"),
        ("\n", "X0A"),
        ("\x0b", "X0B"),
        ("\x1c", "X1C"),
    ):
        out = out.replace(character, f"{separators.escape}{code}{separators.escape}")
    return out
