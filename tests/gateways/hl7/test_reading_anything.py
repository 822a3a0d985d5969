"""No bytes, however broken, make the reader raise or grow slow."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.hl7.hl7_build import HEADER, OBR, RECEIVED_US, hl7, hr
from holdfast.gateways.hl7.reading import read_message
from holdfast.kernel.limits import EARLIEST_US, LATEST_US
from holdfast.record.blocks import encode_block
from holdfast.usecases.monitor_blocks import span


@given(
    raw=st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    b"MSH|^~\\&|A|B|||2026||ORU^R01|1|P",
                    b"\r",
                    b"OBX|1|NM|",
                    b"|",
                    b"^",
                    b"88",
                    b"~",
                    b"\\X",
                    b"150456^MDC_PULS_OXIM_SAT_O2^MDC",
                    b"OBX|2|NA|131329^MDC_ECG_ELEC_POTL_I^MDC|1|1^2^3",
                    b"OBR|1||||||20260101120000",
                    b"@5",
                    b"X",
                    b"DEMO",
                    b"1e308",
                ]
            ),
            max_size=40,
        ).map(b"".join),
    )
)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    reading = read_message(raw, received_us=RECEIVED_US)
    assert reading.problem or reading.kind


EXTREMES = st.sampled_from(
    ["", "0", "-0.0", "1e-999", "5e-324", "1e-310", "1e-16", "1e16", "1.7e308", "-1.7e308", "1e999", "nan", "inf",
     "9" * 400, "0." + "0" * 400 + "1", "1e", "\u0663", "32767", "2147483648", "9223372036854775808", "00000000000000",
     "99991231235959", "19891231235959", "22000101000000", "00010101000000+1400", "99991231235959-1400"]
)  # fmt: skip


@given(data=st.data())
def test_no_number_in_any_field_makes_it_raise(data: st.DataObject) -> None:
    """And what is charted all the same can be put into a block: nothing stays behind on the disk for ever."""
    rows = [
        "OBR|1|||VITALS|||20260214092900+0100|20260214093000+0100",
        hr("88"),
        "OBX|2|NM|1^MADE_UP^99X|9.9|5|264864^MDC_DIM_BEAT_PER_MIN^MDC",
        "OBX|3|NM|150344^MDC_TEMP^MDC|1.2|101|266560^MDC_DIM_FAHR^MDC|||||F|||20260214093000",
        "OBX|4|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1|1^2^3|266418^MDC_DIM_MILLI_VOLT^MDC|||||R|||20260214093000",
        "OBX|5|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1.1|250|264640^MDC_DIM_HZ^MDC",
        "OBX|6|NM|0^MDC_ATTR_TIME_PD_SAMP^MDC|1.1.1.2|4|264338^MDC_DIM_MILLI_SEC^MDC",
        "OBX|7|NM|2327^MDC_ATTR_NU_MSMT_RES^MDC|1.1.1.3|0.005|266418^MDC_DIM_MILLI_VOLT^MDC",
        "OBX|8|NA|ECG_WAV^Monitor/ECG_II@100||0.12^0.15||mV",
        "OBX|9|ST|196670^MDC_EVT_HI^MDC|1.3|x||||||F|||20260214093000",
    ]
    dropped = data.draw(st.sets(st.sampled_from([5, 6, 7, 8])))
    fields = [row.split("|") for number, row in enumerate((HEADER, *rows)) if number not in dropped]
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(fields))
        at = data.draw(st.integers(1, 16))
        row += [""] * (at + 1 - len(row))
        parts = row[at].split("^")
        parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(EXTREMES)
        row[at] = "^".join(parts)
    raw = "\r".join("|".join(row) for row in fields).encode()
    reading = read_message(raw, received_us=RECEIVED_US)
    assert "stumbled" not in (reading.problem or "")
    if reading.message is not None:
        encode_block([reading.message], [RECEIVED_US])
        start_us, end_us = span([reading.message])
        assert EARLIEST_US - 60_000_000 <= start_us < end_us <= LATEST_US + 1
        assert all(math.isfinite(numeric.value) for numeric in reading.message.numerics)


@pytest.mark.parametrize(
    "row",
    [
        "OBX|{i}|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.1.1.{i}|1^2^3^4|266418^MDC_DIM_MILLI_VOLT^MDC|||||F",
        "OBX|{i}|ST|196670^MDC_EVT_HI^MDC|1.1.1.{i}|x||||||F",
        "OBX|{i}|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.1.{i}|start||||||F\rOBX|{i}|ST|196670^MDC_EVT_HI^MDC|1.1.1.{i}|x",
        "OBX|{i}|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.1|88|264864^MDC_DIM_BEAT_PER_MIN^MDC",
    ],
)
def test_many_rows_cost_as_much_each_as_few(row: str) -> None:
    def seconds(count: int) -> float:
        raw = hl7(OBR, *"\r".join(row.format(i=i) for i in range(count)).split("\r"))
        began_s = time.perf_counter()
        assert read_message(raw, received_us=RECEIVED_US).problem is None
        return time.perf_counter() - began_s

    few_s, many_s = min(seconds(240) for _ in range(3)), min(seconds(2_400) for _ in range(3))
    assert many_s < 30 * few_s  # ten times as many; each looking through all the others was a hundredfold
