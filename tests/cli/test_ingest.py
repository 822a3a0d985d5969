"""``holdfast ingest``: the same reading as live, printed."""

import json
from pathlib import Path

from holdfast.cli.ingest import in_words, report, run
from holdfast.gateways.hl7.framing import encode_frame

KEYS = {"file", "messages", "charted", "waveforms", "refused", "alerts", "device", "problem"}
HEADER = "MSH|^~\\&|MON^00AA11BB22CC33DD^EUI-64||||20260214093000+0100||ORU^R01|{}|P|2.6\r"
FEVER = "OBX|1|NM|150344^MDC_TEMP^MDC|1.2|98.6|268160^MDC_DIM_FAHR^MDC|||||R|||20260214092500+0100\r"
NO_HR = "OBX|2|NM|147842^MDC_ECG_HEART_RATE^MDC|1.3|-999|bpm|||||R\r"
ECG = (
    "OBR|2|||WAVEFORM|||20260214092959+0100\r"
    "OBX|3|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.4|1^2^3|mV\r"
    "OBX|4|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.4.1|250\r"
)
LEAD_OFF = ECG + "OBX|5|NM|196660^MDC_EVT_INOP^MDC|1.4.2|1\r"
ALARM = "OBX|6|ST|196616^MDC_EVT_ALARM^MDC|1.9.1|Low SpO2|||PH~SP\r"


def write(folder: Path, data: bytes | str) -> Path:
    path = folder / "monitor.hl7"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_one_message(tmp_path: Path) -> None:
    entry = report(write(tmp_path, HEADER.format(1) + FEVER + NO_HR + ECG + ALARM))
    assert set(entry) == KEYS
    assert entry["problem"] is None
    assert entry["device"] == "00AA11BB22CC33DD"
    assert entry["charted"] == [
        {
            "code": "150344",
            "name": "MDC_TEMP",
            "key": "temp",
            "value": 37.0,
            "unit": "degC",
            "time": "2026-02-14T09:25:00+01:00",
            "channel": "1.2",
            "device": "00AA11BB22CC33DD",
        }
    ]
    assert entry["waveforms"] == [
        {
            "code": "131330",
            "name": "MDC_ECG_ELEC_POTL_II",
            "key": "ecg_ii",
            "rate_hz": 250.0,
            "samples": 3,
            "unit": "mV",
            "start": "2026-02-14T09:29:59+01:00",
        }
    ]
    [refused] = entry["refused"]
    assert refused["segment"].startswith("OBX|2|NM|147842")
    assert "-999" in refused["reason"]
    assert [(alert["text"], alert["priority"], alert["kind"]) for alert in entry["alerts"]] == [
        ("Low SpO2", "high", "physiological")
    ]
    assert json.loads(json.dumps(entry)) == entry


def test_a_lead_that_is_off_is_refused_and_no_curve(tmp_path: Path) -> None:
    entry = report(write(tmp_path, HEADER.format(1) + LEAD_OFF))
    assert entry["waveforms"] == []
    assert "off" in entry["refused"][0]["reason"]


def test_several_messages_are_merged_framed_or_not(tmp_path: Path) -> None:
    messages = [(HEADER.format(number) + FEVER).encode() for number in range(3)]
    for data in (b"".join(messages), b"".join(map(encode_frame, messages)), b"\r\n".join(messages)):
        entry = report(write(tmp_path, data))
        assert entry["messages"] == 3
        assert len(entry["charted"]) == 3
        assert entry["problem"] is None


def test_a_file_from_an_editor(tmp_path: Path) -> None:
    text = (HEADER.format(1) + FEVER).replace("\r", "\r\n")
    for encoding in ("utf-8-sig", "utf-16"):
        assert len(report(write(tmp_path, text.encode(encoding)))["charted"]) == 1


def test_what_cannot_be_read_is_said_and_never_raised(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    good = write(tmp_path, HEADER.format(1) + FEVER)
    empty, noise = tmp_path / "empty.hl7", tmp_path / "noise.hl7"
    empty.write_bytes(b"")
    noise.write_bytes(bytes(range(256)) * 4)
    entries = run([tmp_path / "absent.hl7", tmp_path / "folder", empty, noise, good])
    assert [entry["problem"] is None for entry in entries] == [False, False, False, False, True]
    assert all(set(entry) == KEYS for entry in entries)


def test_the_clinics_zone_is_used_where_the_sender_wrote_none(tmp_path: Path) -> None:
    text = (HEADER.format(1) + FEVER).replace("+0100", "")
    assert report(write(tmp_path, text), default_offset_min=-300)["charted"][0]["time"] == "2026-02-14T09:25:00-05:00"


def test_in_words_every_row_is_said(tmp_path: Path) -> None:
    lines = in_words(report(write(tmp_path, HEADER.format(1) + FEVER + NO_HR + ECG + ALARM)))
    text = "\n".join(lines)
    assert "1 message, 00AA11BB22CC33DD" in lines[0]
    for said in ("temp", "37 degC", "2026-02-14T09:25:00+01:00", "3 samples at 250 Hz", "Low SpO2", "-999", "OBX|2|NM"):
        assert said in text
    assert "cannot be read" in "\n".join(in_words(report(tmp_path / "absent.hl7")))


def test_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "odd.hl7"
    path.write_bytes(b"MSH|^~\\&|A|B|||20260301||ORU^R01|1|P|2.6\rOBX|1|NM|1^\x1b[2J||\x07||\r\x1b]0;x\x07")
    (entry,) = run([path])
    assert all(line.isprintable() for line in in_words(entry))
