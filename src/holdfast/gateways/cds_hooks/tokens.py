"""Who calls: the JSON Web Token of every call, checked by PyJWT against the keys of a configured client.

What a token says about itself decides nothing: the algorithm must be one of the client's own list, the address of keys
(``jku``) must be the configured one, and a token works once. Times are compared with Holdfast's clock.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from holdfast.gateways.cds_hooks.key_sets import KeySets
from holdfast.gateways.cds_hooks.outcome import HookRefusedError
from holdfast.gateways.cds_hooks.settings import Client
from holdfast.kernel.limits import HOOK_TOKEN_BYTES_MAX, HOOK_TOKEN_LIVES_S, HOOK_TOKENS_REMEMBERED
from holdfast.kernel.time import US_PER_S

LEEWAY_S = 30
"""Clocks of two machines may differ by so much."""
_JTI_MAX = 200
_REQUIRED = ["iss", "aud", "exp", "iat", "jti"]


class TokenRefusedError(HookRefusedError):
    """The call carries no token that may be believed. The caller is told little, the log more."""

    def __init__(self, why: str) -> None:
        super().__init__(401, "login", "The call carries no valid token of a system that may call here.")
        self.why = why


@dataclass(frozen=True)
class Caller:
    """A configured client that proved who it is."""

    key: str
    client: Client


class Tokens:
    """Checks tokens and remembers the ids of those that were used. Any thread may call."""

    def __init__(self, clients: dict[str, Client], keys: KeySets, started_us: int) -> None:
        self._clients = clients
        self._keys = keys
        self._started_us = started_us
        self._lock = threading.Lock()
        self._used: OrderedDict[tuple[str, str], int] = OrderedDict()

    def caller(self, authorization: str, audience: Sequence[str], now_us: int) -> Caller:
        """Who made the call that was sent to one of these addresses; raises ``TokenRefusedError``."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.casefold() != "bearer" or not token:
            raise TokenRefusedError("no bearer token")
        if len(token) > HOOK_TOKEN_BYTES_MAX:
            raise TokenRefusedError("an oversized token")
        try:
            header = jwt.get_unverified_header(token)
            unproved = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise TokenRefusedError("what is no token") from None
        issuer = unproved.get("iss")
        caller = next((Caller(k, c) for k, c in self._clients.items() if c.issuer == issuer), None)
        if caller is None:
            raise TokenRefusedError("an unknown issuer")
        claims = self._proved(token, header, caller, audience, now_us)
        self._check_times(claims, now_us)
        self._use(caller, claims, now_us)
        return caller

    def _proved(
        self, token: str, header: dict[str, Any], caller: Caller, audience: Sequence[str], now_us: int
    ) -> dict[str, Any]:
        client, algorithm, kid = caller.client, header.get("alg"), header.get("kid", "")
        if algorithm not in client.algorithms:
            raise TokenRefusedError("an algorithm that is not agreed")
        if "crit" in header or not isinstance(kid, str):
            raise TokenRefusedError("a header that is not understood")
        if client.jku and header.get("jku", client.jku) != client.jku:
            raise TokenRefusedError("another address of keys than the configured one")
        key = self._keys.find(caller.key, client, kid, str(algorithm), now_us)
        if key is None:
            raise TokenRefusedError("a key that is not known")
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[str(algorithm)],
                audience=list(audience),
                issuer=client.issuer,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenRefusedError(f"a token that does not hold ({type(error).__name__})") from None

    def _check_times(self, claims: dict[str, Any], now_us: int) -> None:
        times = {name: claims.get(name, 0) for name in ("exp", "iat", "nbf")}
        if not all(type(value) in (int, float) and math.isfinite(value) for value in times.values()):
            raise TokenRefusedError("times that are no numbers")
        now_s = now_us / US_PER_S
        if not now_s - LEEWAY_S < times["exp"] <= now_s + HOOK_TOKEN_LIVES_S:
            raise TokenRefusedError("an expired token, or one that lives too long")
        if times["iat"] > now_s + LEEWAY_S or times["nbf"] > now_s + LEEWAY_S:
            raise TokenRefusedError("a token of the future")
        if times["iat"] < self._started_us // US_PER_S:
            # Its id may have been used before the start, and what was used then is not remembered.
            raise TokenRefusedError("a token made before Holdfast was started")

    def _use(self, caller: Caller, claims: dict[str, Any], now_us: int) -> None:
        jti = claims["jti"]
        if not isinstance(jti, str) or not 0 < len(jti) <= _JTI_MAX:
            raise TokenRefusedError("no id")
        ends_us = int((claims["exp"] + LEEWAY_S) * US_PER_S)
        with self._lock:
            while self._used and next(iter(self._used.values())) < now_us:
                self._used.popitem(last=False)
            if (caller.key, jti) in self._used:
                raise TokenRefusedError("a token that was used before")
            if len(self._used) >= HOOK_TOKENS_REMEMBERED:
                raise TokenRefusedError("more tokens than can be remembered")
            self._used[caller.key, jti] = ends_us
