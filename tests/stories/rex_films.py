"""Rex's two films arrive from the X-ray unit; a vet opens them, places the points, and reads how far the metal lies
from the aorta, on the desk and on a phone. The film is drawn, and where everything lies in it is known."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import ComputedRadiographyImageStorage

import made_views
from holdfast.imaging.projection import Lying
from made_films import as_file
from stories.browsing import make_account
from stories.conftest import PATIENCE_MS, Server, free_port, start

AORTA_MM = 25.6
"""From the middle of the metal to its border, by the drawing of the dog (32 kg)."""
DICOM = free_port()


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start("serve", tmp_path_factory.mktemp("films") / "data", "--dicom-port", str(DICOM))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def desk(ward: Server, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    make_account(page, ward)
    yield page
    assert problems == []
    context.close()


def post(page: Page, path: str, content: dict[str, object]) -> dict[str, object]:
    token = page.locator('meta[name="csrf"]').get_attribute("content")
    answer = page.request.post(path, data=content, headers={"x-csrf-token": token})
    assert answer.ok, answer.text()
    return answer.json()


def films_arrive(accession: str) -> None:
    unit = AE(ae_title="XRAY1")
    unit.add_requested_context(ComputedRadiographyImageStorage)
    line = unit.associate("127.0.0.1", DICOM)
    assert line.is_established
    for number, lying in ((1, Lying.RIGHT), (2, Lying.BACK)):
        one = made_views.view(lying, number, AccessionNumber=accession, StudyDate="20261122")
        assert line.send_c_store(dcmread(BytesIO(as_file(one)))).Status == 0
    line.release()


def place_points(page: Page, lying: Lying) -> None:
    """Choose each point in the list and tap where it lies on the canvas."""
    page.get_by_role("button", name="Points", exact=True).click()
    page.get_by_role("button", name="Whole film").click()
    page.get_by_label("The dog lay").select_option(lying.value)
    canvas = page.get_by_test_id("film").first
    box = canvas.bounding_box()
    assert box
    zoom = min(box["width"] / made_views.COLUMNS, box["height"] / made_views.ROWS)
    for name, (column, row) in made_views.taps(lying).items():
        page.locator(f'[data-point="{name}"]').click()
        x = box["width"] / 2 + (column - made_views.COLUMNS / 2) * zoom
        y = box["height"] / 2 + (row - made_views.ROWS / 2) * zoom
        canvas.click(position={"x": x, "y": y})
    page.get_by_role("button", name="Save the points").click()
    expect(page.locator("[data-points-said]")).to_contain_text("Everything needed of this view is there")


def drawn(page: Page) -> None:
    expect(page.get_by_test_id("film").first).to_have_attribute("data-drawn", "values")


def test_rex_s_films_are_shown_measured_and_placed(ward: Server, desk: Page, chromium: Browser, tmp_path: Path) -> None:
    rex = str(post(desk, f"{ward.address}/api/cases", {"name": "Rex", "weight_kg": 32.0, "training": True})["case_id"])
    told = post(desk, f"{ward.address}/api/cases/{rex}/imaging", {"modality": "CR", "what": "thorax, two views"})
    films_arrive(told["recorded"][0]["event"]["accession_number"])  # type: ignore[index]

    desk.goto(f"{ward.address}/cases/{rex}")
    desk.get_by_role("link", name="Look at them").click()
    drawn(desk)
    pictures = desk.locator('[data-choose="0"] option')
    expect(pictures).to_have_count(2)
    found = desk.get_by_test_id("metal-mark")
    expect(found.first).to_contain_text("metal, unexplained")
    expect(found.first).to_contain_text("It might be instead")
    desk.screenshot(path=tmp_path / "marks.png")
    desk.get_by_label("Where mark 1 lies").select_option("thorax")
    found.first.get_by_role("button", name="It is metal").click()
    expect(found.first).to_contain_text("Dr Ada Keller: It is metal")

    desk.get_by_role("button", name="Measure", exact=True).click()
    canvas = desk.get_by_test_id("film").first
    box = canvas.bounding_box()
    assert box
    desk.mouse.move(box["x"] + 200, box["y"] + 200)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 320, box["y"] + 200, steps=3)
    desk.mouse.up()
    said = desk.locator("[data-measures]").first
    expect(said).to_contain_text("mm at the detector")
    zoom = min(box["width"] / made_views.COLUMNS, box["height"] / made_views.ROWS)
    assert float(re.findall(r"[\d.]+", said.inner_text())[0]) == pytest.approx(
        120 / zoom * made_views.SPACING_MM, rel=0.02
    )

    desk.get_by_role("button", name="Mark", exact=True).click()
    canvas.click(position={"x": 300, "y": 260})
    desk.get_by_label("What is seen there?").fill("What is that?")
    desk.get_by_role("button", name="Keep the mark").click()
    expect(desk.locator("[data-notes]")).to_contain_text("What is that? Dr Ada Keller")

    place_points(desk, Lying.RIGHT)
    desk.goto(f"{ward.address}/cases/{rex}/metal")
    expect(desk.get_by_test_id("problem")).to_contain_text("One view only")
    expect(desk.get_by_test_id("bounds")).to_be_visible()

    desk.goto(f"{ward.address}/cases/{rex}")
    desk.get_by_role("link", name="Look at them").click()
    drawn(desk)
    desk.locator('[data-choose="0"]').select_option(index=1)
    drawn(desk)
    place_points(desk, Lying.BACK)
    desk.get_by_role("link", name="Distances").click()

    line = desk.locator('[data-zone="aorta"]')
    mm = float(re.findall(r"\d+", line.locator(".mm").inner_text())[0])
    low, high = map(float, re.findall(r"\d+", line.locator("td").nth(2).inner_text()))
    assert mm == pytest.approx(AORTA_MM, abs=4)
    assert low < AORTA_MM < high
    desk.screenshot(path=tmp_path / "desk.png", full_page=True)
    desk.emulate_media(media="print")
    expect(desk.get_by_role("button", name="Print")).to_be_hidden()
    expect(desk.get_by_test_id("distances")).to_be_visible()
    desk.screenshot(path=tmp_path / "print.png", full_page=True)
    desk.emulate_media(media="screen")
    desk.get_by_role("button", name="Put these distances on record").click()
    expect(desk.get_by_test_id("on-record")).to_contain_text("Dr Ada Keller")
    desk.goto(f"{ward.address}/cases/{rex}/timeline")
    expect(desk.locator("main")).to_contain_text("Distances of the metal read")

    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, storage_state=desk.context.storage_state()
    )
    phone.set_default_timeout(PATIENCE_MS)
    hand = phone.new_page()
    hand.goto(f"{ward.address}/cases/{rex}/metal")
    expect(hand.get_by_test_id("metal-view")).to_have_count(2)
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390
    hand.get_by_role("link", name="Open").first.click()
    drawn(hand)
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390
    hand.screenshot(path=tmp_path / "phone.png")
    phone.close()
