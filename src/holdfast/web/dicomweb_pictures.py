"""DICOMweb (PS3.18 10.4): headers of stored pictures as JSON, pictures made for the eye, and the values of frames."""

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from starlette.responses import Response

from holdfast.imaging.presentation import Window, greys, windows
from holdfast.kernel.errors import NotFoundError, OperatorError, SenderError
from holdfast.record.imaging_state import ImageEntry
from holdfast.web.dicomweb import images_of
from holdfast.web.film_shelf import jpeg
from holdfast.web.gate import Call
from holdfast.web.route import Page

if TYPE_CHECKING:  # the library is fetched with the first picture: a server listens sooner without it
    from pydicom import Dataset

_PIXELS = "7FE00010"
_BOUNDARY = "holdfast-frame"
_BULK_BYTES = 1024
"""Binary values beyond this are left out of the metadata: the file holds them."""
_VIEW_MAX = 8192
_DAMAGED = "It is kept as it came and can be fetched whole."


def metadata(call: Call) -> Response:
    """The headers of a study, a series or one instance. Pixels are named by where their frames are."""
    told = [_header(call, image) for image in _asked(call)]
    return Response(json.dumps(told), media_type="application/dicom+json")


def rendered(call: Call) -> Response:
    """One instance as JPEG or PNG. ``window=centre,width`` (in values with dense bright), ``viewport=width,height``."""
    (image,) = _asked(call)
    sizes = call.services.shelf.sizes(image.image_id)
    offered = windows(sizes)[0]
    if asked := call.query("window"):
        centre, width = _numbers(asked, 2)
        offered = Window("asked", "", centre, max(1.0, width))
    side = max(sizes.film.rows, sizes.film.columns)
    if asked := call.query("viewport"):
        wide, high = _numbers(asked, 2)
        side = int(max(1.0, min(_VIEW_MAX, sizes.film.rows * wide / sizes.film.columns, high)))
        side = max(1, side * max(sizes.film.rows, sizes.film.columns) // sizes.film.rows)
    shown = greys(sizes.least(side), offered)
    accepted = call.request.headers.get("accept", "")
    if "image/png" in accepted and "image/jpeg" not in accepted:
        out = BytesIO()
        Image.fromarray(shown, mode="L").save(out, "PNG", compress_level=1)
        return Response(out.getvalue(), media_type="image/png")
    return Response(jpeg(shown), media_type="image/jpeg")


def frames(call: Call) -> Response:
    """The stored values of the frames that are listed, unpacked, little endian."""
    from pydicom.pixels.utils import iter_pixels

    (image,) = _asked(call)
    listed = call.part("frames").split(",")
    if not all(text.isdecimal() and 0 < int(text) < 10**6 for text in listed):
        raise OperatorError("The frames are no list of numbers.", "Ask for e.g. frames/1.")
    call.services.shelf.sizes(image.image_id)  # what its header claims is checked before anything is unpacked
    wanted = [int(text) - 1 for text in listed]
    try:
        values = list(iter_pixels(BytesIO(call.services.films.read(image.image_id)), indices=wanted, raw=True))
    except (ValueError, IndexError) as error:
        raise NotFoundError(f"There is no such frame: {error}.", "Ask for frames/1.") from None
    except Exception as error:
        raise SenderError(f"The frames cannot be unpacked: {error}.", _DAMAGED) from error
    kind = "application/octet-stream"
    parts = b"".join(
        b"--%b\r\nContent-Type: %b\r\n\r\n%b\r\n" % (_BOUNDARY.encode(), kind.encode(), _little(one)) for one in values
    )
    whole = f'multipart/related; type="{kind}"; boundary={_BOUNDARY}'
    return Response(parts + f"--{_BOUNDARY}--\r\n".encode(), media_type=whole)


def _little(values: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def _asked(call: Call) -> list[ImageEntry]:
    series, instance = (call.request.path_params.get(name) for name in ("series", "instance"))
    found = [
        image
        for image in images_of(call)
        if series in (None, image.series_uid) and instance in (None, image.sop_instance_uid)
    ]
    if not found:
        raise NotFoundError("There is no such picture.", "Search for it first.")
    return found


def _header(call: Call, image: ImageEntry) -> dict[str, Any]:
    from pydicom import dcmread

    try:
        read = dcmread(BytesIO(call.services.films.read(image.image_id)), stop_before_pixels=True)
        told = dict(_without_bulk(read).to_json_dict(suppress_invalid_tags=True))
    except Exception as error:  # a library that meets a value it does not expect must not cost the other pictures
        raise SenderError(f"The header of {image.sop_instance_uid} cannot be told: {error}.", _DAMAGED) from error
    if image.rows:
        study = call.part("study")
        at = f"/dicomweb/studies/{study}/series/{image.series_uid}/instances/{image.sop_instance_uid}/frames/1"
        told[_PIXELS] = {"vr": "OW", "BulkDataURI": at}
    return told


def _without_bulk(read: "Dataset") -> "Dataset":
    for element in list(read):
        if element.VR in ("OB", "OW", "OF", "OD", "OL", "OV", "UN") and len(element.value or b"") > _BULK_BYTES:
            del read[element.tag]
    return read


def _numbers(text: str, least: int) -> list[float]:
    parts = text.split(",")
    if len(parts) < least or not all(re.fullmatch(r"-?\d{1,7}(\.\d{1,6})?", part) for part in parts[:least]):
        raise OperatorError(f"{text!r} is no list of numbers.", "Send e.g. 512,512.")
    return [float(part) for part in parts[:least]]


_STUDY = "/dicomweb/studies/{study}"
_SERIES = f"{_STUDY}/series/{{series}}"
_INSTANCE = f"{_SERIES}/instances/{{instance}}"

PAGES = (
    Page("GET", f"{_STUDY}/metadata", "dicomweb.study.metadata", lambda: metadata),
    Page("GET", f"{_SERIES}/metadata", "dicomweb.series.metadata", lambda: metadata),
    Page("GET", f"{_INSTANCE}/metadata", "dicomweb.instance.metadata", lambda: metadata),
    Page("GET", f"{_INSTANCE}/rendered", "dicomweb.rendered", lambda: rendered),
    Page("GET", f"{_INSTANCE}/frames/1/rendered", "dicomweb.frame.rendered", lambda: rendered),
    Page("GET", f"{_INSTANCE}/frames/{{frames}}", "dicomweb.frames", lambda: frames),
)
