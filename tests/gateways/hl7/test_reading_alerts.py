"""The alarms of a monitor as HL7 brings them."""

import pytest

from gateways.hl7.hl7_build import HEADER, read
from holdfast.kernel.time import iso


def test_an_alarm_with_its_attributes() -> None:
    message = read(
        "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.7.0.5.1|196680^MDC_EVT_LEAD_OFF^MDC|||A~PL~ST|||R|||20260214092000+0100",
        "OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.7.0.5.2|start",
        "OBX|3|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.7.0.5.3|active",
        header=HEADER.replace("R01^ORU_R01", "R40^ORU_R40"),
    ).message
    assert message is not None
    [alert] = message.alerts
    assert "lead off" in alert.text
    assert (alert.priority, alert.kind, alert.phase) == ("low", "technical", "start")
    assert iso(alert.at_us) == "2026-02-14T08:20:00+00:00"
    assert message.numerics == ()
    assert message.refused == ()


def test_two_alarms_keep_their_own_attributes() -> None:
    message = read(
        "OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1.1.1|Low SpO2",
        "OBX|2|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.1.2|PH",
        "OBX|3|ST|196616^MDC_EVT_ALARM^MDC|1.2.1|Low battery",
        "OBX|4|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.2.2|PL",
        "OBX|5|ST|68485^MDC_ATTR_ALERT_TYPE^MDC|1.2.3|ST",
        header=HEADER.replace("R01^ORU_R01", "R40^ORU_R40"),
    ).message
    assert message is not None
    said = [(alert.text, alert.priority, alert.kind) for alert in message.alerts]
    assert said == [("Low SpO2", "high", ""), ("Low battery", "low", "technical")]


def test_an_alarm_with_a_broken_time_is_still_shown() -> None:
    message = read("OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1.1.1|Apnoea|||||||||soon").message
    assert message is not None
    assert [iso(alert.at_us) for alert in message.alerts] == ["2026-02-14T08:30:00+00:00"]


@pytest.mark.parametrize(
    ("label", "priority", "kind"),
    [("1^Red Alarm", "high", "physiological"), ("2^Yellow Alarm", "medium", "physiological"),
     ("5^HardInop", "low", "technical")],
)  # fmt: skip
def test_philips_alert_rows(label: str, priority: str, kind: str) -> None:
    message = read(f"OBX||TX|{label}^MDIL-ALERT||SpO2 low||||||F").message
    assert message is not None
    assert [(a.text, a.priority, a.kind) for a in message.alerts] == [("SpO2 low", priority, kind)]


def test_the_heartbeat_of_the_alert_channel_is_no_alarm() -> None:
    message = read("OBX|1|CWE|196614^MDC_EVT_ACTIVE^MDC|1.1.1|").message
    assert message is not None
    assert message.alerts == ()
