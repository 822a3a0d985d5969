"""DICOMweb (PS3.18) for viewers and archives: search (QIDO-RS), fetch (WADO-RS), store (STOW-RS).

The same accounts and roles as the pages: a program signs in and keeps its session. Files leave as they came, in the
transfer syntax in which they were sent. Pictures that are no DICOM are not offered here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from holdfast.kernel.errors import NotFoundError, OperatorError, SenderError
from holdfast.kernel.limits import IMAGE_BYTES_MAX, STUDIES_LISTED_MAX
from holdfast.record.imaging_state import ImageEntry, StudyEntry
from holdfast.web.gate import Call, Takes
from holdfast.web.route import Page

STORES = Takes(frozenset({"multipart/related"}), IMAGE_BYTES_MAX)
_JSON = "application/dicom+json"
_BOUNDARY = "holdfast-part"
_CANNOT_UNDERSTAND = 0xC000

Attributes = dict[str, dict[str, Any]]


def search_studies(call: Call) -> Response:
    """Studies that fit the keys of the query, newest first."""
    found = []
    for uid, entries in _by_uid(call).items():
        attributes = _study_attributes(uid, entries)
        if all(_fits(attributes, keyword, call.query(keyword)) for keyword in _STUDY_KEYS if call.query(keyword)):
            found.append(attributes)
    return _answer(call, found)


def search_series(call: Call) -> Response:
    series: dict[str, list[ImageEntry]] = {}
    for image in images_of(call):
        series.setdefault(image.series_uid, []).append(image)
    return _answer(call, [_series_attributes(call.part("study"), uid, images) for uid, images in series.items()])


def search_instances(call: Call) -> Response:
    study, wanted = call.part("study"), call.request.path_params.get("series")
    images = [image for image in images_of(call) if wanted in (None, image.series_uid)]
    return _answer(call, [_instance_attributes(study, image) for image in images])


def fetch(call: Call) -> Response:
    """The files of a study, a series or one instance."""
    series, instance = (call.request.path_params.get(name) for name in ("series", "instance"))
    images = [
        image
        for image in images_of(call)
        if series in (None, image.series_uid) and instance in (None, image.sop_instance_uid)
    ]
    if not images:
        raise NotFoundError("There is no such picture.", "Search for it first.")
    kind = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
    return StreamingResponse(_parts(call, images), media_type=kind)


def store(call: Call) -> Response:
    """Each part of the body is a file; the answer names what was kept and what was refused."""
    kept, refused = [], []
    for part in _split(call.request.headers.get("content-type", ""), call.body):
        try:
            one = call.services.reception.upload(part, actor=call.actor)
        except SenderError as error:
            refused.append({"00081197": _of("US", _CANNOT_UNDERSTAND), "00080119": _of("LO", error.problem[:64])})
            continue
        with call.ctx.book.studies() as studies:
            image = next(i for i in studies.by_id[one.study_id].images if i.image_id == one.image_id)
        kept.append({"00081150": _of("UI", image.sop_class_uid), "00081155": _of("UI", image.sop_instance_uid)})
    told: Attributes = {}
    if kept:
        told["00081199"] = {"vr": "SQ", "Value": kept}
    if refused:
        told["00081198"] = {"vr": "SQ", "Value": refused}
    status = 200 if not refused else 202 if kept else 409
    return Response(msgspec.json.encode(told), status_code=status, media_type=_JSON)


def _by_uid(call: Call) -> dict[str, list[StudyEntry]]:
    """DICOM studies by their identifier; several of ours may share one (see ``ImageReceived.study_id``)."""
    with call.ctx.book.studies() as studies:
        entries = sorted(studies.by_id.values(), key=lambda one: -one.received_us)
    found: dict[str, list[StudyEntry]] = {}
    for one in entries:
        if one.images[0].form == "dicom":
            found.setdefault(one.study_uid, []).append(one)
    return found


def images_of(call: Call) -> list[ImageEntry]:
    """The pictures of the study in the path, each in its newest version; raises ``NotFoundError``."""
    entries = _by_uid(call).get(call.part("study"))
    if not entries:
        raise NotFoundError("There is no such study.", "Search for it first.")
    return [image for one in entries for image in one.newest_images]


def _parts(call: Call, images: Iterable[ImageEntry]) -> Iterator[bytes]:
    for image in images:
        yield f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        yield call.services.films.read(image.image_id)
        yield b"\r\n"
    yield f"--{_BOUNDARY}--\r\n".encode()


def _split(content_type: str, body: bytes) -> Iterator[bytes]:
    """The parts of a multipart body, as they are."""
    named = re.search(r'boundary="?([^";]{1,70})"?', content_type)
    if not named:
        raise OperatorError("The body names no boundary.", "Send multipart/related with a boundary.")
    mark = b"\r\n--" + named[1].strip().encode("ascii", "replace")
    pieces = (b"\r\n" + body).split(mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise OperatorError("The body has no end.", "Send it again.")
    for piece in pieces[1:-1]:
        yield piece.partition(b"\r\n\r\n")[2]


def _of(vr: str, *values: object) -> dict[str, Any]:
    known = [value for value in values if value not in ("", None)]
    return {"vr": vr, "Value": known} if known else {"vr": vr}


def _name(text: str) -> dict[str, Any]:
    return {"vr": "PN", "Value": [{"Alphabetic": text}]} if text else {"vr": "PN"}


def _study_attributes(uid: str, entries: list[StudyEntry]) -> Attributes:
    first = entries[0]
    images = [image for one in entries for image in one.newest_images]
    return {
        "00080020": _of("DA", first.study_date),
        "00080050": _of("SH", *first.accession_numbers[:1]),
        "00080061": _of("CS", *dict.fromkeys(image.modality for image in images)),
        "00081030": _of("LO", first.description),
        "00100010": _name(first.patient_name),
        "00100020": _of("LO", first.patient_id),
        "0020000D": _of("UI", uid),
        "00201206": _of("IS", len({image.series_uid for image in images})),
        "00201208": _of("IS", len(images)),
    }


def _series_attributes(study: str, uid: str, images: list[ImageEntry]) -> Attributes:
    return {
        "00080060": _of("CS", images[0].modality),
        "0020000D": _of("UI", study),
        "0020000E": _of("UI", uid),
        "00200011": _whole("IS", images[0].series_number),
        "00201209": _of("IS", len(images)),
    }


def _instance_attributes(study: str, image: ImageEntry) -> Attributes:
    return {
        "00080016": _of("UI", image.sop_class_uid),
        "00080018": _of("UI", image.sop_instance_uid),
        "00080060": _of("CS", image.modality),
        "0020000D": _of("UI", study),
        "0020000E": _of("UI", image.series_uid),
        "00200013": _whole("IS", image.instance_number),
        "00280010": _whole("US", image.rows),
        "00280011": _whole("US", image.columns),
        "00083002": _of("UI", image.transfer_syntax),
    }


def _whole(vr: str, text: str) -> dict[str, Any]:
    return _of(vr, int(text)) if text.isdecimal() and len(text) < 10 else {"vr": vr}


_STUDY_KEYS = {
    "StudyInstanceUID": "0020000D",
    "PatientID": "00100020",
    "PatientName": "00100010",
    "AccessionNumber": "00080050",
    "StudyDate": "00080020",
    "ModalitiesInStudy": "00080061",
}


def _fits(attributes: Attributes, keyword: str, asked: str) -> bool:
    values = attributes[_STUDY_KEYS[keyword]].get("Value", [])
    if keyword == "PatientName":
        pattern = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in asked)
        return any(re.fullmatch(pattern, value["Alphabetic"], re.IGNORECASE) for value in values)
    if keyword == "StudyDate" and "-" in asked:
        first, _, last = asked.partition("-")
        return any((not first or first <= value) and (not last or value <= last) for value in values)
    if keyword == "StudyInstanceUID":
        return any(value in asked.split(",") for value in values)
    return asked in values


def _answer(call: Call, found: list[Attributes]) -> Response:
    offset, limit = (int(text) if (text := call.query(name)).isdecimal() else 0 for name in ("offset", "limit"))
    shown = found[offset : offset + min(limit or STUDIES_LISTED_MAX, STUDIES_LISTED_MAX)]
    return Response(msgspec.json.encode(shown), media_type=_JSON)


_STUDY = "/dicomweb/studies/{study}"
_SERIES = f"{_STUDY}/series/{{series}}"

PAGES = (
    Page("GET", "/dicomweb/studies", "dicomweb.studies", lambda: search_studies),
    Page("GET", f"{_STUDY}/series", "dicomweb.series", lambda: search_series),
    Page("GET", f"{_STUDY}/instances", "dicomweb.instances", lambda: search_instances),
    Page("GET", f"{_SERIES}/instances", "dicomweb.series.instances", lambda: search_instances),
    Page("GET", _STUDY, "dicomweb.study", lambda: fetch),
    Page("GET", _SERIES, "dicomweb.series.fetch", lambda: fetch),
    Page("GET", f"{_SERIES}/instances/{{instance}}", "dicomweb.instance", lambda: fetch),
    Page("POST", "/dicomweb/studies", "dicomweb.store", lambda: store, STORES),
)
