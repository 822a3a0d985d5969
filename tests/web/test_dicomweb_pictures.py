"""DICOMweb: headers as JSON, pictures for the eye, values of frames."""

from io import BytesIO

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.uid import RLELossless

from made_films import SERIES, STUDY, as_file, film
from web.test_dicomweb import stow
from web.web_house import House

ONE = f"/dicomweb/studies/{STUDY}/series/{SERIES}/instances/{SERIES}.1"


def values() -> np.ndarray:
    return (np.arange(60 * 90).reshape(60, 90) % 4096).astype("<u2")


def stored(house: House, **attributes: object) -> None:
    one = film(1, rows=60, columns=90, ImagerPixelSpacing=[0.2, 0.2], **attributes)
    one.BitsStored, one.HighBit = 12, 11
    one.PixelData = values().tobytes()
    assert stow(house, as_file(one)).status_code == 200


def test_the_header_is_told_and_the_pixels_are_named_by_their_frames(house: House) -> None:
    stored(house, PatientSpeciesDescription="canine")
    for path in (f"/dicomweb/studies/{STUDY}", f"/dicomweb/studies/{STUDY}/series/{SERIES}", ONE):
        answer = house.client("technician").get(f"{path}/metadata")
        assert answer.headers["content-type"] == "application/dicom+json"
        (told,) = answer.json()
        assert told["00102201"]["Value"] == ["canine"]
        assert told["7FE00010"]["BulkDataURI"] == f"{ONE}/frames/1"
        assert Dataset.from_json({k: v for k, v in told.items() if k != "7FE00010"}).Rows == 60


def test_frames_are_the_stored_values(house: House) -> None:
    stored(house, PhotometricInterpretation="MONOCHROME1")
    answer = house.client("technician").get(f"{ONE}/frames/1")
    assert answer.headers["content-type"].startswith('multipart/related; type="application/octet-stream"')
    body = answer.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
    assert np.array_equal(np.frombuffer(body, "<u2").reshape(60, 90), values())
    assert house.client("technician").get(f"{ONE}/frames/2").status_code == 404
    assert house.client("technician").get(f"{ONE}/frames/x").status_code == 400


def test_a_packed_picture_comes_unpacked(house: House) -> None:
    one = film(1, rows=60, columns=90)
    one.PixelData = values().tobytes()

    packed = dcmread(BytesIO(as_file(one)))
    packed.compress(RLELossless, generate_instance_uid=False)
    out = BytesIO()
    packed.save_as(out)
    assert stow(house, out.getvalue()).status_code == 200
    body = house.client("technician").get(f"{ONE}/frames/1").content
    assert values().tobytes() in body


def test_a_picture_for_the_eye_follows_what_is_asked(house: House) -> None:
    stored(house)
    client = house.client("specialist")
    assert Image.open(BytesIO(client.get(f"{ONE}/rendered").content)).size == (90, 60)
    png = client.get(f"{ONE}/rendered?window=0,2", headers={"accept": "image/png"})
    assert png.headers["content-type"] == "image/png"
    assert np.asarray(Image.open(BytesIO(png.content)))[30:].min() == 255
    assert Image.open(BytesIO(client.get(f"{ONE}/rendered?viewport=45,30").content)).size == (45, 30)
    assert client.get(f"{ONE}/rendered?window=a,b").status_code == 400
    assert client.get(f"{ONE}9/rendered").status_code == 404
