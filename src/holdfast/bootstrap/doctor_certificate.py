"""What the doctor says of a TLS certificate: how long it holds, and whether browsers will believe it.

Who is believed is asked of this machine's own list of authorities. A browser may have another one.
"""

import contextlib
import ipaddress
import re
import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification

from holdfast.bootstrap.findings import Finding, problem, unknown, warning, well

SOON_DAYS = 30
CHECK = "certificate"
_ONE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_TRUSTED_ELSEWHERE = (
    "Get one from an authority that browsers know (any that speaks ACME gives it), or put your own authority on each "
    "machine that opens the pages, and on this one."
)


def certificate(
    file: Path, name: str = "", now: datetime | None = None, authorities: Sequence[Path] | None = None
) -> list[Finding]:
    """``name``: under which browsers open the pages; without it, each name that the certificate has. ``authorities``:
    files of those who are believed; without them, this machine's own."""
    now = now or datetime.now(UTC)
    try:
        own, *more = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        return [problem(CHECK, f"{file} cannot be read: {error}.", "Name the PEM file of the certificate.")]
    return [_time(own, file.name, now), _trust(own, more, name, now, believed(authorities))]


def believed(files: Sequence[Path] | None = None) -> list[x509.Certificate]:
    """The authorities of these files, or of this machine where none are named. What cannot be read is left out."""
    if files is None:
        places = ssl.get_default_verify_paths()
        files = [Path(places.cafile)] if places.cafile else []
        files += sorted(one for one in Path(places.capath).iterdir() if one.is_file()) if places.capath else []
    found: dict[bytes, None] = {}
    for file in files:
        with contextlib.suppress(OSError):
            found |= dict.fromkeys(_ONE.findall(file.read_bytes()))
    read = []
    for one in found:
        with contextlib.suppress(ValueError), warnings.catch_warnings(action="ignore"):  # of odd but common numbers
            read.append(x509.load_pem_x509_certificate(one))
    return read


def _time(own: x509.Certificate, named: str, now: datetime) -> Finding:
    days = (own.not_valid_after_utc - now).days
    says = f"{named} holds until {own.not_valid_after_utc:%Y-%m-%d} ({days} days)."
    if now < own.not_valid_before_utc:
        return problem(CHECK, f"{named} does not hold yet.", "Check the clock, or get another certificate.")
    if days < 0:
        return problem(CHECK, says, "Renew it now: browsers refuse it.")
    if days < SOON_DAYS:
        return warning(CHECK, says, "Renew it soon.")
    return well(CHECK, says)


def _trust(
    own: x509.Certificate,
    more: list[x509.Certificate],
    name: str,
    now: datetime,
    authorities: list[x509.Certificate],
) -> Finding:
    names = _names(own)
    if not names:
        return problem(
            CHECK, "It names no address: every browser refuses it.", "Get one with the pages' name as a DNS name in it."
        )
    if not authorities:
        return unknown(
            CHECK,
            "This machine keeps no list of authorities, so nobody here can say who trusts it.",
            "Install ca-certificates, or open the pages in a browser.",
        )
    if not now < own.not_valid_after_utc or now < own.not_valid_before_utc:
        return unknown(CHECK, "Who trusts it was not asked: it does not hold now.", "Get one that holds, then ask.")
    policy = verification.PolicyBuilder().store(verification.Store(authorities)).time(now)
    refused = {one: _refused(policy, one, own, more) for one in [name] if one} or {
        one: _refused(policy, one, own, more) for one in names
    }
    if not any(refused.values()):
        served = "" if name else " Whether the pages are opened under such a name, --certificate-name tells."
        return well(CHECK, f"Trusted by this machine's authorities for {', '.join(refused)}.{served}")
    if name and not any(_refused(policy, one, own, more) for one in names):
        return problem(
            CHECK,
            f"Not trusted: browsers will warn. It is not for {name} but for {', '.join(names)}.",
            "Open the pages under such a name, or get a certificate for this one.",
        )
    why = next(one for one in refused.values() if one)
    return warning(
        CHECK, f"Not trusted: browsers will warn. {_signed(own, more, authorities)} ({why}).", _TRUSTED_ELSEWHERE
    )


def _refused(policy: verification.PolicyBuilder, name: str, own: x509.Certificate, more: list[x509.Certificate]) -> str:
    """Why the certificate is not believed for this name; empty when it is."""
    try:
        policy.build_server_verifier(_subject(name)).verify(own, more)
    except (verification.VerificationError, ValueError) as error:
        return str(error).rstrip(".")
    return ""


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name.replace("*", "any", 1))


def _names(own: x509.Certificate) -> list[str]:
    """What it may be opened under; a name of the old kind (common name) counts in no browser."""
    try:
        listed = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [*listed.get_values_for_type(x509.DNSName), *map(str, listed.get_values_for_type(x509.IPAddress))]


def _signed(own: x509.Certificate, more: list[x509.Certificate], authorities: list[x509.Certificate]) -> str:
    if own.issuer == own.subject:
        return "It is signed by itself"
    last = (more[-1] if more else own).issuer
    by = last.rfc4514_string() or "nobody who is named"
    if any(one.subject == last for one in authorities):
        return f"It is signed by {by}"
    chain = "" if more else ", and the file holds no certificate between it and an authority"
    return f"It is signed by {by}, whom this machine does not know{chain}"
