"""Examples that several tests share: one event of every kind (a module for each subject), messages, changes."""

from typing import get_args

from contract.examples.alarms import ALARMS
from contract.examples.care import CARE
from contract.examples.clinic import CLINIC
from contract.examples.consult import CONSULT
from contract.examples.end_of_life import END_OF_LIFE
from contract.examples.evidence import EVIDENCE
from contract.examples.exchange import EXCHANGE
from contract.examples.films import FILMS
from contract.examples.home import HOME
from contract.examples.making import Ids, block, change, held, message, note, point, put, wave
from contract.examples.moments import SECOND_US, T0_US
from contract.examples.operations import OPERATIONS
from contract.examples.other_systems import OTHER_SYSTEMS
from contract.examples.resuscitation import RESUSCITATION
from contract.examples.security import SECURITY
from contract.examples.service import SERVICE
from contract.examples.surgery import SURGERY
from contract.examples.treatments import TREATMENTS
from holdfast.record import events as ev

__all__ = [
    "EVERY_KIND",
    "EXAMPLES",
    "SECOND_US",
    "T0_US",
    "Ids",
    "block",
    "change",
    "held",
    "message",
    "note",
    "point",
    "put",
    "wave",
]

EVERY_KIND = get_args(ev.ANY_CASE_EVENT) + get_args(ev.ANY_CLINIC_EVENT)

EXAMPLES: tuple[ev.AnyEvent, ...] = (
    *CARE,
    *TREATMENTS,
    *END_OF_LIFE,
    *ALARMS,
    *HOME,
    *SURGERY,
    *EVIDENCE,
    *FILMS,
    *CLINIC,
    *RESUSCITATION,
    *CONSULT,
    *SERVICE,
    *OPERATIONS,
    *SECURITY,
    *EXCHANGE,
    *OTHER_SYSTEMS,
)
