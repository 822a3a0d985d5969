"""Alarms of the monitors themselves: which stand on a bed, what gives way, and that it is said."""

from holdfast.kernel.limits import ALERTS_PER_BED_MAX
from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_events import AlarmRaised
from holdfast.record.monitor import Alert
from holdfast.signals.conditions import Began, Ended
from holdfast.usecases.live_alerts import ALERT_LASTING_S, ALERT_MOMENT_S, TABLE_FULL, MonitorAlerts
from usecases.alarm_ward import AlarmWard

S = US_PER_S


def alert(text: str, priority: str = "medium", phase: str = "present", kind: str = "physiological") -> Alert:
    return Alert(text=text, priority=priority, kind=kind, phase=phase, at_us=0)


class Table:
    """The alarms of one monitor, with what stands after each message."""

    def __init__(self) -> None:
        self.alerts, self.standing, self.priorities = MonitorAlerts(), set[str](), dict[str, str]()

    def hear(self, one: Alert, at_s: float) -> None:
        self._follow(self.alerts.hear("MON-1", one, round(at_s * S)))

    def wait(self, at_s: float) -> None:
        self._follow(self.alerts.overdue(round(at_s * S)))

    def _follow(self, changes: tuple[Began | Ended, ...]) -> None:
        for change in changes:
            name = change.condition.removeprefix("monitor: ")
            if isinstance(change, Began):
                self.standing.add(name)
                self.priorities[name] = change.priority
            else:
                self.standing.remove(name)


def full(priority: str = "medium", phase: str = "start") -> Table:
    table = Table()
    for number in range(ALERTS_PER_BED_MAX):
        table.hear(alert(f"A{number}", priority, phase), number)
    assert len(table.standing) == ALERTS_PER_BED_MAX
    return table


def test_an_urgent_alarm_beyond_what_is_kept_takes_the_place_of_the_oldest_less_urgent_one() -> None:
    table = full()
    table.hear(alert("VFIB", "high"), ALERTS_PER_BED_MAX)
    assert {"VFIB", TABLE_FULL} <= table.standing
    assert "A0" not in table.standing
    assert table.priorities[TABLE_FULL] == "medium"


def test_a_less_urgent_one_gives_way_itself_and_that_is_said() -> None:
    table = full()
    table.hear(alert("BATTERY", "low"), ALERTS_PER_BED_MAX)
    assert "BATTERY" not in table.standing
    assert table.priorities[TABLE_FULL] == "low"


def test_of_equals_the_one_gives_way_that_the_monitor_has_not_repeated() -> None:
    table = full()
    at_s = ALERTS_PER_BED_MAX + ALERT_MOMENT_S
    for number in range(1, ALERTS_PER_BED_MAX):
        table.hear(alert(f"A{number}", phase="continue"), at_s)
    table.hear(alert("NEW", phase="start"), at_s)
    assert "NEW" in table.standing
    assert "A0" not in table.standing


def test_equals_that_are_all_repeated_do_not_replace_each_other_with_every_message() -> None:
    table = full(phase="present")
    for second in range(20):
        before = set(table.standing)
        for number in range(ALERTS_PER_BED_MAX + 1):
            table.hear(alert(f"A{number}"), ALERTS_PER_BED_MAX + second)
        assert table.standing == before | {TABLE_FULL}


def test_room_again_is_said_too() -> None:
    table = full()
    table.hear(alert("BATTERY", "low"), 40)
    table.hear(alert("BATTERY", "low", "end"), 41)
    assert TABLE_FULL not in table.standing
    table.hear(alert("BATTERY", "low"), 42)
    table.wait(42 + ALERT_LASTING_S)
    assert table.standing == set()


def shown(ward: AlarmWard) -> list[tuple[str, str, bool]]:
    return [(alarm.text, alarm.priority, alarm.technical) for alarm in ward.view().alarms]


def test_the_strip_says_that_the_monitor_has_more_alarms_than_it_shows() -> None:
    ward = AlarmWard()
    many = [alert(f"A{number}", "low", "start") for number in range(ALERTS_PER_BED_MAX)]
    ward.seconds(2, *many, alert("VFIB", "high", "start"), hr=120)
    assert ("Monitor says: VFIB", "high", False) in shown(ward)
    assert ward.alarm(TABLE_FULL).text.startswith("The monitor has more alarms than the 32 shown here")


def test_an_alarm_of_the_monitor_that_becomes_more_urgent_is_raised_anew() -> None:
    ward = AlarmWard()
    ward.seconds(1, alert("SPO2 LOW", "medium", "start"), hr=120)
    ward.seconds(1, alert("SPO2 LOW", "high", "continue"), hr=120)
    assert shown(ward) == [("Monitor says: SPO2 LOW", "high", False)]
    ward.seconds(5, alert("SPO2 LOW", "high", "continue"), hr=120)
    assert len(ward.events(AlarmRaised)) == 2


def test_an_alarm_about_the_monitor_itself_is_technical_also_when_it_becomes_so() -> None:
    ward = AlarmWard()
    ward.seconds(1, alert("ECG", phase="start"), alert("BATTERY", phase="start", kind="technical"), hr=120)
    assert sorted(shown(ward)) == [("Monitor says: BATTERY", "medium", True), ("Monitor says: ECG", "medium", False)]
    ward.seconds(1, alert("ECG", phase="continue", kind="technical"), hr=120)
    assert ("Monitor says: ECG", "medium", True) in shown(ward)
