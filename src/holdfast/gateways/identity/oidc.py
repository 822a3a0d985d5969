"""Signing in at a provider of OpenID Connect: code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section
3.1; RFC 7636; RFC 9207).

Authlib speaks with the provider, joserfc checks its ID token. Only the identity is taken from it: no role, no group,
and neither token is kept.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from holdfast.gateways.identity.settings import Settings, safe_address
from holdfast.kernel.errors import NotAllowedError, WorldError
from holdfast.usecases.sign_in_ports import Begun, Identity

log = logging.getLogger(__name__)

RETURN_PATH = "/login/outside/return"
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Only signatures by a key that the provider alone holds."""
_LEEWAY_S = 60
_TIMEOUT_S = 10.0
_METADATA_KEPT_S = 3600.0
_ANSWER_MAX = 256 * 1024
_REFUSED = ("The answer of the sign-in service cannot be trusted.", "Begin again; if it stays, tell who runs Holdfast.")


class OidcProvider:
    """See ``usecases.sign_in_ports.IdentityProvider``. Any thread may call it."""

    def __init__(self, settings: Settings, clock_s: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_s = 0.0
        self._keys: KeySet | None = None

    @property
    def label(self) -> str:
        return self._settings.label

    def begin(self) -> Begun:
        metadata = self._discover()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._session(state) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(url=str(url), state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, *, state: str, code: str, issuer: str) -> Identity:
        if not secrets.compare_digest(state.encode(), begun.state.encode()) or not code:
            raise NotAllowedError(*_REFUSED)
        if issuer and issuer != self._settings.issuer:
            raise NotAllowedError(*_REFUSED)
        metadata = self._discover()
        try:
            with self._session(begun.state) as session:
                token = session.fetch_token(
                    metadata["token_endpoint"],
                    code=code,
                    code_verifier=begun.verifier,
                    timeout=_TIMEOUT_S,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise _unreachable(error) from None
        except (AuthlibBaseError, ValueError) as error:
            log.warning("the provider gave no token: %s", type(error).__name__)
            raise NotAllowedError(*_REFUSED) from None
        return self._identity(str(token.get("id_token", "")), begun.nonce)

    def _session(self, state: str) -> Any:
        settings = self._settings
        return OAuth2Session(
            settings.client_id,
            settings.client_secret,
            scope="openid profile email",
            state=state,
            redirect_uri=settings.address.rstrip("/") + RETURN_PATH,
            code_challenge_method="S256",
        )

    def _discover(self) -> dict[str, Any]:
        """What the provider says of itself, asked for once an hour."""
        with self._lock:
            if self._metadata and self._clock_s() - self._metadata_s < _METADATA_KEPT_S:
                return self._metadata
        found = _fetch(self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self._settings.issuer:
            raise WorldError("The sign-in service says that it is another one.", "Check the issuer in sign-in.yaml.")
        if not all(isinstance(found.get(one), str) and safe_address(found[one]) for one in endpoints):
            raise WorldError("The sign-in service does not say where to sign in.", "Tell who runs it.")
        with self._lock:
            self._metadata, self._metadata_s, self._keys = found, self._clock_s(), None
        return found

    def _identity(self, id_token: str, nonce: str) -> Identity:
        settings = self._settings
        try:
            claims = self._verified(id_token)
            jwt.JWTClaimsRegistry(
                now=int(self._clock_s()),
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": settings.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("the provider's ID token was refused: %s", type(error).__name__)
            raise NotAllowedError(*_REFUSED) from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings.client_id:
            raise NotAllowedError(*_REFUSED)
        login, subject = claims.get(settings.claim), claims["sub"]
        proved = settings.claim != "email" or claims.get("email_verified") is True
        if not isinstance(subject, str) or not isinstance(login, str) or not proved:
            raise NotAllowedError("The sign-in service does not say which account is yours.", "Tell who runs it.")
        return Identity(issuer=settings.issuer, subject=subject, login=login)

    def _verified(self, id_token: str) -> dict[str, Any]:
        """Claims of a token that a key of the provider signed; its keys are asked for again when they were changed."""
        keys = self._keys
        if keys is not None:
            try:
                return dict(jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError):
                pass
        self._keys = keys = KeySet.import_key_set(_fetch(self._discover()["jwks_uri"]))  # type: ignore[arg-type]
        return dict(jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims)


def _fetch(url: str) -> dict[str, Any]:
    """A JSON object; redirects are not followed, and no more is read than such an answer can be."""
    try:
        with requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise WorldError("The sign-in service does not answer as it should.", "Sign in with your password.")
            body = answer.raw.read(_ANSWER_MAX + 1, decode_content=True)
        found = json.loads(body) if len(body) <= _ANSWER_MAX else None
    except requests.RequestException as error:
        raise _unreachable(error) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WorldError("The sign-in service does not answer as it should.", "Sign in with your password.")
    return found


def _unreachable(error: Exception) -> WorldError:
    log.warning("the provider of identities cannot be reached: %s", type(error).__name__)
    return WorldError("The sign-in service cannot be reached.", "Sign in with your password here.")
