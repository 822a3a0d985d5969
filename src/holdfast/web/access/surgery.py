"""Operations."""

from holdfast.web.access.roles import CLINICAL, DECIDING, READING, Roles

ALLOWED: dict[str, Roles] = {
    "surgeries": READING,
    "surgery": READING,
    "surgery.chart": READING,
    "surgery.pdf": READING,
    "api.surgery": READING,
    "case.surgery.plan": DECIDING,
    "case.surgery.asa": CLINICAL,
    "case.surgery.item": CLINICAL,
    "case.surgery.step": CLINICAL,
    "case.surgery.begin": CLINICAL,
    "case.surgery.note": CLINICAL,
    "case.surgery.end": CLINICAL,
    "api.case.surgery.plan": DECIDING,
    "api.case.surgery.asa": CLINICAL,
    "api.case.surgery.item": CLINICAL,
    "api.case.surgery.step": CLINICAL,
    "api.case.surgery.begin": CLINICAL,
    "api.case.surgery.note": CLINICAL,
    "api.case.surgery.end": CLINICAL,
}
