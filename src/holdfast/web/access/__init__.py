"""Who may open what: one table from route name to roles, put together from a table for each subject.

A route that is not in the table opens for nobody (``gate`` fails closed), and a test holds the
table against the routes of the application.
"""

from holdfast.web.access import (
    account,
    alarms,
    calls,
    clinic,
    description,
    end_of_life,
    evidence,
    exam,
    fhir,
    films,
    hooks,
    imaging,
    offline,
    operations,
    recovery,
    resuscitation,
    service,
    shadow,
    surgery,
    treatments,
)
from holdfast.web.access.roles import Roles

ALLOWED: dict[str, Roles] = {
    **clinic.ALLOWED,
    **account.ALLOWED,
    **alarms.ALLOWED,
    **calls.ALLOWED,
    **imaging.ALLOWED,
    **recovery.ALLOWED,
    **offline.ALLOWED,
    **operations.ALLOWED,
    **resuscitation.ALLOWED,
    **films.ALLOWED,
    **evidence.ALLOWED,
    **end_of_life.ALLOWED,
    **treatments.ALLOWED,
    **exam.ALLOWED,
    **service.ALLOWED,
    **shadow.ALLOWED,
    **surgery.ALLOWED,
    **hooks.ALLOWED,
    **fhir.ALLOWED,
    **description.ALLOWED,
}


def may_open(route: str, role: str) -> bool:
    """Whether an account of this role (empty: nobody signed in) may open the route."""
    allowed = ALLOWED.get(route)
    if allowed is None:
        return False
    return not allowed or role in allowed
