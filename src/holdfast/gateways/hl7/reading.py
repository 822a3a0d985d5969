"""One HL7 message in, one typed reading out: what is charted, what is refused and why.

Nothing is dropped silently: every OBX ends up as a value, a waveform, an alert, a refusal with its
reason, or a note (structure, attributes and text that are no measurement). A broken row never spoils
the others; a broken message is a ``problem``, never an exception.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.gateways.hl7.alerts import attributes_by_parent, is_alert, read_alert
from holdfast.gateways.hl7.codes import Identity, identify
from holdfast.gateways.hl7.dtm import Moment, parse_dtm
from holdfast.gateways.hl7.er7 import Er7Message, parse
from holdfast.gateways.hl7.header import Header, device_key, read_header
from holdfast.gateways.hl7.queries import QUERIES, Query, read_query
from holdfast.gateways.hl7.rows import TEXT_TYPES, Role, Row, read_row
from holdfast.gateways.hl7.values import NotCharted, plain_number, read_value
from holdfast.gateways.hl7.waves import INOPERATIVE, LEAD_OFF, Draft, Window, collect, read_wave
from holdfast.kernel import limits
from holdfast.kernel.errors import SenderError
from holdfast.record.monitor import Alert, MonitorMessage, Numeric, Refusal, Wave

_DEMOGRAPHICS = "It came with demographics ({kind}): typed in, not measured."
_UNREADABLE_TIME = (
    "The row's own time cannot be read or lies outside 1990 to 2200, so nobody can say how old the value is."
)
_OUR_FAULT = "This release of Holdfast stumbled over the message ({error}). Please report it with the bytes kept here."


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says."""

    kind: str
    """``ORU^R01`` and so on; empty when the message does not say."""
    control_id: str
    message: MonitorMessage | None = None
    """``None`` when the message carries no observations (a query, demographics, an acknowledgement)."""
    query: Query | None = None
    problem: str | None = None
    """The whole message is unusable: why, and what to do."""
    header: Header | None = None
    """For the answer; ``None`` when there is no MSH segment."""
    notes: tuple[str, ...] = ()
    """Rows that are no measurement: structure, attributes, coded states, text. As they came."""


@dataclass
class _Sheet:
    """What has been read so far."""

    numerics: list[Numeric] = field(default_factory=list)
    waves: list[Wave] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples_left: int = limits.SAMPLES_PER_MESSAGE_MAX

    def refuse(self, row: Row, reason: str, key: str) -> None:
        self.refused.append(Refusal(segment=row.segment.raw, reason=reason, key=key))


@dataclass(frozen=True, slots=True)
class _Times:
    """Where a row's time comes from: itself, its OBR, the message, the moment it arrived."""

    offset_min: int
    obr_start: dict[int, Moment | None]
    obr_end: dict[int, Moment | None]
    sent: Moment

    def of_row(self, row: Row) -> Moment:
        own = self._own(row)
        return own or self.obr_start.get(row.group) or self.obr_end.get(row.group) or self.sent

    def window(self, row: Row) -> Window:
        start = self._own(row) or self.obr_start.get(row.group)
        end = self.obr_end.get(row.group)
        return Window(start.at_us if start else None, end.at_us if end else None, self.sent.at_us)

    def _own(self, row: Row) -> Moment | None:
        if not row.time or row.time == '""':
            return None
        moment = parse_dtm(row.time, self.offset_min)
        if moment is None or not moment.to_the_minute:
            raise NotCharted(_UNREADABLE_TIME)
        return moment


def read_message(raw: bytes, *, received_us: int, default_offset_min: int = 0) -> Reading:
    """Read the bytes of one message (without framing). Never raises.

    ``default_offset_min`` is the clinic's offset from UTC, for senders that write no zone.
    """
    header: Header | None = None
    try:
        message = parse(raw)
        header = read_header(message, default_offset_min)
        return _read(message, header, received_us, default_offset_min)
    except SenderError as error:
        problem = str(error)
    except Exception as error:
        # The tests hold that this is never reached. If it is, the message must still be answered and kept:
        # without an answer its sender would repeat it for ever.
        problem = _OUR_FAULT.format(error=f"{type(error).__name__}: {error}")
    kind, control_id = (header.kind, header.control_id) if header else ("", "")
    return Reading(kind, control_id, header=header, problem=problem)


def _read(message: Er7Message, header: Header, received_us: int, default_offset_min: int) -> Reading:
    if not header.kind:
        return Reading(
            "", header.control_id, header=header,
            problem="The message does not say what kind it is (MSH-9). Set the sender to HL7 v2 ORU^R01.",
        )  # fmt: skip
    if header.kind in QUERIES:
        return Reading(header.kind, header.control_id, query=read_query(message, header.kind), header=header)
    if message.first("MSA") or header.kind.startswith("ACK"):
        return Reading(header.kind, header.control_id, header=header)
    return _read_observations(message, header, received_us, default_offset_min)


def _read_observations(message: Er7Message, header: Header, received_us: int, default_offset_min: int) -> Reading:
    rows, times = _rows_and_times(message, header, received_us, default_offset_min)
    sheet = _Sheet()
    if header.kind.startswith("ORU"):
        _read_rows(rows, times, sheet)
    else:
        _set_aside(rows, header.kind, sheet)
    sent_us = header.sent.at_us if header.sent and header.sent.to_the_minute else received_us
    said_something = header.kind.startswith("ORU") or sheet.refused
    return Reading(
        kind=header.kind,
        control_id=header.control_id,
        header=header,
        notes=tuple(sheet.notes),
        message=MonitorMessage(
            device=device_key(message),
            control_id=header.control_id,
            sent_us=sent_us,
            origin=header.origin,
            numerics=tuple(sheet.numerics),
            waves=tuple(sheet.waves),
            refused=tuple(sheet.refused),
            alerts=tuple(sheet.alerts),
        )
        if said_something
        else None,
    )


def _rows_and_times(
    message: Er7Message, header: Header, received_us: int, default_offset_min: int
) -> tuple[list[Row], _Times]:
    # HL7: a zone in MSH-7 holds for every time in the message that has none.
    offset_min = header.sent.offset_min if header.sent else default_offset_min
    received = Moment(received_us, offset_min, zoned=False, to_the_minute=True)
    sent = header.sent if header.sent and header.sent.to_the_minute else received
    times = _Times(offset_min, {}, {}, sent)
    rows: list[Row] = []
    group = 0
    for segment in message.segments:
        if segment.name == "OBR":
            group += 1
            # OBR-4 left out moves the times one field to the left (seen once).
            shift = 1 if segment.field(6) and not segment.field(4) and not segment.field(8) else 0
            for number, table in ((7 - shift, times.obr_start), (8 - shift, times.obr_end)):
                moment = parse_dtm(segment.text(number), offset_min)
                table[group] = moment if moment and moment.to_the_minute else None
        elif segment.name == "OBX":
            rows.append(read_row(segment, group))
    return rows, times


def _set_aside(rows: list[Row], kind: str, sheet: _Sheet) -> None:
    """Demographics and the like make no vital sign, whatever stands in them."""
    for row in rows:
        if plain_number(row.plain_value) is None:
            sheet.notes.append(row.segment.raw)
        else:
            sheet.refuse(row, _DEMOGRAPHICS.format(kind=kind), "")


def _read_rows(rows: list[Row], times: _Times, sheet: _Sheet) -> None:
    drafts, used = collect(rows)
    said = attributes_by_parent(rows)
    sensors_off = {
        (row.group, row.parent)
        for index, row in enumerate(rows)
        if row.name == INOPERATIVE and row.parent and index not in used and plain_number(row.plain_value) != 0
    }
    for index, row in enumerate(rows):
        if index in drafts:
            _read_draft(drafts[index], times, sheet)
        elif index in used or row.role in (Role.STRUCTURE, Role.ATTRIBUTE):
            sheet.notes.append(row.segment.raw)
        elif row.role is Role.EVENT:
            _read_event(row, said.get((row.group, row.parent), {}), times, sheet)
        elif _is_no_measurement(row):
            sheet.notes.append(row.segment.raw)
        else:
            _read_numeric(row, (row.group, row.sub_id) in sensors_off, times, sheet)


def _is_no_measurement(row: Row) -> bool:
    """Text and coded states; and rows of unknown meaning without a value (containers)."""
    if identify(row.identifier, waveform=False).term:
        return False
    if not row.plain_value:
        return True
    return row.kind in TEXT_TYPES and plain_number(row.plain_value) is None


def _read_numeric(row: Row, sensor_off: bool, times: _Times, sheet: _Sheet) -> None:
    identity = identify(row.identifier, waveform=False)
    try:
        value, unit = read_value(row, identity)
        if sensor_off:
            raise NotCharted(LEAD_OFF)
        moment = times.of_row(row)
    except NotCharted as outcome:
        sheet.refuse(row, outcome.reason, _refusal_key(identity))
        return
    sheet.numerics.append(
        Numeric(
            key=identity.key,
            code=identity.code,
            name=identity.name,
            value=value,
            unit=unit,
            at_us=moment.at_us,
            utc_offset_min=moment.offset_min,
            channel=row.sub_id,
        )
    )


def _read_draft(draft: Draft, times: _Times, sheet: _Sheet) -> None:
    identity = identify(draft.row.identifier, waveform=True)
    try:
        wave = read_wave(draft, identity, times.window(draft.row), room=sheet.samples_left)
    except NotCharted as outcome:
        sheet.refuse(draft.row, outcome.reason, _refusal_key(identity))
        return
    sheet.waves.append(wave)
    sheet.samples_left -= len(wave.samples) // 4
    if wave.inoperative:
        sheet.refuse(draft.row, LEAD_OFF, wave.key)


def _read_event(row: Row, attributes: Mapping[str, str], times: _Times, sheet: _Sheet) -> None:
    if not is_alert(row) or (row.name == INOPERATIVE and plain_number(row.plain_value) == 0):
        sheet.notes.append(row.segment.raw)
        return
    try:
        at_us = times.of_row(row).at_us
    except NotCharted:
        at_us = times.sent.at_us  # an alarm is shown even when its own time is broken
    sheet.alerts.append(read_alert(row, attributes, at_us))


def _refusal_key(identity: Identity) -> str:
    return identity.key if identity.term or identity.problem else ""
