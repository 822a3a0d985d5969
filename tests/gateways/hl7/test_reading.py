"""What is charted, what is refused, from whom and when: one test per habit of real senders."""

import pytest

from gateways.hl7.hl7_build import BPM, HEADER, OBR, RECEIVED_US, charted, hl7, hr, read, reasons
from holdfast.gateways.hl7.reading import read_message
from holdfast.kernel.time import iso
from holdfast.record.monitor import Origin

MMHG = "266016^MDC_DIM_MMHG^MDC"
PERCENT = "262688^MDC_DIM_PERCENT^MDC"
DEGC = "268192^MDC_DIM_DEGC^MDC"


# --- identity ---


@pytest.mark.parametrize(
    ("identifier", "unit", "value", "expected"),
    [
        ("147842^MDC_ECG_HEART_RATE^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", MMHG, "121", ("nibp_sys", "150021", 121.0, "mmHg")),
        ("150017^MDC_PRESS_BLD_NONINV_SYS^MDC", MMHG, "121", ("nibp_sys", "150021", 121.0, "mmHg")),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", MMHG, "121", ("nibp_sys", "150301", 121.0, "mmHg")),
        ("0^MDC_ECG_HEART_RATE^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("16770^MDC_ECG_HEART_RATE^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("MDC_ECG_HEART_RATE^147842^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("^MDC_ECG_HEART_RATE^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("MDC_ECG_HEART_RATE", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("147842", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("147842^Heart rate^MDC", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("8867-4^Heart rate^LN^147842^MDC_ECG_HEART_RATE^MDC", "/min^^UCUM", "88", ("hr", "147842", 88.0, "/min")),
        ("147842^MDC_ECG_HEART_RATE^MDC^8867-4^Heart rate^LN", BPM, "88", ("hr", "147842", 88.0, "/min")),
        ("59408-5^Oxygen saturation^LN", "%^^UCUM", "96", ("spo2", "150456", 96.0, "%")),
        ("0002-4bb8^SpO2^MDIL", "0004-0220^%^MDIL", "96", ("spo2", "150456", 96.0, "%")),
        ("0002-5000^Resp^MDIL", "0004-0ae0^rpm^MDIL", "22", ("rr", "151552", 22.0, "/min")),
        ("0002-4a05^NBPs^MDIL", "0004-0f20^mmHg^MDIL", "119", ("nibp_sys", "150021", 119.0, "mmHg")),
        ("0002-480a^Pulse^MDIL", "0004-0aa0^bpm^MDIL", "90", ("pulse", "149522", 90.0, "/min")),
        ("327680^SPO2_SPO2^EHC", "%", "96", ("spo2", "150456", 96.0, "%")),
        ("393218^NIBP_MEAN^EHC", "mmHg", "84", ("nibp_mean", "150303", 84.0, "mmHg")),
        ("001000^VITAL HR", "bpm", "88", ("hr", "147842", 88.0, "/min")),
        ("PLETH_SPO2^Monitor/SPO2", "%", "96", ("spo2", "150456", 96.0, "%")),
        ("170^Sys", "", "120", ("nibp_sys", "150301", 120.0, "mmHg")),
        ("150468^MDC_PULS_OXIM_SAT_O2_DIFF^MDC", PERCENT, "0", ("mdc:150468", "150468", 0.0, "%")),
        ("352^MNDRY_ECG_VPB_RATE^99MNDRY", BPM, "3", ("mndry_ecg_vpb_rate", "352", 3.0, "/min")),
    ],
)
def test_every_way_to_name_a_measure(
    identifier: str, unit: str, value: str, expected: tuple[str, str, float, str]
) -> None:
    assert charted(OBR, f"OBX|1|NM|{identifier}|1.1|{value}|{unit}|||||R") == [expected]


@pytest.mark.parametrize(
    ("identifier", "unit", "key", "names"),
    [
        ("150022^MDC_ECG_HEART_RATE^MDC", BPM, "hr", ["150022", "MDC_ECG_HEART_RATE", "MDC_PRESS_BLD_NONINV_DIA"]),
        ("150021^MDC_PRESS_BLD_ART_SYS^MDC", MMHG, "art_sys", ["150021", "MDC_PRESS_BLD_NONINV_SYS"]),
        ("150456^MDC_SOMETHING_ELSE^MDC", MMHG, "", ["150456", "MDC_SOMETHING_ELSE", "MDC_PULS_OXIM_SAT_O2"]),
        ("99999^MDC_ECG_HEART_RATE^MDC", BPM, "hr", ["99999", "MDC_ECG_HEART_RATE"]),
        ("147842^SpO2^MDC", PERCENT, "spo2", ["147842", "SpO2"]),
        ("8867-4^Heart rate^LN^150456^MDC_PULS_OXIM_SAT_O2^MDC", BPM, "hr", ["8867-4", "150456"]),
        ("0002-4182^SpO2^MDIL", BPM, "spo2", ["0002-4182", "SpO2", "MDC_ECG_HEART_RATE"]),
    ],
)
def test_a_name_and_a_number_that_disagree_are_both_said(
    identifier: str, unit: str, key: str, names: list[str]
) -> None:
    [(refused_key, reason)] = reasons(OBR, f"OBX|1|NM|{identifier}|1.1|88|{unit}|||||R")
    assert refused_key == key
    for name in names:
        assert name in reason


def test_the_same_code_on_two_channels_is_charted_twice() -> None:
    row = "OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|{}|{}|" + PERCENT + "|||||F"
    message = read(OBR, row.format("1.3.1.150456", 97), row.format("1.3.2.150456", 71)).message
    assert message is not None
    assert [(n.value, n.channel) for n in message.numerics] == [(97.0, "1.3.1.150456"), (71.0, "1.3.2.150456")]


def test_fields_shifted_by_a_missing_value_type_or_set_id() -> None:
    assert charted("OBX|1|147842^MDC_ECG_HEART_RATE^MDC||88|||F") == [("hr", "147842", 88.0, "/min")]
    assert charted(f"OBX|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|88|{BPM}") == [("hr", "147842", 88.0, "/min")]


def test_a_header_with_fields_left_out_is_found_again() -> None:
    reading = read(hr("88"), header="MSH|^~\\&|SEND|REC|202602140930||ORU^R01|77|P|2.3")
    assert (reading.kind, reading.control_id) == ("ORU^R01", "77")
    assert reading.message is not None
    assert iso(reading.message.numerics[0].at_us) == "2026-02-14T09:30:00+00:00"


# --- no value ---


@pytest.mark.parametrize(
    "value",
    ["-999", "-999.0", "-99.9", "-1", "-100", "-100.00", "-1000", "-10000", "8388607", "32767", "-32768", "65535",
     "2147483647", "327.67", "", '""', "--", "---", "-?-", "NaN", "+INF", "N/A", "OFF", "???", "***"],
)  # fmt: skip
def test_no_reading_is_never_a_number(value: str) -> None:
    [(key, reason)] = reasons(OBR, hr(value))
    assert key == "hr"
    assert reason


@pytest.mark.parametrize("flag", ["DEMO", "A~DEMO", "TEST", "CAL", "INV", "NAV", "QUES", "demo"])
def test_a_value_that_the_sender_disowns_is_refused(flag: str) -> None:
    assert [key for key, _ in reasons(OBR, hr("88", f8=flag))] == ["hr"]


@pytest.mark.parametrize("status", ["X", "D", "W", "N", "I"])
def test_a_result_that_could_not_be_obtained_is_refused(status: str) -> None:
    assert [key for key, _ in reasons(OBR, hr("88", f11=status))] == ["hr"]


@pytest.mark.parametrize("flag", ["", "H", "LL", "N", "A~PM~SP", "ALARM"])
def test_an_abnormal_value_is_a_value(flag: str) -> None:
    assert charted(OBR, hr("212", f8=flag)) == [("hr", "147842", 212.0, "/min")]


def test_asystole_and_apnoea_are_values() -> None:
    rr = "OBX|2|NM|151562^MDC_RESP_RATE^MDC|1|0|264928^MDC_DIM_RESP_PER_MIN^MDC"
    assert [value for _, _, value, _ in charted(OBR, hr("0"), rr)] == [0.0, 0.0]


def test_zero_weight_was_not_entered() -> None:
    [(key, reason)] = reasons(OBR, "OBX||NM|188736^MDC_MASS_BODY_ACTUAL^MDC|1|0|263875^MDC_DIM_KILO_G^MDC")
    assert key == "weight"
    assert "not entered" in reason


def test_minus_one_is_a_real_venous_pressure() -> None:
    cvp = f"OBX|1|NM|150087^MDC_PRESS_BLD_VEN_CENT_MEAN^MDC|1|-1|{MMHG}"
    assert charted(OBR, cvp) == [("cvp", "150087", -1.0, "mmHg")]


@pytest.mark.parametrize(
    ("identifier", "value", "unit"),
    [
        ("147842^MDC_ECG_HEART_RATE^MDC", "511", BPM),
        ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "127", PERCENT),
        ("150344^MDC_TEMP^MDC", "98.6", DEGC),
        ("150344^MDC_TEMP^MDC", "0.0", DEGC),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", "0", MMHG),
        ("188736^MDC_MASS_BODY_ACTUAL^MDC", "4200", "kg"),
    ],
)
def test_impossible_values_are_refused(identifier: str, value: str, unit: str) -> None:
    [(_, reason)] = reasons(OBR, f"OBX|1|NM|{identifier}|1|{value}|{unit}")
    assert "Impossible value" in reason


@pytest.mark.parametrize(
    "value", ["lead off!", "88 bpm", "12,345", "72~74", "72^74", "0x58", "1_0", ">400", "\u096e\u096e"]
)
def test_what_is_not_one_number_is_refused(value: str) -> None:
    assert [key for key, _ in reasons(OBR, hr(value))] == ["hr"]


def test_structured_numerics() -> None:
    row = "OBX|1|SN|147842^MDC_ECG_HEART_RATE^MDC|1|{}|" + BPM
    assert charted(OBR, row.format("^88")) == [("hr", "147842", 88.0, "/min")]
    assert charted(OBR, row.format("=^88")) == [("hr", "147842", 88.0, "/min")]
    assert [key for key, _ in reasons(OBR, row.format(">^300"))] == ["hr"]
    assert [key for key, _ in reasons(OBR, row.format("^1^:^2"))] == ["hr"]


def test_a_setting_is_not_a_measurement() -> None:
    [(_, reason)] = reasons(OBR, hr("88", f13="SETTING"))
    assert "setting" in reason


# --- units ---


@pytest.mark.parametrize(
    ("identifier", "value", "unit", "expected"),
    [
        ("150344^MDC_TEMP^MDC", "98.6", "268160^MDC_DIM_FAHR^MDC", (37.0, "degC")),
        ("150344^MDC_TEMP^MDC", "101.3", "[degF]^^UCUM", (38.5, "degC")),
        ("150344^MDC_TEMP^MDC", "38,5", "°C", (38.5, "degC")),
        ("150033^MDC_PRESS_BLD_ART_SYS^MDC", "16", "kPa", (120.009852, "mmHg")),
        ("150087^MDC_PRESS_BLD_VEN_CENT_MEAN^MDC", "10", "cm[H2O]", (7.355591, "mmHg")),
        ("188736^MDC_MASS_BODY_ACTUAL^MDC", "66", "[lb_av]", (29.937096, "kg")),
        ("188736^MDC_MASS_BODY_ACTUAL^MDC", "4200", "g", (4.2, "kg")),
        ("147842^MDC_ECG_HEART_RATE^MDC", "88", "{beats}/min^beats per minute^UCUM", (88.0, "/min")),
        ("147842^MDC_ECG_HEART_RATE^MDC", "88", "BPM", (88.0, "/min")),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", "120", "mm Hg", (120.0, "mmHg")),
        ("158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC", "2", "ml/min", (120.0, "mL/h")),
    ],
)
def test_units_become_canonical(identifier: str, value: str, unit: str, expected: tuple[float, str]) -> None:
    [(_, _, charted_value, charted_unit)] = charted(OBR, f"OBX|1|NM|{identifier}|1|{value}|{unit}")
    assert (charted_value, charted_unit) == (pytest.approx(expected[0], abs=1e-6), expected[1])


@pytest.mark.parametrize(
    ("identifier", "value", "unit", "word"),
    [
        ("147842^MDC_ECG_HEART_RATE^MDC", "88", MMHG, "does not fit"),
        ("147842^MDC_ECG_HEART_RATE^MDC", "88", "furlong", "not known"),
        ("150344^MDC_TEMP^MDC", "38", "268192^MDC_DIM_FAHR^MDC", "contradicts"),
        ("151708^MDC_CONC_AWAY_CO2_ET^MDC", "5", "%", "air pressure"),
        ("777777^MDC_NEW_THING^MDC", "5", "", "no unit"),
        ("777777^MDC_NEW_THING^MDC", "5", "mg/kg/h", "not known"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(identifier: str, value: str, unit: str, word: str) -> None:
    [(_, reason)] = reasons(OBR, f"OBX|1|NM|{identifier}|1|{value}|{unit}")
    assert word in reason


def test_without_a_unit_only_what_can_be_one_thing_is_charted() -> None:
    """20 may be kg or lb, 16 mmHg or kPa; 88 per minute, 120 mmHg and 38.2 degC can be nothing else."""
    row = "OBX||NM|{}|1|{}||||||F"
    assert charted(OBR, row.format("101^HR", 88)) == [("hr", "147842", 88.0, "/min")]
    assert charted(OBR, row.format("150301^MDC_PRESS_CUFF_SYS^MDC", 120))[0][2:] == (120.0, "mmHg")
    assert charted(OBR, row.format("200^T1", 38.2))[0][2:] == (38.2, "degC")
    assert reasons(OBR, row.format("51^Weight", 20)) == [("weight", "No unit was written, and 20 could be kg or lb.")]
    assert [key for key, _ in reasons(OBR, row.format("150301^MDC_PRESS_CUFF_SYS^MDC", 16))] == ["nibp_sys"]
    assert [key for key, _ in reasons(OBR, row.format("200^T1", 98.6))] == ["temp"]


# --- time ---


def test_each_row_has_its_own_time() -> None:
    message = read(OBR, hr("88", f14="20260214081500+0100"), hr("90")).message
    assert message is not None
    times = [iso(numeric.at_us, numeric.utc_offset_min) for numeric in message.numerics]
    assert times == ["2026-02-14T08:15:00+01:00", "2026-02-14T09:29:00+01:00"]


def test_time_falls_back_from_row_to_group_to_message_to_arrival() -> None:
    def at(*rows: str, header: str = HEADER) -> str:
        message = read(*rows, header=header).message
        assert message is not None
        return iso(message.numerics[0].at_us)

    assert at(OBR, hr("88")) == "2026-02-14T08:29:00+00:00"
    assert at("OBR|1||||||", hr("88")) == "2026-02-14T08:30:00+00:00"
    bare = HEADER.replace("20260214093000+0100", "20260214")
    assert at(hr("88"), header=bare) == iso(RECEIVED_US)


def test_the_zone_of_the_message_holds_for_rows_without_one() -> None:
    message = read(OBR, hr("88", f14="20260214081500")).message
    assert message is not None
    assert iso(message.numerics[0].at_us) == "2026-02-14T07:15:00+00:00"


def test_without_any_zone_the_clinics_holds() -> None:
    header = HEADER.replace("+0100", "")
    reading = read_message(hl7(hr("88"), header=header), received_us=RECEIVED_US, default_offset_min=-300)
    assert reading.message is not None
    assert iso(reading.message.numerics[0].at_us) == "2026-02-14T14:30:00+00:00"


@pytest.mark.parametrize("time", ["00000000000000", "19000101000000", "20260214", "yesterday"])
def test_a_value_of_unknown_age_is_not_charted(time: str) -> None:
    [(_, reason)] = reasons(OBR, hr("88", f14=time))
    assert "time" in reason


# --- who and what kind ---


@pytest.mark.parametrize(
    ("header", "rows", "device"),
    [
        ("MSH|^~\\&|MON^00AA11BB22CC33DD^EUI-64||||20260214||ORU^R01|1|P|2.6", [], "00AA11BB22CC33DD"),
        ("MSH|^~\\&||KX100200300Z|||20260214||ORU^R01|1|P|2.6", ["PV1||I|^^&24"], "KX100200300Z"),
        ("MSH|^~\\&|Hub|WARD|||20260214||ORU^R01|1|P|2.6", ["PV1||I|ICU^2^B"], "Hub/WARD#ICU.2.B"),
        ("MSH|^~\\&|E_GATEWAY^00AA11BB22CC33DD^EUI-64||||2026||ORU^R01|1", ["PV1||I|^^ICU&Bed5&3232241659&0&0"],
         "00AA11BB22CC33DD#ICU.Bed5"),
        ("MSH|^~\\&|E_GATEWAY^00AA11BB22CC33DD^EUI-64||||2026||ORU^R01|1",
         [hr("88", f18="FF00^BIG^FF00AA00BB00CC00^EUI-64")], "FF00AA00BB00CC00"),
        ("MSH|^~\\&|Hub||||2026||ORU^R01|1", [hr("88", f18="SN123456^MODEL")], "SN123456"),
        ("MSH|^~\\&|||||2026||ORU^R01|1", ["PID|||PAT-9||REX"], "unidentified"),
        ("MSH|^~\\&|||||2026||ORU^R01|1", ["PV1||I|ICU^^Bed6&0&0"], "unidentified#ICU.Bed6"),
    ],
)  # fmt: skip
def test_the_device_is_known_without_the_patient(header: str, rows: list[str], device: str) -> None:
    message = read(*rows, header=header).message
    assert message is not None
    assert message.device == device


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (HEADER, Origin.LIVE),
        (HEADER.replace("|P|", "|T|"), Origin.SIMULATED),
        (HEADER.replace("|P|", "|D|"), Origin.SIMULATED),
        (HEADER.replace("|P|", "|T^A|"), Origin.SIMULATED),
        (HEADER.replace("BEDSIDE^", "HOLDFAST_REPLAY^"), Origin.REPLAYED),
    ],
)
def test_training_and_replay_are_never_live(header: str, origin: Origin) -> None:
    message = read(hr("88"), header=header).message
    assert message is not None
    assert message.origin is origin


def test_demographics_make_no_vital_sign() -> None:
    reading = read(hr("88"), "OBX||NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1|60|263441^MDC_DIM_CENTI_M^MDC",
                   header=HEADER.replace("ORU^R01^ORU_R01", "ADT^A08"))  # fmt: skip
    assert reading.problem is None
    assert reading.message is not None
    assert reading.message.numerics == ()
    assert len(reading.message.refused) == 2
    assert read("PID|||1", header=HEADER.replace("ORU^R01^ORU_R01", "ADT^A08")).message is None


def test_containers_states_and_text_are_notes_not_refusals() -> None:
    reading = read(
        OBR,
        "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X",
        "OBX|2|CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^pump-status-infusing||||||R",
        "OBX|3|ST|EVENT||Induction||||||R",
        hr("88"),
    )
    assert reading.message is not None
    assert reading.message.refused == ()
    assert len(reading.message.numerics) == 1
    assert len(reading.notes) == 3


def test_a_vital_sign_in_words_is_refused_not_noted() -> None:
    [(key, _)] = reasons(OBR, "OBX|1|ST|147842^MDC_ECG_HEART_RATE^MDC|1|leads off|")
    assert key == "hr"


def test_a_broken_row_spoils_no_other() -> None:
    assert charted(OBR, "OBX", "OBX|", "OBX|||||||||||", "OBX|9|NM|^^^|~|&|\\", hr("88")) == [
        ("hr", "147842", 88.0, "/min")
    ]


def test_a_message_without_a_kind_or_header_is_a_problem_in_words() -> None:
    assert "MSH" in (read_message(b"\x00\xffgarbage", received_us=0).problem or "")
    assert "MSH-9" in (read_message(b"MSH|^~\\&|A\r" + hr("88").encode(), received_us=0).problem or "")
