"""One event of every kind about other programs that read and write."""

from contract.examples.moments import T0_US
from holdfast.record import exchange_events as xc
from holdfast.record.events import AnyEvent

EXCHANGE: tuple[AnyEvent, ...] = (
    xc.MachineAdded(at_us=T0_US, machine_id="m1", name="Practice system", scopes=("system/*.rs",)),
    xc.MachineClosed(at_us=T0_US, machine_id="m1", reason="replaced"),
    xc.ExchangeRead(
        at_us=T0_US, by="machine:m1", interaction="search", what="Observation", query="patient=c1", cases=("c1",)
    ),
    xc.ExchangeRefused(
        at_us=T0_US, by="machine:m1", what="Observation", why="The code is not known.", sha256="ef" * 32
    ),
    xc.CaseTakenOver(
        at_us=T0_US, case_id="c1", sha256="ab" * 32, events=120, head="cd" * 32, people={"ada": "Dr. Ada Vale"}
    ),
)
