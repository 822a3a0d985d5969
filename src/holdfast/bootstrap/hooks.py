"""CDS Hooks, wired: who may call, whom we ask, with which key."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from holdfast.config import Config
from holdfast.gateways.cds_hooks.client import HttpPeers
from holdfast.gateways.cds_hooks.key_sets import KeySets
from holdfast.gateways.cds_hooks.service import HookService
from holdfast.gateways.cds_hooks.settings import Settings, read_settings
from holdfast.gateways.cds_hooks.signer import Signer
from holdfast.gateways.cds_hooks.tokens import Tokens
from holdfast.knowledge import hook_codes
from holdfast.storage.hook_key import load_or_make
from holdfast.usecases.context import Context
from holdfast.usecases.hook_asking import HookAsking

ASKERS = 4
"""Systems that are asked at the same time; a silent one holds up three others at most."""


@dataclass
class Hooks:
    """What the house keeps of it."""

    settings: Settings
    service: HookService
    peers: HttpPeers
    asking: HookAsking
    senders: ThreadPoolExecutor

    @property
    def systems(self) -> tuple[tuple[str, str], ...]:
        """(name, address of its numbering of patients) of each client."""
        return tuple((one.name, one.patients or one.issuer) for one in self.settings.clients.values())

    def close(self) -> None:
        self.senders.shutdown(wait=True, cancel_futures=True)


def open_hooks(config: Config, ctx: Context) -> Hooks:
    """Wire it; raises ``OperatorError`` when ``hooks.yaml`` cannot be meant."""
    settings, codes = read_settings(config.data_dir), hook_codes.load()
    address = settings.address or config.http_address
    signer = Signer(load_or_make(config.data_dir), address) if settings.peers else None
    tokens = Tokens(settings.clients, KeySets(settings.clients), ctx.clock.now_us())
    senders = ThreadPoolExecutor(max_workers=ASKERS, thread_name_prefix="hooks")
    service = HookService(
        ctx,
        settings,
        tokens,
        codes,
        addresses=tuple(dict.fromkeys((address, config.http_address))),
        background=senders,
        key_set=signer.key_set if signer else None,
    )
    peers = HttpPeers(settings.peers, signer, codes, ctx.clock.now_us)
    return Hooks(settings, service, peers, HookAsking(ctx, peers, senders), senders)
