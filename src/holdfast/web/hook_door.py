"""The door for other systems (CDS Hooks): requests go to the gateway as they are, and its answers out.

No session and no form: who calls is proved by the token of each call, so the gate of the pages is not asked.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from holdfast.kernel.limits import HOOK_BODY_BYTES_MAX
from holdfast.usecases.hook_ports import AnswerHook, HookCall

_HEADER_MAX = 16_384
_TOO_LARGE = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"too-long",'
    b'"details":{"text":"The call is too large."}}]}'
)


def routes(answer: AnswerHook) -> list[BaseRoute]:
    """The routes; their names stand in ``access`` as open to all, because the token decides."""

    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > HOOK_BODY_BYTES_MAX:
                return Response(_TOO_LARGE, 413, media_type="application/json")
        call = HookCall(
            method=request.method,
            path=request.url.path,
            authorization=request.headers.get("authorization", "")[:_HEADER_MAX],
            origin=request.headers.get("origin", ""),
            address=request.client.host if request.client else "",
            body=bytes(body),
        )
        reply = await run_in_threadpool(answer, call)
        return Response(reply.body, reply.status, dict(reply.headers))

    posted = ["POST", "OPTIONS"]
    return [
        Route("/cds-services", endpoint, methods=["GET", "OPTIONS"], name="hooks.discovery"),
        Route("/cds-services/{service_id}", endpoint, methods=posted, name="hooks.call"),
        Route("/cds-services/{service_id}/feedback", endpoint, methods=posted, name="hooks.feedback"),
        Route("/cds-hooks/jwks.json", endpoint, methods=["GET"], name="hooks.keys"),
    ]
