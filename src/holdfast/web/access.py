"""Who may open what: one table from route name to roles.

A route that is not in the table opens for nobody (``gate`` fails closed), and a test holds the
table against the routes of the application.
"""

from holdfast.usecases.accounts import Role

PUBLIC: frozenset[Role] = frozenset()
"""No sign-in needed. Only for what must work before it."""

EVERYBODY = frozenset(Role)
CLINICAL = frozenset({Role.CLINICIAN, Role.TECHNICIAN, Role.SPECIALIST, Role.ADMINISTRATOR})
"""An administrator works on cases too: in a small clinic the first account is a vet's, and often the only one awake."""
DECIDING = CLINICAL - {Role.TECHNICIAN}
"""Those who may order an irreversible act and decide on it."""
READING = CLINICAL | {Role.INVESTIGATOR}
MANAGING = CLINICAL
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})

ALLOWED: dict[str, frozenset[Role]] = {
    "static": PUBLIC,
    "health": PUBLIC,
    "setup": PUBLIC,
    "setup.save": PUBLIC,
    "login": PUBLIC,
    "login.save": PUBLIC,
    "logout": EVERYBODY,
    "account": EVERYBODY,
    "account.password": EVERYBODY,
    "people": ADMINISTRATION,
    "people.create": ADMINISTRATION,
    "people.role": ADMINISTRATION,
    "people.close": ADMINISTRATION,
    "board": READING,
    "bed": READING,
    "beds": READING,
    "beds.add": MANAGING,
    "beds.bind": MANAGING,
    "beds.unbind": MANAGING,
    "quarantine": MANAGING,
    "quarantine.raw": MANAGING,
    "cases": READING,
    "case.new": CLINICAL,
    "case.admit": CLINICAL,
    "case": READING,
    "timeline": READING,
    "course": READING,
    "second_look": READING,
    "case.alarms": READING,
    "case.alarms.acknowledge": CLINICAL,
    "case.alarms.over": CLINICAL,
    "case.alarms.pause": CLINICAL,
    "case.alarms.resume": CLINICAL,
    "case.alarms.off": CLINICAL,
    "case.alarms.on": CLINICAL,
    "case.alarms.limits": CLINICAL,
    "case.findings": CLINICAL,
    "case.retractions": CLINICAL,
    "case.touches": CLINICAL,
    "case.treatments": CLINICAL,
    "case.diagnosis": DECIDING,
    "case.tests": CLINICAL,
    "case.notes": CLINICAL,
    "case.weight": CLINICAL,
    "case.bed": CLINICAL,
    "case.corrections": CLINICAL,
    "case.close": DECIDING,
    "case.order": DECIDING,
    "case.comfort": CLINICAL,
    "case.decision": DECIDING,
    "case.imaging": CLINICAL,
    "imaging": READING,
    "imaging.file": READING,
    "imaging.upload": CLINICAL,
    "study": READING,
    "study.attach": CLINICAL,
    "study.detach": CLINICAL,
    "dicomweb.studies": READING,
    "dicomweb.series": READING,
    "dicomweb.instances": READING,
    "dicomweb.series.instances": READING,
    "dicomweb.study": READING,
    "dicomweb.series.fetch": READING,
    "dicomweb.instance": READING,
    "dicomweb.store": CLINICAL,
    "knowledge.disease": READING,
    "knowledge.sources": READING,
    "knowledge.source": READING,
    "rules": READING,
    "rules.ladder": MANAGING,
    "patterns": EVERYBODY,
    "api.board": READING,
    "api.bed": READING,
    "api.case": READING,
    "api.trends": READING,
    "api.timeline": READING,
    "api.course": READING,
    "api.second_look": READING,
    "api.case.admit": CLINICAL,
    "api.case.alarms.acknowledge": CLINICAL,
    "api.case.alarms.over": CLINICAL,
    "api.case.alarms.pause": CLINICAL,
    "api.case.alarms.resume": CLINICAL,
    "api.case.alarms.off": CLINICAL,
    "api.case.alarms.on": CLINICAL,
    "api.case.alarms.limits": CLINICAL,
    "api.case.findings": CLINICAL,
    "api.case.retractions": CLINICAL,
    "api.case.touches": CLINICAL,
    "api.case.treatments": CLINICAL,
    "api.case.diagnosis": DECIDING,
    "api.case.tests": CLINICAL,
    "api.case.imaging": CLINICAL,
    "api.case.notes": CLINICAL,
    "api.case.weight": CLINICAL,
    "api.case.bed": CLINICAL,
    "api.case.corrections": CLINICAL,
    "api.case.close": DECIDING,
    "api.case.order": DECIDING,
    "api.case.comfort": CLINICAL,
    "api.case.decision": DECIDING,
    "live.board": READING,
    "live.alarms": READING,
    "live.bed": READING,
}


def may_open(route: str, role: str) -> bool:
    """Whether an account of this role (empty: nobody signed in) may open the route."""
    allowed = ALLOWED.get(route)
    if allowed is None:
        return False
    return not allowed or role in allowed
