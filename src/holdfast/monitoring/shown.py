"""Which numerics a screen shows, in what order, and how long a value may be believed.

Freshness limits are our estimates (no standard gives them): a continuous value that is older
than a few missed periods is dimmed, then blanked, so that nobody takes it for the animal now.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """One numeric on a screen. Beyond ``stale_s`` it is dimmed, beyond ``blank_s`` it is ``--``."""

    key: str
    label: str
    unit: str
    decimals: int
    stale_s: float
    blank_s: float
    notable_change: float
    """Change that earns a sentence in the last minutes (our estimate)."""


CONTINUOUS = (12.0, 60.0)
"""Ten-second senders exist, so twelve seconds is one missed period of the slowest; a minute is no longer now."""
CUFF = (10 * 60.0, 60 * 60.0)
"""A cuff is read every few minutes to every quarter of an hour."""
SPOT = (15 * 60.0, 2 * 60 * 60.0)
"""A hand-held thermometer."""

SLOW = (25.0, 60.0)
"""What our analysis makes anew every ten seconds, of the last minutes: stale when two were missed."""

SHOWN: tuple[Shown, ...] = (
    Shown("hr", "Heart rate", "/min", 0, *CONTINUOUS, 15.0),
    Shown("hr_ecg", "Heart rate, our count", "/min", 0, *CONTINUOUS, 15.0),
    Shown("pulse", "Pulse", "/min", 0, *CONTINUOUS, 15.0),
    Shown("spo2", "SpO2", "%", 0, *CONTINUOUS, 3.0),
    Shown("rr", "Respiration", "/min", 0, *CONTINUOUS, 8.0),
    Shown("art_mean", "Arterial mean", "mmHg", 0, *CONTINUOUS, 8.0),
    Shown("art_sys", "Arterial systolic", "mmHg", 0, *CONTINUOUS, 12.0),
    Shown("art_dia", "Arterial diastolic", "mmHg", 0, *CONTINUOUS, 10.0),
    Shown("nibp_sys", "Cuff systolic", "mmHg", 0, *CUFF, 15.0),
    Shown("nibp_mean", "Cuff mean", "mmHg", 0, *CUFF, 12.0),
    Shown("nibp_dia", "Cuff diastolic", "mmHg", 0, *CUFF, 12.0),
    Shown("etco2", "EtCO2", "mmHg", 0, *CONTINUOUS, 6.0),
    Shown("temp", "Temperature", "degC", 1, *SPOT, 0.5),
    Shown("pulse_pleth", "Pulse, our count on the pleth", "/min", 0, *CONTINUOUS, 15.0),
    Shown("pulse_art", "Pulse, our count on the arterial wave", "/min", 0, *CONTINUOUS, 15.0),
    Shown("rr_resp", "Respiration, our count", "/min", 0, *CONTINUOUS, 8.0),
    Shown("rr_co2", "Respiration, our count on CO2", "/min", 0, *CONTINUOUS, 8.0),
    Shown("breath_gap", "Since the last breath, our count", "s", 0, *CONTINUOUS, 30.0),
    Shown("rr_ecg", "Respiration, our reading of the ECG", "/min", 0, *CONTINUOUS, 8.0),
    Shown("etco2_wave", "EtCO2, our reading", "mmHg", 0, *CONTINUOUS, 6.0),
    Shown("pulse_deficit", "Beats without a pulse", "/min", 0, *SLOW, 10.0),
    Shown("heart_rate", "Heart rate, all signals together", "/min", 0, *CONTINUOUS, 15.0),
    Shown("breath_rate", "Respiration, all signals together", "/min", 0, *CONTINUOUS, 8.0),
    Shown("rr_pleth", "Respiration, our reading of the pleth", "/min", 0, *CONTINUOUS, 8.0),
    Shown("rr_art", "Respiration, our reading of the arterial wave", "/min", 0, *CONTINUOUS, 8.0),
    Shown("fico2_wave", "Inspired CO2, our reading", "mmHg", 0, *CONTINUOUS, 3.0),
    Shown("pulse_deficit_share", "Beats without a pulse, of all", "%", 0, *SLOW, 10.0),
    Shown("hrv_sdnn", "Spread of the heart's intervals", "ms", 0, *SLOW, 50.0),
    Shown("hrv_rmssd", "Difference of intervals in a row", "ms", 0, *SLOW, 50.0),
    Shown("hrv_double", "Intervals twice the one before", "%", 0, *SLOW, 15.0),
    Shown("hrv_breath", "Sway of the intervals with the breath", "ms", 0, *SLOW, 100.0),
    Shown("art_sys_wave", "Arterial systolic, our reading", "mmHg", 0, *CONTINUOUS, 12.0),
    Shown("art_mean_wave", "Arterial mean, our reading", "mmHg", 0, *CONTINUOUS, 8.0),
    Shown("art_dia_wave", "Arterial diastolic, our reading", "mmHg", 0, *CONTINUOUS, 10.0),
)

VARIABILITY = frozenset({"hrv_sdnn", "hrv_rmssd", "hrv_double", "hrv_breath"})
"""Numbers about the heart's intervals over minutes; they stand apart from those of the moment."""

BY_KEY: dict[str, Shown] = {shown.key: shown for shown in SHOWN}

OTHER = Shown("", "", "", 1, *CONTINUOUS, float("inf"))
"""How long any other value is believed."""
