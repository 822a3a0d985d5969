"""Working dogs and what is asked of their past. A handler reaches the dogs that they lead (``usecases.service``)."""

from holdfast.usecases.accounts import Role
from holdfast.web.access.roles import CLINICAL, GRANTED, READING, Roles

_WRITING = CLINICAL | {Role.HANDLER}
_SEEING = READING | {Role.HANDLER}

ALLOWED: dict[str, Roles] = {
    "service": _SEEING,
    "service.dog": _SEEING,
    "service.add": CLINICAL,
    "service.facts": CLINICAL,
    "service.handlers": CLINICAL,
    "service.entries": _WRITING,
    "service.withdrawals": _WRITING,
    "service.file": _WRITING,
    "service.import": _WRITING,
    "api.service": _SEEING,
    "api.service.dog": _SEEING,
    "api.service.add": CLINICAL,
    "api.service.facts": CLINICAL,
    "api.service.handlers": CLINICAL,
    "api.service.entries": _WRITING,
    "api.service.withdrawals": _WRITING,
    "api.service.import": _WRITING,
    "incidents": GRANTED,
    "api.incidents": GRANTED,
    "case.service.link": CLINICAL,
    "case.service.unlink": CLINICAL,
    "case.lesions": CLINICAL,
    "case.incidents.state": CLINICAL,
    "api.case.service.link": CLINICAL,
    "api.case.service.unlink": CLINICAL,
    "api.case.lesions": CLINICAL,
    "api.case.incidents.state": CLINICAL,
}
