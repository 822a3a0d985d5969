"""OBX rows with every field where it belongs, whatever the sender left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from holdfast.gateways.hl7.codes import Coding, codings, find_unit
from holdfast.gateways.hl7.er7 import Segment, unescape

_PLAIN_TEXT = {"ST", "TX", "FT", "IS", "ID", "SI", "TN"}
_CODED = {"CE", "CWE", "CNE", "CF"}
_TIMES = {"DT", "TM", "TS", "DTM", "DR"}
_OTHER = {"ED", "RP", "CX", "XCN", "XPN", "XAD", "XTN", "EI", "HD", "PN", "CK"}
TEXT_TYPES = frozenset(_PLAIN_TEXT | _CODED | _TIMES | _OTHER)
SAMPLE_TYPES = frozenset({"NA", "MA"})
_VALUE_TYPES = TEXT_TYPES | SAMPLE_TYPES | {"NM", "SN", "NR"}
_SETTINGS = ("SETTING", "CONFIGURATION", "ASET", "MSET")


class Role(Enum):
    """What a row is for."""

    STRUCTURE = auto()
    """Names the device, module or channel that the next rows belong to; carries no value."""
    ATTRIBUTE = auto()
    """Says something about another row (sample rate, resolution, alarm state)."""
    EVENT = auto()
    """An alarm."""
    MEASURE = auto()
    """Anything else: a value or a waveform."""


@dataclass(frozen=True, slots=True)
class Row:
    """One OBX, put straight."""

    segment: Segment
    kind: str
    """OBX-2 in upper case; empty when the sender left it out."""
    role: Role
    name: str
    """The MDC name, or the vendor's label."""
    identifier: tuple[str, ...]
    """Components of OBX-3."""
    sub_id: str
    value: str
    """OBX-5 as written."""
    unit: tuple[str, ...]
    flags: frozenset[str]
    status: str
    time: str
    is_setting: bool
    group: int
    """Which OBR it stands under (0: none yet)."""

    @property
    def parent(self) -> str:
        """Sub-id without its last part: what an attribute row hangs on."""
        return self.sub_id.rpartition(".")[0]

    @property
    def plain_value(self) -> str:
        """OBX-5 unescaped and stripped."""
        return unescape(self.value, self.segment.separators).strip()

    @property
    def value_parts(self) -> list[str]:
        """Components of OBX-5, unescaped."""
        return self.segment.components(5)


def read_row(segment: Segment, group: int) -> Row:
    """Straighten one OBX segment."""
    segment = _straighten(segment)
    identifier = tuple(segment.components(3))
    found = codings(identifier)
    mdc = next((coding for coding in found if coding.is_mdc_name), found[0] if found else None)
    flags = frozenset(
        part.strip().upper()
        for repetition in segment.repetitions(8)
        for part in repetition.split(segment.separators.component)
    )
    setting = f"{segment.field(13)} {segment.field(17)}".upper()
    return Row(
        segment=segment,
        kind=segment.text(2).upper(),
        role=_role(mdc),
        name=mdc.name if mdc else "",
        identifier=identifier,
        sub_id=segment.text(4),
        value=segment.field(5),
        unit=tuple(segment.components(6)),
        flags=flags,
        status=segment.text(11).upper(),
        time=segment.text(14),
        is_setting=any(re.search(rf"\b{word}\b", setting) for word in _SETTINGS),
        group=group,
    )


def _role(coding: Coding | None) -> Role:
    if coding is None:
        return Role.MEASURE
    if coding.system.endswith("ALERT") or re.match(r"MDCX?_EVT_", coding.name):
        return Role.EVENT
    if re.match(r"MDCX?_ATTR_", coding.name):
        return Role.ATTRIBUTE
    return Role.STRUCTURE if coding.name.startswith("MDC_DEV_") else Role.MEASURE


def _straighten(segment: Segment) -> Segment:
    """Undo the three shifts that senders make."""
    separator = segment.separators.component
    fields = list(segment.fields)
    if separator in segment.field(2):
        # An identifier where the value type belongs: OBX-2 was left out (K12), or OBX-1 was.
        fields.insert(1 if segment.field(1).strip().upper() in _VALUE_TYPES else 2, "")
        segment = segment.with_fields(tuple(fields))
    if not segment.field(6).strip() and _is_unit(segment.components(7)):
        # VitalRecorder writes the unit of a waveform one field late, and everything after it.
        del fields[6]
        segment = segment.with_fields(tuple(fields))
    return segment


def _is_unit(components: Sequence[str]) -> bool:
    return any(re.search(r"[A-Za-z%°]", part) for part in components) and find_unit(tuple(components))[0] is not None
