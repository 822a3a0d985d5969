"""Our own end-of-life order is put before other systems (CDS Hooks ``order-sign``), beside the second look.

Nothing waits for them: the order is on record and the page is open before the first byte goes out, and there is one
try. That they were asked is on record before they are; so two programs on one record ask once.
"""

import logging
from concurrent.futures import Executor

from holdfast.kernel.errors import HoldfastError
from holdfast.record import events as ev
from holdfast.record.hook_events import HookAsked, HookSaid
from holdfast.usecases.context import Context, record
from holdfast.usecases.hook_ports import Peer, Peers, Question, Said
from holdfast.usecases.ports import OWN_ACTOR

log = logging.getLogger("holdfast")

HOOK = "order-sign"
_CASE = ev.case_stream("")


class HookAsking:
    """Hears of every order as the record grows; asking happens on ``senders``."""

    def __init__(self, ctx: Context, peers: Peers, senders: Executor) -> None:
        self._ctx = ctx
        self._peers = peers
        self._senders = senders
        ctx.book.on_event(self._hear)

    def _hear(self, item: ev.Recorded) -> None:
        if isinstance(item.event, ev.EndOfLifeOrdered) and item.stream.startswith(_CASE):
            case_id = item.stream.removeprefix(_CASE)
            for peer in self._peers.all():
                self._senders.submit(self._ask, peer, case_id, item.event, item.actor)

    def _ask(self, peer: Peer, case_id: str, order: ev.EndOfLifeOrdered, actor: str) -> None:
        try:
            self._ask_once(peer, case_id, order, actor)
        except HoldfastError as error:
            log.warning("asking %s about an order failed: %s", peer.name, error)
        except Exception:
            log.exception("asking %s about an order failed", peer.name)

    def _ask_once(self, peer: Peer, case_id: str, order: ev.EndOfLifeOrdered, actor: str) -> None:
        ctx, case = self._ctx, self._ctx.book.case(case_id)
        if case.training != peer.training:
            return
        instance = self._peers.new_instance()
        asked = HookAsked(
            at_us=ctx.clock.now_us(),
            order_id=order.order_id,
            peer=peer.key,
            peer_name=peer.name,
            hook=HOOK,
            hook_instance=instance,
        )
        stream, own = ev.case_stream(case_id), f"hook-asked.{order.order_id}.{peer.key}"
        if record(ctx, actor=OWN_ACTOR, stream=stream, events=[asked], command_id=own).duplicate:
            return
        question = Question(
            hook_instance=instance,
            case_id=case_id,
            order_id=order.order_id,
            indication=order.indication,
            actor=actor,
            species=case.admitted.species,
            breed=case.corrected("breed") or case.admitted.breed,
            sex=case.admitted.sex,
            microchip=case.microchip,
            identifiers=tuple((one.system, one.value) for one in case.hooks.standing_identifiers),
        )
        try:
            said = self._peers.ask(peer.key, question)
        except Exception:
            log.exception("%s could not be asked", peer.name)
            said = Said("no_answer", "It could not be asked.")
        now_us = ctx.clock.now_us()
        event = HookSaid(
            at_us=now_us,
            order_id=order.order_id,
            peer=peer.key,
            hook_instance=instance,
            outcome=said.outcome,
            problem=said.problem,
            took_ms=(now_us - asked.at_us) // 1_000,
            cards=said.cards,
        )
        record(ctx, actor=OWN_ACTOR, stream=stream, events=[event])
