"""Sets of roles that the tables of access are written with."""

from holdfast.usecases.accounts import Role

Roles = frozenset[Role]

PUBLIC: frozenset[Role] = frozenset()
"""No sign-in needed. Only for what must work before it."""

EVERYBODY = frozenset(Role)
CLINICAL = frozenset({Role.CLINICIAN, Role.TECHNICIAN, Role.SPECIALIST, Role.ADMINISTRATOR})
"""An administrator works on cases too: in a small clinic the first account is a vet's, and often the only one awake."""
DECIDING = CLINICAL - {Role.TECHNICIAN}
"""Those who may order an irreversible act and decide on it."""
READING = CLINICAL
GRANTED = CLINICAL | {Role.INVESTIGATOR}
"""Pages of one case. An investigator needs a grant for them besides, and each reading is recorded (``web.gate``)."""
MANAGING = CLINICAL
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
