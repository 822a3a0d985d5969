"""Who may connect to this house, from the words of its configuration."""

import asyncio
import ssl
from typing import TYPE_CHECKING

from holdfast.bootstrap.house import House
from holdfast.config import Config
from holdfast.gateways.hl7.server import Door
from holdfast.gateways.identity.settings import read_settings
from holdfast.gateways.networks import network_of, of_this_machine, permitted
from holdfast.gateways.tls import server_context
from holdfast.gateways.tls_refusals import told
from holdfast.kernel.errors import OperatorError
from holdfast.usecases.accounts import Role

if TYPE_CHECKING:  # fetched where people sign in elsewhere: a server listens sooner without it
    from holdfast.gateways.identity.oidc import OidcProvider


def hl7_door(house: House) -> Door:
    """Who of the monitors is listened to. Raises ``OperatorError`` for an address misspelt."""
    networks = tuple(network_of(text) for text in house.config.hl7_peers)

    async def on_refused(address: str, reason: str) -> None:
        await asyncio.to_thread(house.refusals.refused, "HL7", address, "", reason)

    return Door(
        permits=lambda address: permitted(networks, address),
        on_refused=on_refused,
        tls=peers_tls(house.config, house.config.hl7_tls, "monitors"),
    )


def pages_tls(config: Config) -> ssl.SSLContext | None:
    """For the pages; None without a certificate, which is for this machine alone or stated (``OperatorError``)."""
    if (config.tls_certificate is None) != (config.tls_key is None):
        raise OperatorError("TLS needs a certificate and its key.", "Give both --tls-cert and --tls-key.")
    if config.tls_certificate is None or config.tls_key is None:
        if not (of_this_machine(config.http_host) or config.secure_cookies or config.plain_http):
            raise OperatorError(
                f"Pages at {config.http_host} would go over the network in plain text, passwords with them.",
                "Give --tls-cert and --tls-key; or --secure-cookies when TLS ends in front of Holdfast. "
                "--plain-http serves them in plain text all the same.",
            )
        return None
    return told(server_context(config.tls_certificate, config.tls_key), "pages")


def peers_tls(config: Config, wanted: bool, door: str) -> ssl.SSLContext | None:
    """For monitors or imaging units, where it is wanted: with the certificate of the pages."""
    if not wanted:
        return None
    if config.tls_certificate is None or config.tls_key is None:
        raise OperatorError("TLS for monitors or imaging units needs a certificate.", "Give --tls-cert and --tls-key.")
    return told(server_context(config.tls_certificate, config.tls_key, config.tls_clients), door)


def required_roles(config: Config) -> frozenset[Role]:
    """Roles that must have a second factor; raises ``OperatorError`` for one that does not exist."""
    try:
        return frozenset(Role(one) for one in config.second_factor_roles)
    except ValueError:
        known = ", ".join(Role)
        raise OperatorError("There is no such role to ask a second factor of.", f"Roles: {known}.") from None


def identity_provider(config: Config) -> "OidcProvider | None":
    """Where else people sign in; raises ``OperatorError`` for a file that cannot be meant."""
    settings = read_settings(config.data_dir)
    if settings is None:
        return None
    from holdfast.gateways.identity.oidc import OidcProvider

    return OidcProvider(settings)
