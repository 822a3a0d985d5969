"""A time-stamping authority (RFC 3161 over HTTP). A reply is checked before it is believed: whose it is, that it is
about these bytes, that it answers this very question."""

from dataclasses import dataclass, field
from http import HTTPStatus

from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from holdfast.gateways.witness.posting import post
from holdfast.kernel.errors import WorldError
from holdfast.kernel.time import from_datetime
from holdfast.usecases.witness_ports import Dated, RefusedError


@dataclass(frozen=True)
class HttpAuthority:
    """See ``usecases.witness_ports.Authority``."""

    name: str
    url: str
    roots: tuple[Certificate, ...] = field(repr=False)
    every_us: int = 0

    def date(self, data: bytes) -> Dated:
        request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
        answer = post(self.url, request.as_bytes(), "application/timestamp-query")
        if answer.status != HTTPStatus.OK:
            raise WorldError(f"{self.name} answered with {answer.status}.", "It is tried again.")
        try:
            reply = decode_timestamp_response(answer.body)
            verifier = VerifierBuilder(nonce=request.nonce, roots=list(self.roots)).build()
            verifier.verify_message(reply, data)
            stated = reply.tst_info.gen_time
        except (ValueError, VerificationError) as error:
            raise RefusedError(
                f"Its reply does not hold: {error}.", "Are its root certificates the right ones?"
            ) from error
        return Dated(answer.body, from_datetime(stated))
