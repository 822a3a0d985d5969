"""The web application: routes, their gate, errors and live screens, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from holdfast.kernel.errors import HoldfastError
from holdfast.web import (
    acts,
    api,
    dicomweb,
    dicomweb_pictures,
    errors,
    fhir,
    hook_door,
    openapi,
    service_acts,
)
from holdfast.web.acts import ACTS, ADMIT, Act
from holdfast.web.alarm_acts import ALARM_ACTS
from holdfast.web.call_acts import CALL_ACTS
from holdfast.web.consult_acts import CONSULT_ACTS
from holdfast.web.cpr_acts import CPR_ACTS
from holdfast.web.custody_acts import CUSTODY_ACTS
from holdfast.web.end_of_life_acts import END_OF_LIFE_ACTS
from holdfast.web.exam_acts import EXAM_ACTS
from holdfast.web.film_acts import FILM_ACTS
from holdfast.web.gate import Call, Handler, guarded, wants_json
from holdfast.web.hook_acts import HOOK_ACTS
from holdfast.web.pages import (
    account,
    alarms,
    calls,
    cases,
    consult,
    course,
    custody,
    end_of_life,
    exam,
    films,
    grants,
    handler,
    home,
    hooks,
    imaging,
    knowledge,
    offline,
    operations,
    outside,
    papers,
    patterns,
    people,
    proofs,
    recovery,
    resuscitation,
    rules,
    scores,
    security,
    service,
    shadow,
    signin,
    surgery,
    timeline,
    treatments,
    ward,
)
from holdfast.web.paper_acts import PAPER_ACTS
from holdfast.web.recovery_acts import RECOVERY_ACTS
from holdfast.web.render import STATIC
from holdfast.web.request_id import RequestIds
from holdfast.web.route import Page
from holdfast.web.score_acts import SCORE_ACTS
from holdfast.web.security import SecurityHeaders
from holdfast.web.services import WebServices
from holdfast.web.sockets import ALARMS, Hub, LiveScreen
from holdfast.web.surgery_acts import SURGERY_ACTS
from holdfast.web.throttle import Throttle
from holdfast.web.treatment_acts import TREATMENT_ACTS

__all__ = ["WebServices", "create_app"]

_PAGES: tuple[Page, ...] = (
    *signin.PAGES,
    *outside.PAGES,
    *account.PAGES,
    *people.PAGES,
    *security.PAGES,
    *ward.PAGES,
    *cases.PAGES,
    *course.PAGES,
    *alarms.PAGES,
    *calls.PAGES,
    *recovery.PAGES,
    *home.PAGES,
    *handler.PAGES,
    *imaging.PAGES,
    *dicomweb.PAGES,
    *rules.PAGES,
    *shadow.PAGES,
    *knowledge.PAGES,
    *patterns.PAGES,
    *api.PAGES,
    *offline.PAGES,
    *operations.PAGES,
    *resuscitation.PAGES,
    *films.PAGES,
    *custody.PAGES,
    *papers.PAGES,
    *grants.PAGES,
    *proofs.PAGES,
    *end_of_life.PAGES,
    *treatments.PAGES,
    *exam.PAGES,
    *consult.PAGES,
    *scores.PAGES,
    *service.PAGES,
    *service_acts.PAGES,
    *dicomweb_pictures.PAGES,
    *surgery.PAGES,
    *timeline.PAGES,
    *hooks.PAGES,
    Page("GET", "/openapi.json", "openapi", lambda: openapi.handler(_PAGES, _ACTS)),
)
_ACTS: tuple[Act, ...] = (
    *ACTS.values(),
    *ALARM_ACTS.values(),
    *CALL_ACTS.values(),
    *RECOVERY_ACTS.values(),
    *CPR_ACTS.values(),
    *FILM_ACTS.values(),
    *CUSTODY_ACTS.values(),
    *PAPER_ACTS.values(),
    *END_OF_LIFE_ACTS.values(),
    *TREATMENT_ACTS.values(),
    *EXAM_ACTS.values(),
    *CONSULT_ACTS.values(),
    *SCORE_ACTS.values(),
    *service_acts.SERVICE_ACTS.values(),
    *SURGERY_ACTS.values(),
    *HOOK_ACTS.values(),
)


def create_app(services: WebServices) -> Starlette:
    """The application for these services."""
    hub = Hub(services)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with hub.running():
            yield

    app = Starlette(
        routes=_routes(services, hub),
        middleware=[
            Middleware(RequestIds),
            Middleware(SecurityHeaders, secure=services.secure_cookies),
            Middleware(Throttle),
        ],
        exception_handlers={
            HoldfastError: errors.on_holdfast_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_fault,
        },
        lifespan=lifespan,
    )
    app.state.hub = hub
    return app


def _routes(services: WebServices, hub: Hub) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route(
            one.path, guarded(one.name, one.make(), services, one.takes, one.first), methods=[one.method], name=one.name
        )
        for one in _PAGES
    ]
    routes += _act_routes(ADMIT, "/cases", "/api/cases", services)
    for act in _ACTS:
        path = act.path or act.name
        routes += _act_routes(act, f"/cases/{{case_id}}/{path}", f"/api/cases/{{case_id}}/{path}", services)
    routes += [
        WebSocketRoute("/live/board", LiveScreen("live.board", hub, services).__call__, name="live.board"),
        WebSocketRoute("/live/alarms", LiveScreen("live.alarms", hub, services, ALARMS).__call__, name="live.alarms"),
        WebSocketRoute("/live/beds/{bed}", LiveScreen("live.bed", hub, services).__call__, name="live.bed"),
        *hook_door.routes(services.hooks),
        *fhir.routes(services),
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
