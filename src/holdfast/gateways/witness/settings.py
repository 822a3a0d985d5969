"""Who is sent checkpoints: ``witnesses.yaml`` in the folder of the record. Without it nothing is ever sent."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.x509 import Certificate, load_pem_x509_certificates

from holdfast.gateways import settings_file
from holdfast.gateways.witness.c2sp import HttpWitness
from holdfast.gateways.witness.rfc3161 import HttpAuthority
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.record.cosignature import read_witness_key

FILE = "witnesses.yaml"
PAGE = "docs/reference/proofs.md"
_REMEDY = f"See {PAGE}."


class _Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    key: str
    url: str
    every_min: int = 60


class _Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    url: str
    roots: str
    """File with the certificates (PEM) of the authority's root, beside this one."""
    every_min: int = 24 * 60


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    witnesses: tuple[_Witness, ...] = ()
    timestamps: tuple[_Authority, ...] = ()


def read_witnesses(folder: Path) -> tuple[tuple[HttpWitness, ...], tuple[HttpAuthority, ...]]:
    """The witnesses and authorities of this folder; none when there is no file. Raises ``OperatorError``."""
    path = folder / FILE
    file = settings_file.read(path, _File, see=PAGE) or _File()
    peers: tuple[_Witness | _Authority, ...] = (*file.witnesses, *file.timestamps)
    for peer in peers:
        if not _is_address(peer.url):
            raise OperatorError(f"{path}: {peer.url!r} is no address.", "It begins with https:// or http://.")
        if peer.every_min < 1:
            raise OperatorError(f"{path}: every_min is a number of minutes from 1.", _REMEDY)
    witnesses = tuple(
        HttpWitness(read_witness_key(one.key), one.url, one.every_min * US_PER_MIN) for one in file.witnesses
    )
    authorities = tuple(
        HttpAuthority(one.name, one.url, _roots(folder / one.roots), one.every_min * US_PER_MIN)
        for one in file.timestamps
    )
    names = [one.key.name for one in witnesses] + [one.name for one in authorities]
    if len(set(names)) < len(names) or not all(names):
        raise OperatorError(f"{path}: two have the same name, or one has none.", "Each needs a name of its own.")
    return witnesses, authorities


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _roots(path: Path) -> tuple[Certificate, ...]:
    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"{path} holds no certificates: {error}.", "Ask the authority for its root (PEM)."
        ) from error
