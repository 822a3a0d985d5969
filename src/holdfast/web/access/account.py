"""One's own account, the second step of signing in, and what asks again who one is."""

from holdfast.web.access.roles import ADMINISTRATION, EVERYBODY, PUBLIC, Roles

ALLOWED: dict[str, Roles] = {
    "login.code": PUBLIC,
    "login.code.save": PUBLIC,
    "login.outside": PUBLIC,
    "login.outside.return": PUBLIC,
    "prove": EVERYBODY,
    "prove.save": EVERYBODY,
    "account.second_factor": EVERYBODY,
    "account.second_factor.offer": EVERYBODY,
    "account.second_factor.save": EVERYBODY,
    "account.second_factor.remove": EVERYBODY,
    "account.sessions.end": EVERYBODY,
    "people.second_factor.remove": ADMINISTRATION,
    "people.sessions.end": ADMINISTRATION,
    "people.password": ADMINISTRATION,
    "security": ADMINISTRATION,
    "api.security": ADMINISTRATION,
}

FRESH = frozenset(
    {
        "account.second_factor",
        "account.second_factor.offer",
        "account.second_factor.save",
        "account.second_factor.remove",
        "account.sessions.end",
        "people",
        "people.create",
        "people.role",
        "people.close",
        "people.second_factor.remove",
        "people.sessions.end",
        "people.password",
        "grants.give",
        "grants.end",
        "proofs.name",
    }
)
"""Routes that somebody reaches only within a quarter of an hour of having said who they are. What is done for an animal
is never among them: at the bedside nothing asks for a password twice."""

WITHOUT_FACTOR = frozenset(
    {
        "static",
        "worker",
        "logout",
        "prove",
        "prove.save",
        "account",
        "account.password",
        "account.second_factor",
        "account.second_factor.offer",
        "account.second_factor.save",
        "api.session",
    }
)
"""What an account that must have a second factor reaches before it has one."""
