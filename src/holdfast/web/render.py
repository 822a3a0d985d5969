"""Templates: environment, filters and the context that every page shares."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from holdfast.kernel.time import age_words
from holdfast.web import alarm_words, tiles
from holdfast.web.alarm_strip import Strip, bed_row, strip
from holdfast.web.call_views import standing_views
from holdfast.web.clinic_time import clock, day, machine, stamp
from holdfast.web.gate import Call

HERE = Path(__file__).parent
STATIC = HERE / "static"
_OK = 200


def words(code: str) -> str:
    """A code as words: ``female_neutered`` -> ``female neutered``."""
    return code.replace("_", " ")


def number(value: float) -> str:
    """A number without trailing zeros."""
    return f"{value:g}"


def unit(code: str) -> str:
    """A unit as a person reads it."""
    return {"degC": "°C", "1": ""}.get(code, code)


def _since(then_us: int, now_us: int) -> str:
    """``12 min ago``, or ``now``."""
    words = age_words(now_us - then_us)
    return words if words == "now" else f"{words} ago"


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(clock=clock, day=day, stamp=stamp, machine=machine, words=words, number=number, unit=unit)
    env.globals.update(
        alarm_shape=alarm_words.shape,
        alarm_priority=alarm_words.priority,
        alarm_where=alarm_words.where,
        alarm_place=alarm_words.place,
        alarm_state=alarm_words.state,
        alarm_off=alarm_words.off,
        bed_row=bed_row,
        tile_value=tiles.pick,
        tile_note=tiles.note,
        value_source=tiles.source,
        value_groups=tiles.GROUPS,
    )
    env.globals["age"] = lambda then_us, now_us: age_words(now_us - then_us)
    env.globals["since"] = _since
    return env


_ENV = _environment()


def page(call: Call, template: str, status: int = _OK, **context: Any) -> HTMLResponse:
    """A whole page for whoever is signed in."""
    shared: dict[str, Any] = {
        "account": call.account,
        "csrf": call.session.csrf_token if call.session else "",
        "may": call.may,
        "demo": call.services.demo,
        "now_us": call.now_us,
        "new_id": call.ctx.ids.new_id,
        "path": call.request.url.path,
        "strip": _strip(call) if status == _OK else None,
        "calls": standing_views(call) if status == _OK and call.may("calls.bar") else [],
        "pause_usual": _middle(call.ctx.knowledge.alarms.pause_minutes),
    }
    return HTMLResponse(_ENV.get_template(template).render(**shared, **context), status_code=status)


def piece(call: Call, template: str, **context: Any) -> HTMLResponse:
    """A piece of a page that scripts ask for every second or two: without the alarms of the ward, which cost a look at
    every bed."""
    shared: dict[str, Any] = {
        "account": call.account,
        "csrf": call.session.csrf_token if call.session else "",
        "may": call.may,
        "now_us": call.now_us,
        "new_id": call.ctx.ids.new_id,
    }
    return HTMLResponse(_ENV.get_template(template).render(**shared, **context))


def _middle(minutes: tuple[int, ...]) -> int:
    """The length offered on the bar; the others are on the page of the dog's alarms."""
    return minutes[len(minutes) // 2]


def _strip(call: Call) -> Strip | None:
    """The alarms of the ward as the page opens; afterwards the page asks by itself. A page about an error, which may
    be an error of the ward, does not ask."""
    if not call.may("live.alarms"):
        return None
    ward = call.services.ward
    return strip((*ward.board(call.now_us), *ward.without_bed(call.now_us)), call.now_us)


def bare_page(call: Call | None, template: str, status_code: int, **context: Any) -> HTMLResponse:
    """A page that must work even when nobody could be identified."""
    if call is not None:
        return page(call, template, status_code, **context)
    empty: dict[str, Any] = {
        "account": None,
        "csrf": "",
        "may": lambda _route: False,
        "demo": "",
        "now_us": 0,
        "new_id": lambda: "",
        "path": "",
        "strip": None,
        "calls": [],
    }
    return HTMLResponse(_ENV.get_template(template).render(**empty, **context), status_code=status_code)
