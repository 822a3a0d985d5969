"""Waveform rows: scale, rate, sensor off, and never a waveform as a value or the other way round."""

import numpy as np
import pytest

from gateways.hl7.hl7_build import HEADER, read, reasons
from holdfast.kernel.time import iso
from holdfast.record.monitor import Wave

OBR = "OBR|1|||CONTINUOUS WAVEFORM|||20260214093000.250+0100|20260214093001.250+0100"
RATE = "OBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1.1|250|264640^MDC_DIM_HZ^MDC"
RESOLUTION = "OBX|3|NM|2327^MDC_ATTR_NU_MSMT_RES^MDC|1.1.1.2|0.005|266418^MDC_DIM_MILLI_VOLT^MDC"
MV = "266418^MDC_DIM_MILLI_VOLT^MDC"


def ecg(samples: str, unit: str = "") -> str:
    return f"OBX|1|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1|{samples}|{unit}"


def wave(*rows: str, header: str = HEADER) -> Wave:
    message = read(OBR, *rows, header=header).message
    assert message is not None
    assert message.numerics == ()
    [only] = message.waves
    return only


def samples(of: Wave) -> list[float]:
    return [round(float(sample), 5) for sample in np.frombuffer(of.samples, dtype="<f4")]


def test_counts_are_scaled_by_the_resolution() -> None:
    ecg_ii = wave(ecg("100^-20^0"), RATE, RESOLUTION)
    assert samples(ecg_ii) == [0.5, -0.1, 0.0]
    assert (ecg_ii.key, ecg_ii.code, ecg_ii.unit, ecg_ii.rate_hz) == ("ecg_ii", "131330", "mV", 250.0)
    assert ecg_ii.resolution == 0.005
    assert iso(ecg_ii.start_us) == "2026-02-14T08:30:00.250000+00:00"
    assert not ecg_ii.inoperative


def test_values_that_are_scaled_already_are_not_scaled_again() -> None:
    assert samples(wave(ecg("0.5^-0.1", MV), RATE, RESOLUTION)) == [0.5, -0.1]


def test_microvolts_become_millivolts() -> None:
    assert samples(wave(ecg("500^-100", "uV"), RATE)) == [0.5, -0.1]


def test_both_trigger_events_carry_waveforms() -> None:
    header = HEADER.replace("ORU^R01^ORU_R01", "ORU^W01^ORU_W01")
    assert samples(wave(ecg("100", MV), RATE, RESOLUTION, header=header)) == [0.5]


def test_missing_samples_are_not_numbers() -> None:
    found = np.frombuffer(wave(ecg("100^^32767^-32768^40"), RATE, RESOLUTION).samples, dtype="<f4")
    assert np.isnan(found).tolist() == [False, True, True, True, False]


def test_attributes_go_to_the_waveform_of_their_sub_id() -> None:
    message = read(
        OBR,
        "OBX|1|NA|131329^MDC_ECG_ELEC_POTL_I^MDC|1.1.1|10^20|" + MV,
        "OBX|2|NA|150452^MDC_PULS_OXIM_PLETH^MDC|1.2.1|30^40",
        "OBX|3|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.2.1.1|60",
        "OBX|4|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1.1|500",
    ).message
    assert message is not None
    assert [(found.key, found.rate_hz) for found in message.waves] == [("ecg_i", 500.0), ("pleth", 60.0)]


def test_without_sub_ids_attributes_belong_to_the_waveform_before() -> None:
    message = read(
        OBR,
        "OBX|1|NA|131329^MDC_ECG_ELEC_POTL_I^MDC||10^20|" + MV,
        "OBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC||500",
        "OBX|3|NA|150452^MDC_PULS_OXIM_PLETH^MDC||30^40",
        "OBX|4|NM|0^MDC_ATTR_SAMP_RATE^MDC||60",
    ).message
    assert message is not None
    assert [(found.key, found.rate_hz) for found in message.waves] == [("ecg_i", 500.0), ("pleth", 60.0)]


def test_the_rate_may_stand_in_the_identifier_and_the_unit_one_field_late() -> None:
    found = wave("OBX|2|NA|ECG_WAV^Monitor/ECG_II@100||0.12^0.15^0.09||mV|-1.5^1.5||||R")
    assert (found.key, found.rate_hz, found.unit) == ("ecg_ii", 100.0, "mV")
    assert samples(found) == [0.12, 0.15, 0.09]


def test_the_rate_may_follow_from_the_window() -> None:
    found = wave(ecg("^".join(["1"] * 125), MV))
    assert found.rate_hz == 125.0


def test_without_a_start_the_samples_end_when_the_message_was_sent() -> None:
    message = read(ecg("^".join(["1"] * 250), MV), RATE).message
    assert message is not None
    assert iso(message.waves[0].start_us) == "2026-02-14T08:29:59+00:00"


def test_a_sensor_that_is_off_shows_no_flat_line() -> None:
    message = read(OBR, ecg("0^0^0", MV), RATE, "OBX|4|NM|196660^MDC_EVT_INOP^MDC|1.1.1.3|32767").message
    assert message is not None
    [found] = message.waves
    assert found.inoperative
    assert np.isnan(np.frombuffer(found.samples, dtype="<f4")).all()
    assert [refusal.key for refusal in message.refused] == ["ecg_ii"]


def test_a_flat_line_of_a_working_sensor_stays_a_flat_line() -> None:
    found = wave(ecg("0^0^0", MV), RATE, "OBX|4|NM|196660^MDC_EVT_INOP^MDC|1.1.1.3|0")
    assert not found.inoperative
    assert samples(found) == [0.0, 0.0, 0.0]


def test_a_waveform_that_shares_its_number_with_a_value_is_a_waveform() -> None:
    found = wave("OBX|1|NA|150456^MDC_PULS_OXIM_SAT_O2_WAVEFORM^MDC|1.1.1|1.18^1.17|262688^MDC_DIM_PERCENT^MDC", RATE)
    assert found.key == "pleth"


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("OBX|1|NA|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1|97^97^97|262688^MDC_DIM_PERCENT^MDC", "spo2"),
        ("OBX|1|NM|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1|0.4|" + MV, "ecg_ii"),
        ("OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2_WAVEFORM^MDC|1.1.1|1.18|262688^MDC_DIM_PERCENT^MDC", "pleth"),
        ("OBX|1|NA|131310^MDC_ECG_ELEC_POTL_I^MDC|1.1.1|1^2^3|" + MV, "ecg_i"),
        (ecg("Lead II", MV), "ecg_ii"),
        (ecg("1^2^x", MV), "ecg_ii"),
        (ecg("", MV), "ecg_ii"),
        (ecg("1^2~3^4", MV), "ecg_ii"),
        (ecg("1^2^3", "262688^MDC_DIM_PERCENT^MDC"), "ecg_ii"),
        (ecg("1^2^3"), "ecg_ii"),
        ("OBX|1|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1|1^2^3|" + MV + "||DEMO", "ecg_ii"),
    ],
)
def test_what_is_neither_is_refused(row: str, key: str) -> None:
    message = read(OBR, row, RATE).message
    assert message is not None
    assert message.waves == ()
    assert [refused for refused, _ in reasons(OBR, row, RATE)] == [key]


def test_an_unknown_rate_is_refused() -> None:
    obr = "OBR|1|||WAVEFORM|||20260214093000"
    [(_, reason)] = reasons(obr, ecg("1^2^3", MV))
    assert "how fast" in reason
    assert reasons(obr, ecg("1^2^3", MV), RATE.replace("|250|", "|0|"))


@pytest.mark.parametrize("rate", ["1e-16", "1e-310", "0.09", "10001", "1e308", "-250", "0"])
def test_an_impossible_rate_is_refused_with_its_reason(rate: str) -> None:
    [(key, reason)] = reasons(OBR, ecg("1^2^3", MV), RATE.replace("|250|", f"|{rate}|"))
    assert (key, reason[:24]) == ("ecg_ii", "Impossible sample rate: ")


@pytest.mark.parametrize("period", ["1e-323", "1e-300", "1e300"])
def test_an_impossible_period_is_refused_with_its_reason(period: str) -> None:
    row = f"OBX|2|NM|0^MDC_ATTR_TIME_PD_SAMP^MDC|1.1.1.1|{period}|264338^MDC_DIM_MILLI_SEC^MDC"
    [(_, reason)] = reasons(OBR, ecg("1^2^3", MV), row)
    assert reason.startswith("Impossible sample rate: ")


@pytest.mark.parametrize("rate", ["0.1", "10000"])
def test_the_slowest_and_the_fastest_rate_are_believed(rate: str) -> None:
    assert wave(ecg("1^2^3", MV), RATE.replace("|250|", f"|{rate}|")).rate_hz == float(rate)


def test_samples_that_would_begin_before_all_monitors_are_refused() -> None:
    obr = "OBR|1|||WAVEFORM||||19900101000001Z"
    [(_, reason)] = reasons(obr, ecg("^".join(["1"] * 500), MV), RATE)
    assert "outside the years" in reason


def test_all_rows_of_a_message_share_one_bound_of_samples() -> None:
    half = ecg("^".join(["1"] * 100_001), MV)
    message = read(OBR, half, RATE, half.replace("1.1.1", "1.1.2"), RATE.replace("1.1.1.1", "1.1.2.1")).message
    assert message is not None
    assert len(message.waves) == 1
    assert "more than 200000" in message.refused[0].reason


def test_too_many_samples_are_refused() -> None:
    [(_, reason)] = reasons(OBR, ecg("^".join(["1"] * 200_001), MV), RATE)
    assert "200001 samples" in reason


def test_a_value_whose_sensor_is_off_is_refused() -> None:
    rows = ("OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.9|0|bpm", "OBX|2|NM|196660^MDC_EVT_INOP^MDC|1.7.4.9.1|1")
    assert [key for key, _ in reasons(*rows)] == ["hr"]
