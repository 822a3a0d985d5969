"""The queries for trend rows: all of them, or one point for each stretch of time, put together by the database.

Two weeks of a full monitor are more than a million rows; a screen draws two thousand points of each number. The
database walks the rows, and only the points come here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from holdfast.storage import schema
from holdfast.storage.rows import TREND_COLUMNS

_row = schema.trend.c


def trend_rows(within: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Every row as it stands, in time order."""
    return select(*TREND_COLUMNS).where(*within).order_by(*schema.trend.primary_key)


def trend_stretches(case_id: str, within: Sequence[ColumnElement[bool]], from_us: int, stretch_us: int) -> Select[Any]:
    """One row for each key, unit, origin and stretch counted from ``from_us``, in time order."""
    kind = (_row.key, _row.unit, _row.origin)
    whole = (
        select(
            *kind,
            func.max(_row.at_us).label("at_us"),
            func.min(_row.low).label("low"),
            func.max(_row.high).label("high"),
            func.sum(_row.count).label("count"),
        )
        .where(*within)
        .group_by((_row.at_us - from_us) // stretch_us, *kind)
        .subquery()
    )
    same = [_row[name] == whole.c[name] for name in ("at_us", "key", "unit", "origin")]
    newest = schema.trend.join(whole, and_(_row.case_id == case_id, *same))
    told = (whole.c.key, whole.c.unit, whole.c.at_us)
    rest = (whole.c.low, whole.c.high, whole.c["count"], whole.c.origin)
    return (
        select(*told, func.max(_row.last), *rest)
        .select_from(newest)
        .group_by(*told, *rest)
        .order_by(whole.c.at_us, whole.c.key, whole.c.unit, whole.c.origin)
    )
