"""Addresses of those who may speak with us."""

import ipaddress

from holdfast.kernel.errors import OperatorError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_of(text: str) -> Network:
    """``192.0.2.7`` or ``192.0.2.0/28``; raises ``OperatorError``."""
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError:
        raise OperatorError(f"{text!r} is not an address.", "Write 192.0.2.7, or 192.0.2.0/28 for several.") from None


def plain_address(address: str) -> str:
    """An IPv4 address that arrives in IPv6 clothes (``::ffff:192.0.2.7``) as itself."""
    known = ipaddress.ip_address(address.partition("%")[0])
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return str(mapped or known)


def permitted(networks: tuple[Network, ...], address: str) -> bool:
    """Whether the address is on the list; without a list, whether it is this very machine."""
    known = ipaddress.ip_address(plain_address(address))
    return any(known in one for one in networks) if networks else known.is_loopback


def of_this_machine(host: str) -> bool:
    """Whether what listens there is reached from this very machine alone. A name that is not ``localhost`` is not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
