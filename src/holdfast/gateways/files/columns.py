"""Which column of a monitor's export is which numeric, and which of its values cannot be the animal's."""

import math
from dataclasses import dataclass, replace

from holdfast.record.monitor import Numeric


@dataclass(frozen=True)
class Column:
    """One numeric as a column. Values outside ``low`` to ``high`` are refused (estimates, wide on purpose)."""

    key: str
    code: str
    name: str
    unit: str
    low: float
    high: float
    label: str = ""
    fahrenheit: bool = False

    def refuse(self, value: float | None) -> str:
        """Why this value is not charted; empty when it is."""
        if value is None or not math.isfinite(value):
            return "not a number"
        if value == 0 and self.low > 0:
            return "0 cannot be told from a sensor that is not connected"
        if not self.low <= self._canonical(value) <= self.high:
            return f"impossible value: outside {self.low:g} to {self.high:g} {self.unit}"
        return ""

    def numeric(self, value: float, at_us: int) -> Numeric:
        """The value as a monitor's numeric."""
        return Numeric(
            key=self.key, code=self.code, name=self.name, value=self._canonical(value), unit=self.unit, at_us=at_us,
            channel=self.label,
        )  # fmt: skip

    def _canonical(self, value: float) -> float:
        return round((value - 32) / 1.8, 3) if self.fahrenheit else value


_HR = Column("hr", "147842", "MDC_ECG_HEART_RATE", "/min", 5, 400)
_PULSE = Column("pulse", "149530", "MDC_PULS_OXIM_PULS_RATE", "/min", 5, 400)
_PULSE_ART = Column("pulse", "149522", "MDC_BLD_PULS_RATE_INV", "/min", 5, 400)
_SPO2 = Column("spo2", "150456", "MDC_PULS_OXIM_SAT_O2", "%", 20, 100)
_RR = Column("rr", "151562", "MDC_RESP_RATE", "/min", 1, 400)
_ART_SYS = Column("art_sys", "150033", "MDC_PRESS_BLD_ART_SYS", "mmHg", 5, 350)
_ART_DIA = Column("art_dia", "150034", "MDC_PRESS_BLD_ART_DIA", "mmHg", 1, 350)
_ART_MEAN = Column("art_mean", "150035", "MDC_PRESS_BLD_ART_MEAN", "mmHg", 3, 350)
_NIBP_SYS = Column("nibp_sys", "150021", "MDC_PRESS_BLD_NONINV_SYS", "mmHg", 10, 350)
_NIBP_DIA = Column("nibp_dia", "150022", "MDC_PRESS_BLD_NONINV_DIA", "mmHg", 5, 350)
_NIBP_MEAN = Column("nibp_mean", "150023", "MDC_PRESS_BLD_NONINV_MEAN", "mmHg", 5, 350)
_TEMP = Column("temp", "150344", "MDC_TEMP", "degC", 15, 45)
_ETCO2 = Column("etco2", "151708", "MDC_CONC_AWAY_CO2_ET", "mmHg", 1, 200)
_ETCO2_PERCENT = Column("etco2_percent", "", "ETCO2_PERCENT", "%", 0.1, 20)
"""Not turned into mmHg: that needs the pressure and humidity the analyser assumed, which exports do not say."""

_NAMES: dict[str, Column] = {
    "hr": _HR, "heart rate": _HR, "ecg hr": _HR, "pulse": _PULSE, "pr": _PULSE, "spo2 hr": _PULSE, "ip1pr": _PULSE_ART,
    "spo2": _SPO2, "saturation": _SPO2, "rr": _RR, "resp rate": _RR, "resp": _RR, "co2 rr": _RR,
    "ip1_s": _ART_SYS, "ip1_d": _ART_DIA, "ip1_m": _ART_MEAN, "systolic": _ART_SYS, "diastolic": _ART_DIA,
    "mean": _ART_MEAN, "art_sys": _ART_SYS, "art_dia": _ART_DIA, "art_mean": _ART_MEAN, "map": _ART_MEAN,
    "nibp_sys": _NIBP_SYS, "nibp_dia": _NIBP_DIA, "nibp_mean": _NIBP_MEAN, "nibp_s": _NIBP_SYS, "nibp_d": _NIBP_DIA,
    "nibp_m": _NIBP_MEAN, "t1": _TEMP, "temp": _TEMP, "temperature": _TEMP, "etco2": _ETCO2, "exp co2": _ETCO2,
    "co2_exp": _ETCO2,
}  # fmt: skip
"""Column names of the Datex AS/3 and Tafonius exports that we have seen, and plain ones. ``IP1`` is taken as the
artery: both exports label their first pressure so."""

_UNITS = {
    "/min": {"/min", "bpm", "1/min", "min-1", "%", ""},
    "mmHg": {"mmhg", ""},
    "%": {"%", "fractional %", ""},
    "degC": {"c", "degc", "°c", "degrees", "deg c", ""},
}
"""Spellings seen per unit. ``%`` for a rate: the Datex export writes it over its respiratory rate."""

_PERCENT = {"%", "fractional %"}
_FAHRENHEIT = {"f", "degf", "°f", "deg f"}


def column_for(name: str, unit: str) -> Column | None:
    """The numeric a column holds; None when the name is not known or the unit does not go with it."""
    column = _NAMES.get(" ".join(name.lower().split()))
    if column is None:
        return None
    spelling = " ".join(unit.lower().split())
    if column is _ETCO2 and spelling in _PERCENT:
        column = _ETCO2_PERCENT
    elif column is _TEMP and spelling in _FAHRENHEIT:
        return replace(column, label=name, fahrenheit=True)
    return replace(column, label=name) if spelling in _UNITS[column.unit] else None
