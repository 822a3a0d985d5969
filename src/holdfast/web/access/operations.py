"""Running the house. Health is for a supervisor that has no account; the figures have a guard of their own."""

from holdfast.web.access.roles import PUBLIC, Roles

ALLOWED: dict[str, Roles] = {
    "health": PUBLIC,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "metrics": PUBLIC,
}
