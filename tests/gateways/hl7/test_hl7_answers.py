"""Acknowledgements and answers to patient queries."""

import pytest

from gateways.hl7.hl7_build import RECEIVED_US, read
from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge, no_patient
from holdfast.gateways.hl7.er7 import Er7Message, parse
from holdfast.gateways.hl7.reading import read_message

NOW_US = RECEIVED_US
PLAIN = "MSH|^~\\&|MON|WARD|US|HERE|20260214093000||ORU^R01^ORU_R01|C-77|P|2.4"


def answer(raw: bytes | None) -> Er7Message:
    assert raw is not None
    return parse(raw)


def test_an_acknowledgement_names_the_message() -> None:
    message = answer(acknowledge(read(header=PLAIN), Verdict.ACCEPTED, now_us=NOW_US))
    assert message.msh.components(9) == ["ACK", "R01", "ACK"]
    assert message.msh.text(5) == "MON"
    assert message.msh.text(12) == "2.4"
    assert message.msh.text(10) != ""
    msa = message.first("MSA")
    assert msa is not None
    assert (msa.text(1), msa.text(2), msa.text(3)) == ("AA", "C-77", "")


def test_a_refusal_says_why() -> None:
    message = answer(acknowledge(read(header=PLAIN), Verdict.REJECTED, "No room | wait.", now_us=NOW_US))
    msa = message.first("MSA")
    assert msa is not None
    assert (msa.text(1), msa.text(3)) == ("AR", "No room | wait.")


@pytest.mark.parametrize(
    ("accept", "application", "verdict", "code"),
    [
        ("", "", Verdict.ACCEPTED, "AA"),
        ("", "", Verdict.ERROR, "AE"),
        ("NE", "AL", Verdict.ACCEPTED, "AA"),
        ("AL", "NE", Verdict.ACCEPTED, "CA"),
        ("AL", "NE", Verdict.REJECTED, "CR"),
        ("AL", "AL", Verdict.ACCEPTED, "AA"),
        ("NE", "NE", Verdict.ACCEPTED, None),
        ("NE", "NE", Verdict.ERROR, None),
        ("NE", "ER", Verdict.ACCEPTED, None),
        ("NE", "ER", Verdict.ERROR, "AE"),
        ("NE", "SU", Verdict.ACCEPTED, "AA"),
        ("NE", "SU", Verdict.REJECTED, None),
        ("AL", "ER", Verdict.ACCEPTED, "CA"),
    ],
)
def test_the_sender_decides_which_answer_it_gets(
    accept: str, application: str, verdict: Verdict, code: str | None
) -> None:
    raw = acknowledge(read(header=f"{PLAIN}|||{accept}|{application}"), verdict, now_us=NOW_US)
    if code is None:
        assert raw is None
    else:
        msa = answer(raw).first("MSA")
        assert msa is not None
        assert msa.text(1) == code


def test_an_acknowledgement_is_never_acknowledged() -> None:
    reading = read("MSA|AA|1", header=PLAIN.replace("ORU^R01^ORU_R01", "ACK^R01"))
    assert reading.message is None
    assert acknowledge(reading, Verdict.ACCEPTED, now_us=NOW_US) is None


def test_bytes_without_a_header_get_an_error() -> None:
    reading = read_message(b"nonsense", received_us=0)
    msa = answer(acknowledge(reading, Verdict.ERROR, reading.problem or "", now_us=NOW_US)).first("MSA")
    assert msa is not None
    assert msa.text(1) == "AE"
    assert "MSH" in msa.text(3)


@pytest.mark.parametrize(
    ("kind", "segment", "response", "code"),
    [
        ("QRY^A19", "QRD|20260214|D|D|Q-5|||1^RD|P-9|^DEM", ["ADR", "A19"], "AA"),
        ("QRY^R02", "QRD|20260214|R|I|Q-5||||P-9|RES", ["ORF", "R04"], "AE"),
        ("QBP^Q22", "QPD|IHE PDQ Query|Q-5|@PID.3.1^P-9", ["RSP", "K22", "RSP_K22"], "AA"),
    ],
)
def test_a_monitor_that_asks_is_given_no_patient(kind: str, segment: str, response: list[str], code: str) -> None:
    reading = read(segment, header=PLAIN.replace("ORU^R01^ORU_R01", kind))
    assert reading.query is not None
    assert reading.query.query_id == "Q-5"
    assert reading.message is None
    message = answer(no_patient(reading, now_us=NOW_US))
    assert message.msh.components(9) == response
    msa = message.first("MSA")
    assert msa is not None
    assert (msa.text(1), msa.text(2)) == (code, "C-77")
    assert message.first("PID") is None
    assert message.first(segment[:3]) is not None


def test_what_was_not_asked_is_not_answered() -> None:
    assert no_patient(read(header=PLAIN), now_us=NOW_US) is None
