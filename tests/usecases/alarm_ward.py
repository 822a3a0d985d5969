"""A bed whose monitor sends numbers each second, on a store of choice, that can be stopped and started again."""

from itertools import count
from typing import Any

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.loader import load
from holdfast.record.events import AccountCreated, AnyEvent, case_stream
from holdfast.record.monitor import Alert, MonitorMessage, Origin
from holdfast.signals.conditions import Began, Ended
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases import beds, cases
from holdfast.usecases.alarm_views import AlarmsView, AlarmView
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context, record
from holdfast.usecases.live import Ward
from holdfast.usecases.ports import Change, NewBlock, NewHeld, Store, TrendPoint
from making import StandingClock, monitor_message, numeric, wave
from signals.made_signals import ecg, flat, steady_beats

_ids = count(1)


class Ids:
    """Ids that go on counting over a restart."""

    def new_id(self) -> str:
        return f"id{next(_ids)}"

    def new_secret(self) -> str:
        return f"secret-{next(_ids):040d}"


class AlarmWard:
    """One dog of 30 kg on ICU 1; nothing sleeps, ``seconds`` moves the clock."""

    def __init__(self, store: Store | None = None) -> None:
        self.clock, self.bed = StandingClock(), "ICU 1"
        self.store: Store = store or MemoryStore()
        self.start()
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        created = AccountCreated(at_us=self.clock.at_us, account="kim", name="Nurse Kim", role="technician")
        record(self.ctx, actor="vet", stream="clinic", events=[created])
        admission = cases.Admission(name="Rex", bed="ICU 1", weight_kg=30.0, age_months=60)
        self.case_id = cases.admit(self.ctx, actor="vet", admission=admission)

    def start(self, store: Store | None = None) -> None:
        """A program that starts on what is on disk and knows nothing else."""
        self.store = store or self.store
        self.ctx = Context(store=self.store, book=CaseBook(self.store), clock=self.clock, ids=Ids(), knowledge=load())
        self.ward = Ward(self.ctx)
        self.ward.watch_again(self.clock.at_us)
        self.ward.end_what_is_left(self.clock.at_us)
        self.ctx.book.catch_up()

    def hear(self, message: MonitorMessage) -> None:
        """As the intake does it: on disk first, then to the ward."""
        held = NewHeld(case_id=self.case_id, bed=self.bed, received_us=self.clock.at_us, message=message)
        change = Change(command_id=f"m{next(_ids)}", actor="device:MON-1", recorded_us=self.clock.at_us, held=(held,))
        self.store.submit(change).result()
        self.ward.hear(held)

    def seconds(self, seconds: int, *alerts: Alert, **values: float) -> None:
        """The monitor sends these numbers each second (none: it is silent)."""
        units = {"spo2": "%", "temp": "degC", "nibp_mean": "mmHg", "art_mean": "mmHg"}
        for _ in range(seconds):
            now_us = self.clock.advance(1)
            if values or alerts:
                numerics = [numeric(k, v, at_us=now_us, unit=units.get(k, "/min")) for k, v in values.items()]
                message = monitor_message(*numerics, sent_us=now_us)
                self.hear(msgspec.structs.replace(message, alerts=alerts))
            self.tick()

    def ecg(self, seconds: int, *, beats: bool = True) -> None:
        """An ECG lead, with or without a heart, a message each second."""
        trace = ecg(steady_beats(100, seconds), seconds, 250.0) if beats else flat(seconds, 250.0)
        for second in range(seconds):
            now_us = self.clock.advance(1)
            piece = wave("ecg_ii", trace[second * 250 : (second + 1) * 250], start_us=now_us - US_PER_S)
            self.hear(monitor_message(waves=(piece,), sent_us=now_us))
            self.tick()

    def tell(self, change: Began | Ended) -> None:
        """A state that the rules saw begins or ends."""
        self.ward.tell(self.case_id, change, self.clock.at_us)
        self.ctx.book.catch_up()

    def trend(self, key: str, value: float) -> None:
        """A block of this moment that holds one number."""
        at_us = self.clock.at_us
        row = TrendPoint(
            key=key, unit="/min", at_us=at_us, last=value, low=value, high=value, count=1, origin=Origin.LIVE
        )
        block = NewBlock(
            block_id=f"b{next(_ids)}", case_id=self.case_id, start_us=at_us, end_us=at_us, data=b"", trend=(row,)
        )
        change = Change(command_id=block.block_id, actor="holdfast", recorded_us=at_us, blocks=(block,))
        self.store.submit(change).result()

    def tick(self) -> None:
        self.ctx.book.catch_up()
        self.ward.tick(self.clock.at_us)
        self.ctx.book.catch_up()

    def view(self) -> AlarmsView:
        return self.ward.view(self.bed, self.clock.at_us).alarms

    def states(self) -> dict[str, str]:
        return {alarm.kind: alarm.state for alarm in self.view().alarms}

    def alarm(self, kind: str) -> AlarmView:
        return next(alarm for alarm in self.view().alarms if alarm.kind == kind)

    def events(self, *kinds: type[Any]) -> list[AnyEvent]:
        stored = self.store.read_stream(case_stream(self.case_id), without_blocks=True)
        return [item.event for item in stored if isinstance(item.event, kinds)]
