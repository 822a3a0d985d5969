"""What the API says of itself."""

from holdfast.web.access.roles import EVERYBODY, Roles

ALLOWED: dict[str, Roles] = {"openapi": EVERYBODY}
