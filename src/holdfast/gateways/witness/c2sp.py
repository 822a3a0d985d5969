"""A witness that speaks C2SP tlog-witness: ``add-checkpoint`` over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from holdfast.gateways.witness.posting import post
from holdfast.kernel.errors import WorldError
from holdfast.record.cosignature import WitnessKey
from holdfast.usecases.witness_ports import Holds, RefusedError

_REFUSALS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "It could not read what was sent.",
    HTTPStatus.FORBIDDEN: "It does not trust the key of this record. Hand it the line of the key that signs now.",
    HTTPStatus.NOT_FOUND: "It does not know a record of this name. Hand it the line of our key.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What it signed before is not the beginning of this record: it was rewritten.",
}
_SIZE = "text/x.tlog.size"


@dataclass(frozen=True)
class HttpWitness:
    """See ``usecases.witness_ports.Witness``."""

    key: WitnessKey
    url: str
    """Its submission prefix."""
    every_us: int

    def submit(self, old: int, proof: Sequence[str], note: str) -> str | Holds:
        body = "\n".join([f"old {old}", *proof, "", note]).encode()
        answer = post(f"{self.url.rstrip('/')}/add-checkpoint", body, "text/plain; charset=utf-8")
        text = answer.body.decode("utf-8", errors="replace")
        if answer.status == HTTPStatus.OK:
            return text
        if answer.status == HTTPStatus.CONFLICT:
            size = text.strip()
            if answer.kind == _SIZE and size.isascii() and size.isdigit() and len(size) < 20:
                return Holds(int(size))
            return Holds(old)
        if answer.status in _REFUSALS:
            raise RefusedError(_REFUSALS[answer.status])
        raise WorldError(f"{self.key.name} answered with {answer.status}.", "It is tried again.")
