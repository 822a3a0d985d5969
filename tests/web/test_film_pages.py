"""The viewer's pieces, what people note on films, and the page that tells where metal lies."""

import gzip
import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

import made_views
from holdfast.imaging.projection import Lying
from holdfast.record.imaging_events import IMAGING_STREAM, MetalMark, MetalSearched
from holdfast.usecases.context import record
from made_films import as_file, film
from web.test_imaging_pages import upload
from web.web_house import House

WIDE = 900


def small(number: int = 1, **attributes: object) -> bytes:
    """A film of 700 x 900 whose values say where they are."""
    one = film(number, rows=700, columns=WIDE, QualityControlImage="YES", **attributes)
    one.BitsStored, one.HighBit = 12, 11
    values = (np.arange(700)[:, None] * 5 + np.arange(WIDE)[None, :]) % 4096
    one.PixelData = values.astype("<u2").tobytes()
    return as_file(one)


def kept(house: House, data: bytes) -> tuple[str, str]:
    """(image id, study id) at the case of the house."""
    told = upload(house, data, case_id=house.case_id).json()
    return told["image_id"], told["location"].rsplit("/", 1)[1]


def shallow(lying: Lying, number: int, **attributes: object) -> bytes:
    """A film with the size, scale and header of the made views, without their picture: quick to make."""
    one = film(number, rows=made_views.ROWS, columns=made_views.COLUMNS, QualityControlImage="YES", **attributes)
    one.ImagerPixelSpacing = [made_views.SPACING_MM] * 2
    one.DistanceSourceToDetector = made_views.SID_MM
    return as_file(one)


def place(house: House, image_id: str, lying: Lying, points: dict[str, tuple[float, float]] | None = None):
    content = {"image_id": image_id, "lying": lying.value, "points": points or made_views.taps(lying)}
    return house.post_json("technician", f"/api/cases/{house.case_id}/films/landmarks", content)


def test_the_pieces_of_a_film_are_its_values(house: House) -> None:
    image, _ = kept(house, small())
    facts = house.client("technician").get(f"/api/films/{image}").json()
    assert (facts["columns"], facts["rows"], facts["coarsest"], facts["bits"]) == (WIDE, 700, 0, 12)
    answer = house.client("technician").get(f"/films/{image}/tiles/0/1/0")
    values = np.frombuffer(answer.content, "<u2").reshape(
        int(answer.headers["x-rows"]), int(answer.headers["x-columns"])
    )
    assert values.shape == (512, WIDE - 512)
    assert values[3, 2] == 3 * 5 + 514
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("piece", ["0/9/0", "7/0/0", "x/0/0", "0/-1/0", "0/99999999999/0"])
def test_there_is_nothing_beyond_the_film(house: House, piece: str) -> None:
    image, _ = kept(house, small())
    assert house.client("technician").get(f"/films/{image}/tiles/{piece}").status_code == 404


def test_monochrome1_is_shown_dense_bright_like_the_others(house: House) -> None:
    image, _ = kept(house, small(PhotometricInterpretation="MONOCHROME1"))
    piece = house.client("technician").get(f"/films/{image}/tiles/0/0/0")
    assert np.frombuffer(piece.content, "<u2")[0] == 4095


def test_the_first_picture_is_a_small_jpeg_in_the_window_asked_for(house: House) -> None:
    image, _ = kept(house, small())
    shown = Image.open(BytesIO(house.client("technician").get(f"/films/{image}/picture?side=300").content))
    assert max(shown.size) < 600
    dark = house.client("technician").get(f"/films/{image}/picture?centre=60000&width=10").content
    light = house.client("technician").get(f"/films/{image}/picture?centre=60000&width=10&invert=1").content
    assert np.asarray(Image.open(BytesIO(dark))).max() < 5
    assert np.asarray(Image.open(BytesIO(light))).min() > 250
    assert house.client("technician").get(f"/films/{image}/picture?side=wide").status_code == 400


def test_a_film_that_cannot_be_unpacked_says_so(house: House) -> None:
    whole = BytesIO()
    Image.new("L", (60, 40)).save(whole, "PNG")
    broken = bytearray(whole.getvalue())
    broken[45:50] = b"\xff" * 5
    waiting = upload(house, bytes(broken), kind="image/png").json()
    assert house.client("technician").get(f"{waiting['location']}/view").status_code == 200
    answer = house.client("technician").get(f"/api/films/{waiting['image_id']}")
    assert answer.status_code == 400
    assert answer.json()["error"]["problem"]
    assert house.client("technician").get("/api/films/" + "0" * 64).status_code == 404


def test_who_investigates_sees_no_films_and_notes_nothing(house: House) -> None:
    image, study = kept(house, small())
    view = f"/imaging/{study}/view"
    assert house.client("investigator").get(view).status_code == 403
    assert re.search(r'data-tool="mark"[^>]*disabled', house.client("technician").get(view).text) is None
    content = {"image_id": image, "column": 5, "row": 5, "text": "?"}
    assert house.post_json("investigator", f"/api/cases/{house.case_id}/films/marks", content).status_code == 403
    assert house.client().get(f"/films/{image}/picture").status_code in (303, 401)


def test_a_mark_stands_under_its_author_until_it_is_taken_back(house: House) -> None:
    image, study = kept(house, small())
    path = f"/api/cases/{house.case_id}/films/marks"
    content = {"image_id": image, "column": 120.5, "row": 30.0, "text": "What is <b>that</b>?", "command_id": "c1"}
    assert house.post_json("specialist", path, content).status_code == 201
    assert house.post_json("specialist", path, content).json()["duplicate"]
    (note,) = house.client("technician").get(f"/api/films/{image}").json()["notes"]
    assert (note["who"], note["at"], note["text"]) == ("A specialist", [120.5, 30.0], "What is <b>that</b>?")
    timeline = house.client("technician").get(f"/cases/{house.case_id}/timeline").text
    assert "What is &lt;b&gt;that&lt;/b&gt;?" in timeline
    back = {"image_id": image, "mark_id": note["mark_id"], "why": "a crease"}
    assert house.post_json("technician", f"{path}/back", {**back, "why": ""}).status_code == 400
    assert house.post_json("technician", f"{path}/back", back).status_code == 201
    assert house.client("technician").get(f"/api/films/{image}").json()["notes"] == []
    assert house.client("technician").get(f"/imaging/{study}/view").status_code == 200


def test_nothing_is_noted_outside_a_film_or_on_another_case(house: House) -> None:
    image, _ = kept(house, small())
    path = f"/api/cases/{house.case_id}/films/marks"
    assert (
        house.post_json("technician", path, {"image_id": image, "column": 901, "row": 3, "text": "x"}).status_code
        == 400
    )
    waiting = upload(house, small(2, StudyInstanceUID="1.2.3")).json()["image_id"]
    answer = house.post_json("technician", path, {"image_id": waiting, "column": 1, "row": 3, "text": "x"})
    assert "does not lie at this case" in answer.text
    wrong = place(house, image, Lying.RIGHT, {"tail": (1, 1)})
    assert wrong.status_code == 400
    assert "not a landmark" in wrong.text


def test_distances_are_told_from_two_views_and_go_on_record(house: House) -> None:
    page = f"/cases/{house.case_id}/metal"
    assert "Place the points first" in house.client("clinician").get(page).text
    lateral, _ = kept(house, shallow(Lying.RIGHT, 1))
    front, _ = kept(house, shallow(Lying.BACK, 2))
    assert place(house, lateral, Lying.RIGHT).status_code == 201
    one = house.client("clinician").get(page).text
    assert 'data-testid="bounds"' in one
    assert "at least" in one
    assert 'data-testid="distances"' not in one
    assert place(house, front, Lying.BACK).status_code == 201
    told = house.client("technician").get(f"/api{page}").json()
    zones = {zone["key"]: zone for zone in told["place"]["zones"]}
    assert zones["aorta"]["mm"] == pytest.approx(25.6, abs=2.5)
    text = house.client("clinician").get(page).text
    assert re.search(r'data-zone="aorta".*?>\s*2[56]\s*<', text, re.DOTALL)
    assert "Nothing is said of: caudal vena cava, diaphragm" in text
    assert house.post("clinician", f"/cases/{house.case_id}/films/place").status_code == 303
    assert "On record" in house.client("clinician").get(page).text
    assert "aorta 26 mm" in house.client("clinician").get(f"/cases/{house.case_id}/timeline").text


def test_a_film_without_scale_gives_no_millimetre(house: House) -> None:
    lateral, _ = kept(house, as_file(film(1, rows=820, columns=1000, QualityControlImage="YES")))
    assert place(house, lateral, Lying.RIGHT).status_code == 201
    text = house.client("clinician").get(f"/cases/{house.case_id}/metal").text
    assert "uncalibrated" in text
    assert not re.search(r"\d mm</td>", text)
    assert house.post("clinician", f"/cases/{house.case_id}/films/place").status_code == 400
    assert house.client("technician").get(f"/api/films/{lateral}").json()["scale"]["plane"] == "unknown"


def test_a_mark_of_the_search_is_judged_by_a_person(house: House) -> None:
    image, study = kept(house, small())
    assert house.client("technician").get(f"/api/films/{image}").json()["metal"] is None
    mark = MetalMark(
        mark_id="m1", row=40.0, column=50.0, height_px=8.0, width_px=8.0, outline=(), long_mm=None, short_mm=None,
        brightness=0.5, shape="round", kind="metal_unexplained", confidence=0.9, instead=("an ECG clip",),
    )  # fmt: skip
    event = MetalSearched(
        at_us=1, image_id=image, study_id=study, detector="d 1", marks=(mark,), searched="metal", limits=("a limit",)
    )
    record(house.ctx, actor="holdfast", stream=IMAGING_STREAM, events=[event])
    path = f"/api/cases/{house.case_id}/films/metal"
    content = {"image_id": image, "mark_id": "m1", "verdict": "confirmed", "what": "pellet", "place": "thorax"}
    assert house.post_json("investigator", path, content).status_code == 403
    assert house.post_json("clinician", path, content).status_code == 201
    told = house.client("technician").get(f"/api/films/{image}").json()["metal"]
    assert told["marks"][0]["judged"] == {"verdict": "confirmed", "what": "pellet", "who": "A clinician"}
    assert told["limits"] == ["a limit"]
    assert any(f.key == "metallic_opacity_thorax" for f in house.ctx.book.case(house.case_id).standing_findings)


def test_gzip_of_a_piece_is_what_a_browser_expects(house: House) -> None:
    image, _ = kept(house, small())
    with house.client("technician").stream("GET", f"/films/{image}/tiles/0/0/0") as answer:
        raw = b"".join(answer.iter_raw())
    assert len(gzip.decompress(raw)) == 512 * 512 * 2


def test_the_report_and_the_presentation_are_saved_as_dicom(house: House) -> None:
    lateral, study = kept(house, shallow(Lying.RIGHT, 1))
    front, _ = kept(house, shallow(Lying.BACK, 2))
    place(house, lateral, Lying.RIGHT)
    place(house, front, Lying.BACK)
    client = house.client("technician")
    report = client.get(f"/imaging/{study}/report")
    assert report.headers["content-type"] == "application/dicom"
    read = dcmread(BytesIO(report.content))
    assert (read.Modality, read.VerificationFlag) == ("SR", "UNVERIFIED")
    assert dcmread(BytesIO(client.get(f"/films/{lateral}/presentation").content)).Modality == "PR"
    assert f"/imaging/{study}/report" in client.get(f"/cases/{house.case_id}/metal").text
    photo = BytesIO()
    Image.new("L", (60, 40)).save(photo, "PNG")
    told = upload(house, photo.getvalue(), kind="image/png").json()
    refused = client.get(f"{told['location']}/report")
    assert refused.status_code == 400
    assert "no identifiers" in refused.text


def test_views_of_two_dates_never_come_together_and_movement_is_told(house: House) -> None:
    def day(number: int, date: str, points: dict[Lying, dict[str, tuple[float, float]]]) -> None:
        for lying, taps in points.items():
            data = shallow(lying, number, StudyDate=date, StudyInstanceUID=f"1.2.3.{date}")
            image, _ = kept(house, data)
            assert place(house, image, lying, taps).status_code == 201
            number += 1

    page = f"/cases/{house.case_id}/metal"
    still = {lying: made_views.taps(lying) for lying in (Lying.RIGHT, Lying.BACK)}
    day(1, "20261101", {Lying.RIGHT: still[Lying.RIGHT]})
    day(3, "20261102", {Lying.BACK: still[Lying.BACK]})
    assert house.client("clinician").get(f"/api{page}").json()["place"] is None
    day(5, "20261110", still)
    day(7, "20261111", still)
    (told,) = house.client("clinician").get(f"/api{page}").json()["movements"]
    assert (told["since"], told["beyond_measuring"]) == ("20261110", False)
    lower = {name: (x, y + 120) if name == "object" else (x, y) for name, (x, y) in still[Lying.RIGHT].items()}
    day(9, "20261112", {Lying.RIGHT: lower, Lying.BACK: still[Lying.BACK]})
    newest = house.client("clinician").get(f"/api{page}").json()["movements"][0]
    assert newest["beyond_measuring"]
    assert newest["mm"] == pytest.approx(120 * made_views.SPACING_MM / 1.17, rel=0.15)
    assert "yes, " in house.client("clinician").get(page).text
