"""Steps with an item of evidence that several tests of pages share, as forms."""

from made_pictures import photograph
from web.web_house import House


def picture(house: House, data: bytes = b"", login: str = "clinician") -> str:
    """SHA-256 of a photograph that was sent."""
    headers = {"x-csrf-token": house.csrf(login), "content-type": "application/octet-stream"}
    target = f"/cases/{house.case_id}/items/photographs"
    answer = house.client(login).post(target, content=data or photograph(), headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha256"])


def removed(house: House, **more: object) -> str:
    """Address of a new item."""
    fields = {"description": "metallic object", "place": "left:thorax_mid", "witness": "Kim Park"}
    answer = house.post("clinician", f"/cases/{house.case_id}/items", {**fields, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def step(house: House, item: str, act: str, login: str = "clinician", **fields: object):
    return house.post(login, f"{item}/{act}", fields)


def sealed(house: House) -> str:
    item = removed(house)
    assert step(house, item, "seal", bag="B-17", seal="S-4711", container="rigid").status_code == 303
    return item
