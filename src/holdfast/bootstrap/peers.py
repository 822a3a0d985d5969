"""Who may connect to this house, from the words of its configuration."""

import asyncio
import ssl
from typing import TYPE_CHECKING

from holdfast.bootstrap.house import House
from holdfast.config import Config
from holdfast.gateways.hl7.server import Door
from holdfast.gateways.identity.settings import read_settings
from holdfast.gateways.networks import network_of, permitted
from holdfast.gateways.tls import server_context
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
        tls=peers_tls(house.config, house.config.hl7_tls),
    )


def pages_tls(config: Config) -> ssl.SSLContext | None:
    """For the pages; None without a certificate."""
    if (config.tls_certificate is None) != (config.tls_key is None):
        raise OperatorError("TLS needs a certificate and its key.", "Give both --tls-cert and --tls-key.")
    if config.tls_certificate is None or config.tls_key is None:
        return None
    return server_context(config.tls_certificate, config.tls_key)


def peers_tls(config: Config, wanted: bool) -> ssl.SSLContext | None:
    """For monitors or imaging units, where it is wanted: with the certificate of the pages."""
    if not wanted:
        return None
    if config.tls_certificate is None or config.tls_key is None:
        raise OperatorError("TLS for monitors or imaging units needs a certificate.", "Give --tls-cert and --tls-key.")
    return server_context(config.tls_certificate, config.tls_key, config.tls_clients)


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
