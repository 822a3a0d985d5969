"""Pages of pictures: what waits, laying to a case, taking back, adding files."""

import re

from made_films import as_file, film
from web.web_house import House

UPLOAD = "/imaging/upload"


def upload(house: House, data: bytes, login: str = "clinician", case_id: str = "", kind: str = "application/dicom"):
    headers = {"x-csrf-token": house.csrf(login), "content-type": kind}
    return house.client(login).post(f"{UPLOAD}?case={case_id}", content=data, headers=headers)


def phantom(number: int = 1, **attributes: object) -> bytes:
    """A picture that may come to the training case of the house."""
    return as_file(film(number, QualityControlImage="YES", **attributes))


def test_a_waiting_study_is_listed_laid_to_a_case_and_taken_back(house: House) -> None:
    study = upload(house, phantom()).json()["location"]
    assert study.split("/")[-1] in house.client("technician").get("/imaging").text
    assert "Waits for a person" in house.client("technician").get(study).text
    laid = house.post("technician", f"{study}/attach", {"case_id": house.case_id, "why": "I took it"})
    assert laid.status_code == 303
    page = house.client("technician").get(study).text
    assert "I took it" in page
    assert "Waits for a person" not in page
    assert house.post("technician", f"{study}/detach", {"why": "wrong dog"}).status_code == 303
    page = house.client("technician").get(study).text
    assert "Waits for a person" in page
    assert "wrong dog" in page


def test_a_file_added_on_a_case_lies_there_and_comes_back_to_the_byte(house: House) -> None:
    data = phantom()
    told = upload(house, data, case_id=house.case_id).json()
    assert told["case_id"] == house.case_id
    answer = house.client("technician").get(f"/imaging/files/{told['image_id']}")
    assert answer.content == data
    assert "attachment" in answer.headers["content-disposition"]


def test_what_a_sender_wrote_cannot_act_in_the_browser(house: House) -> None:
    study = upload(house, phantom(PatientName="<script>alert(1)</script>")).json()["location"]
    for path in ("/imaging", study):
        assert "<script>alert" not in house.client("clinician").get(path).text


def test_a_broken_file_is_refused_in_words(house: House) -> None:
    answer = upload(house, phantom()[:-4])
    assert answer.status_code == 400
    assert "quarantine" in answer.text


def test_who_may_not_add_is_refused_before_the_file_is_read(house: House) -> None:
    assert upload(house, phantom(), login="investigator").status_code == 403
    assert house.client().post(UPLOAD, content=phantom()).status_code in (303, 401)
    wrong = house.client("clinician").post(UPLOAD, content=phantom(), headers={"content-type": "application/dicom"})
    assert wrong.status_code == 403, "without the token of the session"


def test_pictures_are_asked_for_on_the_case(house: House) -> None:
    asked = house.post("technician", f"/cases/{house.case_id}/imaging", {"modality": "DX", "what": "thorax, two views"})
    assert asked.status_code == 303
    page = house.client("technician").get("/imaging").text
    assert re.search(r'data-testid="open-order".*thorax, two views', page)
    told = upload(house, phantom(), case_id=house.case_id).json()
    assert told["location"] in house.client("technician").get(f"/cases/{house.case_id}").text
