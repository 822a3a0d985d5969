"""The page on alarms says what the table of transitions and the data say."""

from pathlib import Path

from holdfast.knowledge.loader import load
from holdfast.record.alarm_state import TRANSITIONS

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "alarms.md").read_text()
RULES = load().alarms


def rows() -> list[str]:
    """Every row of the page's tables that mirrors something."""
    transitions = [
        f"| {status.value if status else '(none)'} | {happening.value} | {after.value if after else '(none)'} |"
        for (status, happening), after in TRANSITIONS.items()
    ]
    kinds = [
        f"| `{kind.key}` | {kind.priority} | {'yes' if kind.technical else ''} | {kind.delay_s:g} | {kind.clear_s:g} "
        f"| {kind.latching} | {'' if kind.off_max_min is None else f'{kind.off_max_min} min'} "
        f"| {', '.join(kind.suppresses)} |"
        for kind in RULES.kinds.values()
    ]
    limits = [
        f"| `{rule.key}` | {', '.join(row.when) or 'every other'} "
        f"| {f'{row.low.value:g} ({row.low.grade.value})' if row.low else ''} "
        f"| {f'{row.high.value:g} ({row.high.grade.value})' if row.high else ''} | {rule.unit} |"
        for rule in RULES.limits.values()
        for row in rule.rows
    ]
    ladder = [f"| {rung.priority} | {rung.after.value:g} s | {rung.whom} |" for rung in RULES.escalation]
    return transitions + kinds + limits + ladder


def test_the_page_shows_every_transition_kind_limit_and_rung_as_it_is() -> None:
    assert [row for row in rows() if row not in PAGE] == []


def test_the_page_says_that_holdfast_is_not_the_primary_alarm() -> None:
    assert "distributed, secondary alarm" in PAGE
