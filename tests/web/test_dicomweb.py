"""DICOMweb: what is stored is found and comes back to the byte."""

from made_films import SERIES, STUDY, as_file, film
from web.web_house import House


def stow(house: House, *files: bytes, login: str = "clinician"):
    body = b"".join(b"--x\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n" for one in files) + b"--x--\r\n"
    headers = {
        "content-type": 'multipart/related; type="application/dicom"; boundary=x',
        "x-csrf-token": house.csrf(login),
    }
    return house.client(login).post("/dicomweb/studies", content=body, headers=headers)


def found(house: House, path: str) -> list[dict]:
    answer = house.client("technician").get(f"/dicomweb/studies{path}")
    assert answer.headers["content-type"] == "application/dicom+json"
    return answer.json()


def test_what_is_stored_is_found_and_fetched(house: House) -> None:
    files = [as_file(film(number, AccessionNumber="A1", StudyDate="20260301")) for number in (1, 2)]
    answer = stow(house, *files)
    assert answer.status_code == 200
    assert len(answer.json()["00081199"]["Value"]) == 2
    (study,) = found(house, "?PatientName=miller*&StudyDate=20260201-20260401&AccessionNumber=A1")
    assert study["0020000D"]["Value"] == [STUDY]
    assert study["00201208"]["Value"] == [2]
    assert found(house, "?PatientID=nobody") == []
    (series,) = found(house, f"/{STUDY}/series")
    assert series["0020000E"]["Value"] == [SERIES]
    assert len(found(house, f"/{STUDY}/series/{SERIES}/instances")) == len(found(house, f"/{STUDY}/instances")) == 2
    one = house.client("technician").get(f"/dicomweb/studies/{STUDY}/series/{SERIES}/instances/{SERIES}.1")
    assert one.headers["content-type"].startswith("multipart/related")
    assert files[0] in one.content
    assert files[1] not in one.content
    whole = house.client("technician").get(f"/dicomweb/studies/{STUDY}").content
    assert all(data in whole for data in files)


def test_a_broken_part_is_named_and_the_others_are_kept(house: House) -> None:
    answer = stow(house, as_file(film(1)), as_file(film(2))[:-9])
    assert answer.status_code == 202
    assert len(answer.json()["00081199"]["Value"]) == len(answer.json()["00081198"]["Value"]) == 1
    assert stow(house, b"nothing").status_code == 409


def test_a_program_is_refused_in_its_own_words(house: House) -> None:
    assert house.client().get("/dicomweb/studies").status_code == 401
    assert stow(house, as_file(film()), login="investigator").status_code == 403
    answer = house.client("clinician").get("/dicomweb/studies/1.2.3/series")
    assert answer.status_code == 404
    assert answer.json()["error"]["problem"]
