"""Examination and consult."""

from holdfast.web.access.roles import CLINICAL, READING, Roles

ALLOWED: dict[str, Roles] = {
    "exam": READING,
    "exam.presses": READING,
    "case.photographs": CLINICAL,
    "photograph": READING,
    "case.exam": CLINICAL,
    "case.exam.normal": CLINICAL,
    "case.exam.withdraw": CLINICAL,
    "case.touches.withdraw": CLINICAL,
    "case.marks": CLINICAL,
    "case.marks.withdraw": CLINICAL,
    "api.exam": READING,
    "api.case.exam": CLINICAL,
    "api.case.exam.normal": CLINICAL,
    "api.case.exam.withdraw": CLINICAL,
    "api.case.touches.withdraw": CLINICAL,
    "api.case.marks": CLINICAL,
    "api.case.marks.withdraw": CLINICAL,
}
