"""The web application: routes, their gate, errors and live screens, put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from holdfast.kernel.errors import HoldfastError
from holdfast.web import acts, api, dicomweb, errors
from holdfast.web.acts import ACTS, ADMIT, Act
from holdfast.web.alarm_acts import ALARM_ACTS
from holdfast.web.gate import Call, Handler, guarded, wants_json
from holdfast.web.pages import alarms, cases, course, imaging, knowledge, patterns, rules, signin, ward
from holdfast.web.render import STATIC
from holdfast.web.security import SecurityHeaders
from holdfast.web.services import WebServices
from holdfast.web.sockets import ALARMS, Hub, LiveScreen

__all__ = ["WebServices", "create_app"]

_STUDY = "/dicomweb/studies/{study}"
_SERIES = f"{_STUDY}/series/{{series}}"

_PAGES: tuple[tuple[str, str, str, Callable[[], Handler]], ...] = (
    ("GET", "/setup", "setup", lambda: signin.setup),
    ("POST", "/setup", "setup.save", lambda: signin.save_setup),
    ("GET", "/login", "login", lambda: signin.login),
    ("POST", "/login", "login.save", signin.SaveLogin),
    ("POST", "/logout", "logout", lambda: signin.logout),
    ("GET", "/account", "account", lambda: signin.account),
    ("POST", "/account/password", "account.password", lambda: signin.save_password),
    ("GET", "/people", "people", lambda: signin.people),
    ("POST", "/people", "people.create", lambda: signin.create_person),
    ("POST", "/people/{account_id}/role", "people.role", lambda: signin.change_person_role),
    ("POST", "/people/{account_id}/close", "people.close", lambda: signin.close_person),
    ("GET", "/", "board", lambda: ward.board),
    ("GET", "/beds", "beds", lambda: ward.beds),
    ("POST", "/beds", "beds.add", lambda: ward.add_bed),
    ("POST", "/beds/bind", "beds.bind", lambda: ward.bind_device),
    ("POST", "/beds/unbind", "beds.unbind", lambda: ward.unbind_device),
    ("GET", "/beds/{bed}", "bed", lambda: ward.bed),
    ("GET", "/quarantine", "quarantine", lambda: ward.quarantine),
    ("GET", "/quarantine/{quarantine_id}/raw", "quarantine.raw", lambda: ward.quarantine_raw),
    ("GET", "/cases", "cases", lambda: cases.cases),
    ("GET", "/cases/new", "case.new", lambda: cases.new_case),
    ("GET", "/cases/{case_id}", "case", lambda: cases.case),
    ("GET", "/cases/{case_id}/timeline", "timeline", lambda: cases.case_timeline),
    ("GET", "/cases/{case_id}/course", "course", lambda: course.course),
    ("GET", "/cases/{case_id}/second-look", "second_look", lambda: cases.second_look_page),
    ("GET", "/cases/{case_id}/alarms", "case.alarms", lambda: alarms.alarms),
    ("GET", "/imaging", "imaging", lambda: imaging.imaging),
    ("GET", "/imaging/files/{image_id}", "imaging.file", lambda: imaging.file),
    ("GET", "/imaging/{study_id}", "study", lambda: imaging.study),
    ("POST", "/imaging/{study_id}/attach", "study.attach", lambda: imaging.attach),
    ("POST", "/imaging/{study_id}/detach", "study.detach", lambda: imaging.detach),
    ("GET", "/dicomweb/studies", "dicomweb.studies", lambda: dicomweb.search_studies),
    ("GET", f"{_STUDY}/series", "dicomweb.series", lambda: dicomweb.search_series),
    ("GET", f"{_STUDY}/instances", "dicomweb.instances", lambda: dicomweb.search_instances),
    ("GET", f"{_SERIES}/instances", "dicomweb.series.instances", lambda: dicomweb.search_instances),
    ("GET", _STUDY, "dicomweb.study", lambda: dicomweb.fetch),
    ("GET", _SERIES, "dicomweb.series.fetch", lambda: dicomweb.fetch),
    ("GET", f"{_SERIES}/instances/{{instance}}", "dicomweb.instance", lambda: dicomweb.fetch),
    ("GET", "/rules", "rules", lambda: rules.rules),
    ("POST", "/rules/ladder", "rules.ladder", lambda: rules.save_ladder),
    ("GET", "/knowledge/diseases/{key}", "knowledge.disease", lambda: knowledge.disease),
    ("GET", "/knowledge/sources", "knowledge.sources", lambda: knowledge.sources),
    ("GET", "/knowledge/sources/{source_id}", "knowledge.source", lambda: knowledge.source),
    ("GET", "/patterns", "patterns", lambda: patterns.patterns),
    ("GET", "/health", "health", lambda: _health),
    ("GET", "/api/board", "api.board", lambda: api.board),
    ("GET", "/api/beds/{bed}", "api.bed", lambda: api.bed),
    ("GET", "/api/cases/{case_id}", "api.case", lambda: api.case),
    ("GET", "/api/cases/{case_id}/trends", "api.trends", lambda: api.trends),
    ("GET", "/api/cases/{case_id}/course", "api.course", lambda: api.course),
    ("GET", "/api/cases/{case_id}/timeline", "api.timeline", lambda: api.case_timeline),
    ("GET", "/api/cases/{case_id}/second-look", "api.second_look", lambda: api.look),
)
"""Method, path, route name and a maker of the handler (some keep state for the life of one application)."""


def create_app(services: WebServices) -> Starlette:
    """The application for these services."""
    hub = Hub(services)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with hub.running():
            yield

    return Starlette(
        routes=_routes(services, hub),
        middleware=[Middleware(SecurityHeaders, secure=services.secure_cookies)],
        exception_handlers={
            HoldfastError: errors.on_holdfast_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_fault,
        },
        lifespan=lifespan,
    )


def _routes(services: WebServices, hub: Hub) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route(path, guarded(name, make(), services), methods=[method], name=name) for method, path, name, make in _PAGES
    ]
    upload = guarded("imaging.upload", imaging.upload, services, imaging.UPLOADS)
    routes.append(Route("/imaging/upload", upload, methods=["POST"], name="imaging.upload"))
    store = guarded("dicomweb.store", dicomweb.store, services, dicomweb.STORES)
    routes.append(Route("/dicomweb/studies", store, methods=["POST"], name="dicomweb.store"))
    routes += _act_routes(ADMIT, "/cases", "/api/cases", services)
    for act in (*ACTS.values(), *ALARM_ACTS.values()):
        path = act.path or act.name
        routes += _act_routes(act, f"/cases/{{case_id}}/{path}", f"/api/cases/{{case_id}}/{path}", services)
    routes += [
        WebSocketRoute("/live/board", LiveScreen("live.board", hub, services).__call__, name="live.board"),
        WebSocketRoute("/live/alarms", LiveScreen("live.alarms", hub, services, ALARMS).__call__, name="live.alarms"),
        WebSocketRoute("/live/beds/{bed}", LiveScreen("live.bed", hub, services).__call__, name="live.bed"),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]
    return routes


def _act_routes(act: Act, form_path: str, api_path: str, services: WebServices) -> list[BaseRoute]:
    form_name, api_name = f"case.{act.name}", f"api.case.{act.name}"
    return [
        Route(form_path, guarded(form_name, _by_form(act), services), methods=["POST"], name=form_name),
        Route(api_path, guarded(api_name, _by_json(act), services), methods=["POST"], name=api_name),
    ]


def _by_form(act: Act) -> Handler:
    def handler(call: Call) -> Response:
        entry = acts.from_form(call, act.shape)
        outcome = act.run(call, _case_id(call), entry, acts.command_of(entry))
        if wants_json(call.request):
            return JSONResponse({**outcome.told, "location": outcome.location})
        return RedirectResponse(outcome.location, status_code=303)

    return handler


def _by_json(act: Act) -> Handler:
    def handler(call: Call) -> Response:
        entry = call.json(act.shape)
        outcome = act.run(call, _case_id(call), entry, acts.command_of(entry))
        return JSONResponse(outcome.told, status_code=201)

    return handler


def _case_id(call: Call) -> str:
    return str(call.request.path_params.get("case_id", ""))


def _health(_: Call) -> Response:
    return PlainTextResponse("ok\n")
