"""A recording as the messages a monitor would have sent: one per second of record time, marked as replayed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from holdfast.gateways.files import csv_export, wfdb_record
from holdfast.gateways.files.csv_export import CsvExport
from holdfast.gateways.files.wfdb_record import Floats, RecordedWave, WfdbRecord
from holdfast.kernel.errors import SenderError
from holdfast.kernel.time import US_PER_S
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave

_CODES = {
    "ecg": ("131328", "MDC_ECG_ELEC_POTL"),
    "ecg_i": ("131329", "MDC_ECG_ELEC_POTL_I"),
    "ecg_ii": ("131330", "MDC_ECG_ELEC_POTL_II"),
    "ecg_iii": ("131389", "MDC_ECG_ELEC_POTL_III"),
    "ecg_avr": ("131390", "MDC_ECG_ELEC_POTL_AVR"),
    "ecg_avl": ("131391", "MDC_ECG_ELEC_POTL_AVL"),
    "ecg_avf": ("131392", "MDC_ECG_ELEC_POTL_AVF"),
    "ecg_v": ("131395", "MDC_ECG_ELEC_POTL_V"),
    "pleth": ("150452", "MDC_PULS_OXIM_PLETH"),
    "resp": ("151780", "MDC_IMPED_TTHOR"),
    "art": ("150032", "MDC_PRESS_BLD_ART"),
    "co2": ("151700", "MDC_CONC_AWAY_CO2"),
    "cvp": ("150084", "MDC_PRESS_BLD_VEN_CENT"),
}
"""MDC number and name per wave key (ISO/IEEE 11073-10101)."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording of either kind, ready to be played."""

    name: str
    duration_s: float
    source: WfdbRecord | CsvExport

    @property
    def device(self) -> str:
        """The key under which the recording appears as a device."""
        return f"REPLAY:{self.name}"

    def messages(self, start_us: int) -> Iterator[MonitorMessage]:
        """One message per second of record, each holding the second that ends when it is sent; the first second
        of the record begins at ``start_us``. A last, partial second is sent as it is."""
        numerics = {} if isinstance(self.source, WfdbRecord) else _by_second(self.source)
        shift_us = 0 if isinstance(self.source, WfdbRecord) else start_us - self.source.start_us
        recorded = self.source.waves if isinstance(self.source, WfdbRecord) else ()
        for second in range(max(1, math.ceil(self.duration_s))):
            cut = (_wave(wave, second, start_us) for wave in recorded)
            yield MonitorMessage(
                device=self.device,
                control_id=f"{self.name}-{start_us}-{second}",
                sent_us=start_us + (second + 1) * US_PER_S,
                origin=Origin.REPLAYED,
                waves=tuple(wave for wave in cut if wave is not None),
                numerics=tuple(_moved(numeric, shift_us) for numeric in numerics.get(second, ())),
            )


def open_recording(path: Path) -> Recording:
    """Read a WFDB record (.hea or its bare name) or a monitor's CSV export. SenderError when it is neither."""
    if path.suffix.lower() == ".csv":
        export = csv_export.read(path)
        # The last row belongs to the second that begins with it.
        return Recording(export.name, export.duration_s + 1, export)
    if path.suffix not in ("", ".hea", ".dat", ".mat") and not path.with_name(path.name + ".hea").is_file():
        raise SenderError(f"{path.name} is not a recording that can be played.", "Give a .hea header or a .csv export.")
    record = wfdb_record.read(path)
    return Recording(record.name, record.duration_s, record)


def _wave(wave: RecordedWave, second: int, start_us: int) -> Wave | None:
    first, end = math.ceil(second * wave.rate_hz - 1e-6), math.ceil((second + 1) * wave.rate_hz - 1e-6)
    samples = wave.samples[first:end]
    if not len(samples):
        return None
    code, name = _CODES.get(wave.key, ("", wave.label))
    return Wave(
        key=wave.key,
        code=code,
        name=name,
        unit=wave.unit,
        rate_hz=wave.rate_hz,
        start_us=start_us + round(first * US_PER_S / wave.rate_hz),
        samples=samples.astype("<f4").tobytes(),
        resolution=wave.resolution,
        inoperative=_inoperative(samples, wave.rail),
    )


def _inoperative(samples: Floats, rail: float | None) -> bool:
    """Nothing but missing samples or the rail in the whole second."""
    lost = np.isnan(samples) if rail is None else np.isnan(samples) | (samples == rail)
    return bool(lost.all())


def _by_second(export: CsvExport) -> dict[int, list[Numeric]]:
    seconds: dict[int, list[Numeric]] = {}
    for numeric in export.numerics:
        seconds.setdefault((numeric.at_us - export.start_us) // US_PER_S, []).append(numeric)
    return seconds


def _moved(numeric: Numeric, shift_us: int) -> Numeric:
    return msgspec.structs.replace(numeric, at_us=numeric.at_us + shift_us)
