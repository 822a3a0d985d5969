"""Templates: environment, filters and the context that every page shares."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from holdfast.kernel.time import age_words, to_datetime
from holdfast.web.gate import Call

HERE = Path(__file__).parent
STATIC = HERE / "static"


def clock(instant_us: int) -> str:
    """Time of day as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%H:%M:%S")


def stamp(instant_us: int) -> str:
    """Day and time as the clinic's wall clock shows it."""
    return to_datetime(instant_us).astimezone().strftime("%d %b %Y %H:%M:%S")


def machine(instant_us: int) -> str:
    """ISO 8601 in UTC, for ``<time datetime>``."""
    return to_datetime(instant_us).isoformat()


def words(code: str) -> str:
    """A code as words: ``female_neutered`` -> ``female neutered``."""
    return code.replace("_", " ")


def number(value: float) -> str:
    """A number without trailing zeros."""
    return f"{value:g}"


def unit(code: str) -> str:
    """A unit as a person reads it."""
    return {"degC": "°C", "1": ""}.get(code, code)


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(clock=clock, stamp=stamp, machine=machine, words=words, number=number, unit=unit)
    env.globals["age"] = lambda then_us, now_us: age_words(now_us - then_us)
    return env


_ENV = _environment()


def page(call: Call, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page for whoever is signed in."""
    shared: dict[str, Any] = {
        "account": call.account,
        "csrf": call.session.csrf_token if call.session else "",
        "may": call.may,
        "demo": call.services.demo,
        "now_us": call.now_us,
        "new_id": call.ctx.ids.new_id,
        "path": call.request.url.path,
    }
    return HTMLResponse(_ENV.get_template(template).render(**shared, **context), status_code=status)


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
    }
    return HTMLResponse(_ENV.get_template(template).render(**empty, **context), status_code=status_code)
