"""Rex's two films: how they come from the X-ray unit, and how a vet places points on them and reads how far the metal
lies from the aorta. The film is drawn, and where everything lies in it is known."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import ComputedRadiographyImageStorage

import made_views
from holdfast.imaging.projection import Lying
from made_films import as_file

AORTA_MM = 25.6
"""From the middle of the metal to its border, by the drawing of the dog (32 kg)."""


def films_arrive(accession: str, dicom_port: int) -> None:
    unit = AE(ae_title="XRAY1")
    unit.add_requested_context(ComputedRadiographyImageStorage)
    line = unit.associate("127.0.0.1", dicom_port)
    assert line.is_established
    for number, lying in ((1, Lying.RIGHT), (2, Lying.BACK)):
        one = made_views.view(lying, number, AccessionNumber=accession, StudyDate="20261122")
        assert line.send_c_store(dcmread(BytesIO(as_file(one)))).Status == 0
    line.release()


def drawn(page: Page) -> None:
    expect(page.get_by_test_id("film").first).to_have_attribute("data-drawn", "values")


def judge_the_mark(page: Page) -> None:
    """What the search marked, a person says what it is."""
    found = page.get_by_test_id("metal-mark")
    expect(found.first).to_contain_text("metal, unexplained")
    expect(found.first).to_contain_text("It might be instead")
    page.get_by_label("Where mark 1 lies").select_option("thorax")
    found.first.get_by_role("button", name="It is metal").click()
    expect(found.first).to_contain_text("Dr Ada Keller: It is metal")


def measure(page: Page) -> None:
    """A line over the film, in mm of the detector; and a mark with words."""
    page.get_by_role("button", name="Measure", exact=True).click()
    canvas = page.get_by_test_id("film").first
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 200, steps=3)
    page.mouse.up()
    said = page.locator("[data-measures]").first
    expect(said).to_contain_text("mm at the detector")
    zoom = min(box["width"] / made_views.COLUMNS, box["height"] / made_views.ROWS)
    measured = float(re.findall(r"[\d.]+", said.inner_text())[0])
    assert measured == pytest.approx(120 / zoom * made_views.SPACING_MM, rel=0.02)
    page.get_by_role("button", name="Mark", exact=True).click()
    canvas.click(position={"x": 300, "y": 260})
    page.get_by_label("What is seen there?").fill("What is that?")
    page.get_by_role("button", name="Keep the mark").click()
    expect(page.locator("[data-notes]")).to_contain_text("What is that? Dr Ada Keller")


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


def distance_is_right(page: Page) -> None:
    """On the page of distances: near the truth, and the truth inside what is given as possible."""
    line = page.locator('[data-zone="aorta"]')
    mm = float(re.findall(r"\d+", line.locator(".mm").inner_text())[0])
    low, high = map(float, re.findall(r"\d+", line.locator("td").nth(2).inner_text()))
    assert mm == pytest.approx(AORTA_MM, abs=4)
    assert low < AORTA_MM < high
