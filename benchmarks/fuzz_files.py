"""Targets ``wfdb`` (a record of two files), ``trends`` (a monitor's CSV export) and ``service`` (a dog's CSV history).

Faults: an exception besides a refusal in words; a played message that the encoder or our own reader does not take; a
row of a dog's history that is neither an entry nor refused with its reason.
"""

import math
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

from fuzz_bytes import Fault, Target
from holdfast.gateways.files import csv_export
from holdfast.gateways.files.replay import Recording, open_recording
from holdfast.gateways.hl7.encode import encode_message
from holdfast.gateways.hl7.reading import read_message
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.time import from_datetime
from holdfast.usecases.service_rows import Columns, check_columns, guessed, read_row, table

NOW_US = 1_790_000_000_000_000
_HEADER_END = b"\n%%%\n"
"""Between the header and the samples of a record, in one case."""
_PLAYED_MAX = 4
_COUNTED_S = 3_600


def _play(recording: Recording) -> None:
    """The first seconds, as they would be sent and read again."""
    if not math.isfinite(recording.duration_s) or recording.duration_s < 0:
        raise Fault(f"it lasts {recording.duration_s} s")
    for number, message in enumerate(recording.messages(NOW_US)):
        if number >= _PLAYED_MAX:
            return
        raw = encode_message(message)
        reading = read_message(raw, received_us=NOW_US)
        if reading.problem:
            raise Fault(f"our own message cannot be read: {reading.problem}")


def wfdb() -> Target:
    folder = tempfile.TemporaryDirectory(prefix="holdfast-fuzz-")
    place = Path(folder.name)
    warnings.simplefilter("ignore")

    def check(data: bytes) -> str:
        header, _, samples = data.partition(_HEADER_END)
        (place / "r.hea").write_bytes(header)
        (place / "r.dat").write_bytes(samples)
        try:
            _play(open_recording(place / "r.hea"))
        except HoldfastError:
            return "refused"
        return "played"

    header = b"r 2 250 300\nr.dat 16 200(0)/mV 12 0 0 0 0 II\nr.dat 16 200/mV 12 0 0 0 0 V\n#a comment"
    packed = b"r 1 125 300\nr.dat 212 100/mV 11 1024 0 0 0 MLII\n"
    other = b"r 2 250 300\nr.dat 80 20/NU 8 0 0 0 0 PLETH\nr.dat 80 20/mmHg 8 0 0 0 0 ABP\n# unusable 0.5 1.0"
    samples = b"".join((round(500 * math.sin(n / 20)) & 0xFFFF).to_bytes(2, "little") for n in range(600))
    seeds = [part + _HEADER_END + samples for part in (header, packed, other)]
    tokens = (b"0", b"-1", b"1e9", b"nan", b"250/1", b"r.dat", b"~", b"../r.dat", b"16x2", b"16:3", b"16+24", b"310",
              b"311", b"508", b"61", b"(0)", b"/", b" ", b"\n", b"r/2 2 250 300", b"9999999", b"#")  # fmt: skip
    return Target(seeds, tokens, check, ("holdfast.gateways.files",), (b"\n", b" "), 300, folder.cleanup)


def trends() -> Target:
    def check(data: bytes) -> str:
        try:
            export = csv_export.parse("t", data.decode("utf-8-sig", "replace"))
            recording = Recording(export.name, export.duration_s + 1, export)
            _play(recording)
            if export.duration_s < _COUNTED_S:
                played = sum(len(message.numerics) for message in recording.messages(NOW_US))
                if played != len(export.numerics):
                    raise Fault(f"{len(export.numerics)} values were read, {played} are played")
        except HoldfastError:
            return "refused"
        return "read"

    seeds = [
        b"Date,19.03.24\nTime,HR,SpO2,T1,IP1_S\n,/min,%,C,mmHg\n10:00:00,88,97,38.5,120\n10:00:05,89,0,38.6,121\n",
        b"timestamp,Heart rate,etco2,temp\n2024-03-19T10:00:00+01:00,100,38,\n2024-03-19T10:01:00+01:00,101,-,101.2\n",
        b"Datetime,hr,rr\n2024-03-19 23:59:59,60,12\n2024-03-20 00:00:04,61,---\n",
    ]
    tokens = (b",", b";", b"\n", b'"', b"24:00:00", b"9999-12-31T23:59:59", b"0001-01-01 00:00:00-23:59", b"nan",
              b"1e999", b"-", b"Time", b"\xff", b"\x00", b"10:00", b"99.99.99", b"1,5", b"\xef\xbb\xbf")  # fmt: skip
    return Target(seeds, tokens, check, ("holdfast.gateways.files",), (b"\n", b","))


def service() -> Target:
    def check(data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        try:
            rows = table(text)
            said = Columns(columns=guessed(rows.header), kind="training")
            check_columns(said, rows.header)
        except HoldfastError:
            return "refused"
        taken = 0
        for row in rows.rows:
            read = read_row("d1", row, said, rows.sha256, _instant, lambda event: event)
            if read.event is None and not read.why:
                raise Fault(f"row {read.row} is neither taken nor refused in words")
            taken += read.event is not None
        return "taken" if taken else "no row taken"

    seeds = [
        b"date,time,kind,hours,place,by,note\n2024-03-19,10:00,training,2,Field,Ada,ran\n"
        b"2024-03-20,11:00,deployment,4.5,Mine,Bo,\n",
        b"Date;Kind;Minutes;What\n19.03.2024;injury;12;cut paw\n20.03.2024;blast;3;20 m away\n",
    ]
    tokens = (b",", b";", b"\t", b"\n", b'"', b"0001-01-01", b"9999-12-31", b"25:61", b"1e309", b"-1", b"nan", b"\xff",
              b"\x00", b"kind", b"date", b"exposure", b"blast", b"injury", b"," * 120)  # fmt: skip
    packages = ("holdfast.usecases.service_rows",)
    return Target(seeds, tokens, check, packages, (b"\n", b",", b";"))


def _instant(local: datetime) -> int:
    return from_datetime(local.replace(tzinfo=UTC) if local.tzinfo is None else local)
