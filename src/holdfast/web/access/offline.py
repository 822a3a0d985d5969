"""Going on without the server."""

from holdfast.web.access.roles import EVERYBODY, PUBLIC, Roles

ALLOWED: dict[str, Roles] = {
    "worker": PUBLIC,
    "api.session": EVERYBODY,
}
