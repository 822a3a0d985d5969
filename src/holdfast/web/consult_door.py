"""Who came by the link of a consult. It opens the pages below ``/consult`` and nothing else."""

from holdfast.record.case_state import CaseState
from holdfast.record.consult_state import ConsultEntry
from holdfast.usecases import consults
from holdfast.web.gate import Call
from holdfast.web.link_door import Door

PATH = "/consult"
DOOR = Door("holdfast_consult")


def guest(call: Call) -> tuple[CaseState, ConsultEntry]:
    """The case and the invitation of whoever asks; raises ``NotAllowedError``."""
    return consults.let_in(call.ctx, DOOR.secret(call))


def posting_guest(call: Call) -> tuple[CaseState, ConsultEntry]:
    """The same for what is posted: with the token of the guest's own page."""
    case, entry = guest(call)
    DOOR.check_form(call)
    return case, entry
