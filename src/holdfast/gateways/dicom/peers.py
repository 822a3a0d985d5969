"""Who may speak DICOM with us: an AE title together with the address it speaks from."""

import ipaddress
from dataclasses import dataclass

from holdfast.gateways.networks import plain_address
from holdfast.kernel.errors import OperatorError

TITLE = "HOLDFAST"
"""Our AE title."""
_TITLE_MAX = 16


@dataclass(frozen=True)
class Peer:
    """An imaging unit or archive."""

    title: str
    address: str
    port: int = 0
    """Where it listens; 0 when it does not (then it is only answered on the connection that it opened)."""


def peer_of(text: str) -> Peer:
    """``XRAY1@192.0.2.7`` or, with the port where it takes messages of its own, ``XRAY1@192.0.2.7:104``."""
    title, at, where = text.partition("@")
    address, _, port = where.rpartition(":") if where.count(":") == 1 else (where.strip("[]"), "", "")
    if not at or not title.strip() or len(title) > _TITLE_MAX or (port and not port.isdecimal()):
        raise OperatorError(f"{text!r} is not a DICOM peer.", "Write it as AETITLE@ADDRESS or AETITLE@ADDRESS:PORT.")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise OperatorError(f"{address!r} is not an address.", "Write the number, e.g. XRAY1@192.0.2.7.") from None
    return Peer(title.strip(), address, int(port or 0))


def allowed(peers: tuple[Peer, ...], title: str, address: str) -> Peer | None:
    """The peer on the list; without a list, whoever speaks from this very machine."""
    title, address = title.strip(), plain_address(address)
    if not peers:
        return Peer(title, address) if ipaddress.ip_address(address).is_loopback else None
    return next((one for one in peers if one.title == title and plain_address(one.address) == address), None)
