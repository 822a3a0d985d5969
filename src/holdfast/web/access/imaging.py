"""Pictures."""

from holdfast.web.access.roles import CLINICAL, READING, Roles

ALLOWED: dict[str, Roles] = {
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
    "dicomweb.study.metadata": READING,
    "dicomweb.series.metadata": READING,
    "dicomweb.instance.metadata": READING,
    "dicomweb.rendered": READING,
    "dicomweb.frame.rendered": READING,
    "dicomweb.frames": READING,
    "dicomweb.store": CLINICAL,
    "api.case.imaging": CLINICAL,
}
