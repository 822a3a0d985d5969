"""Small WFDB records and CSV exports, written into a test's own folder."""

from pathlib import Path

import numpy as np
import wfdb

from signals.made_signals import Floats


def write_record(
    folder: Path,
    name: str,
    signals: dict[str, tuple[Floats, str]],
    rate_hz: float,
    beats: list[int] | None = None,
    comments: list[str] | None = None,
    fmt: str = "16",
    symbols: list[str] | None = None,
) -> Path:
    """A single-segment record; returns its header."""
    columns = np.stack([samples for samples, _ in signals.values()], axis=1)
    wfdb.wrsamp(
        name, fs=rate_hz, units=[unit for _, unit in signals.values()], sig_name=list(signals), p_signal=columns,
        fmt=[fmt] * len(signals), comments=comments, write_dir=str(folder),
    )  # fmt: skip
    if beats is not None:
        wfdb.wrann(name, "atr", np.array(beats), symbol=symbols or ["N"] * len(beats), write_dir=str(folder))
    return folder / f"{name}.hea"


DATEX = """Date,16-4-2021
Version,"6,1"
Patient Name,Anonymous
Sampling Rate,5
,,11,12,13,14,61,68
Time,,IP1_S,IP1_D,IP1_M,IP1PR,CO2 RR,AA  LB
,,mmHg  ,mmHg  ,mmHg  ,/min  ,%     ,
23:59:50,,-8.80,-8.80,-8.80,0.00,7.00,4.00
23:59:55,,71.60,45.62,52.88,48.00,11.00,4.00
00:00:00,,69.43,43.51,53.37,54.00,,4.00
"""

TAFONIUS = """,,,User control settings,,Nonin SpO2 Measurements,,Temperatures,
Date,Time,Events,RR,RR,SpO2 HR,Saturation,T1,ECG HR
,,,bpm,bpm,bpm,Fractional %,Degrees,bpm
16/04/2021,07:19:09,"[07:19:04.429 - Preset Loaded]
[07:19:05.583 - Power supply changed]",8.0,,141,93,37.1,480
16/04/2021,07:19:14,,8.0,,0,0,3.1,77
"""
