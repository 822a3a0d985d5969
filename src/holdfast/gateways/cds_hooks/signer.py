"""Our own tokens, and the public key that others check them with."""

import hashlib
import uuid
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from jwt.algorithms import ECAlgorithm

from holdfast.kernel.time import US_PER_S

ALGORITHM = "ES384"
LIVES_S = 240
"""Below the five minutes that CDS Hooks recommends at most."""
JWKS_PATH = "/cds-hooks/jwks.json"


class Signer:
    """Signs tokens of this Holdfast. ``address``: who we are (``iss``), and where the key is found (``jku``)."""

    def __init__(self, key: EllipticCurvePrivateKey, address: str) -> None:
        self._key = key
        self._address = address
        public: dict[str, Any] = msgspec.json.decode(ECAlgorithm.to_jwk(key.public_key()))
        self.kid = hashlib.sha256(f"{public['x']}.{public['y']}".encode()).hexdigest()[:16]
        self.key_set = {"keys": [public | {"use": "sig", "alg": ALGORITHM, "kid": self.kid}]}

    def token(self, audience: str, now_us: int) -> str:
        """A token for one call to this address."""
        now_s = now_us // US_PER_S
        claims = {"iss": self._address, "aud": audience, "iat": now_s, "exp": now_s + LIVES_S, "jti": str(uuid.uuid4())}
        headers = {"kid": self.kid, "jku": f"{self._address}{JWKS_PATH}"}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=headers)
