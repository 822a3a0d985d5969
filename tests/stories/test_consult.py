"""Two people, two browsers: one examines and asks, the other looks from elsewhere and answers."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from holdfast.usecases import cases
from stories.browsing import fresh_page, sign_in
from stories.web_server import PASSWORD, WebServer, web_server

TARGET_PX = 44
SMALL = """smallest => [...document.querySelectorAll('.exam button, .exam select, .exam .segmented label')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < smallest).map(e => e.textContent.trim())"""

NARROW = """smallest => [...document.querySelectorAll('.view-left .region, .view-right .region, .view-limbs .region')]
    .filter(e => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height) < smallest)
    .map(e => e.dataset.testid)"""


def test_a_specialist_elsewhere_sees_the_case_draws_and_answers(tmp_path: Path, chromium: Browser) -> None:
    with web_server(tmp_path) as server, fresh_page(chromium) as vet, fresh_page(chromium) as guest:
        ctx = server.house.ctx
        case_id = cases.admit(ctx, actor="drill", admission=cases.Admission(name="Rex", training=True))
        cases.set_working_diagnosis(ctx, actor="drill", case_id=case_id, diagnosis="multiple_organ_dysfunction")
        sign_in(vet, server.address, "ada", PASSWORD)
        examine(vet, server, case_id)
        link = invite(vet, server, case_id)
        answer(guest, server, link)
        asked_again(guest, vet, server, case_id)


def examine(vet: Page, server: WebServer, case_id: str) -> None:
    """Presses by mouse and by key, one undone; a system normal with one touch, one answer changed."""
    vet.goto(f"{server.address}/cases/{case_id}/exam")
    vet.get_by_test_id("right-right-thorax_mid").click()
    expect(vet.locator("[data-slot=palette]")).to_contain_text("what does the dog do?")
    vet.get_by_test_id("response-none").click()
    expect(vet.get_by_test_id("press")).to_have_count(1)
    vet.get_by_test_id("left-left-abdomen_mid").click()  # chosen stays chosen: one touch
    expect(vet.get_by_test_id("press")).to_have_count(2)
    vet.get_by_test_id("response-vocalises").click()
    vet.get_by_test_id("left-left-abdomen_cranial").focus()
    vet.keyboard.press("ArrowLeft")  # to the rib in front of it
    vet.keyboard.press("Enter")
    expect(vet.get_by_test_id("press").first).to_contain_text("ribs 10 to 13")
    expect(vet.get_by_test_id("pattern")).to_have_attribute("data-kind", "focal")
    expect(vet.get_by_test_id("pattern")).to_contain_text("2 other places touched gave none")
    vet.get_by_test_id("undo-press").first.click()
    expect(vet.get_by_test_id("press")).to_have_count(2)
    expect(vet.get_by_test_id("pattern")).to_have_attribute("data-kind", "quiet")
    vet.get_by_test_id("left-left-thorax_mid").click()
    expect(vet.get_by_test_id("pattern")).to_have_attribute("data-kind", "focal")
    vet.get_by_test_id("all-normal-heart").click()
    heart = vet.get_by_test_id("system-heart")
    expect(heart).to_contain_text("3 of 3 entered")
    vet.get_by_test_id("exam-heart_sounds-muffled").click()
    expect(heart).to_contain_text("1 not normal")
    vet.get_by_test_id("undo-heart").click()
    expect(heart).to_contain_text("3 of 3 entered")
    assert vet.evaluate(SMALL, TARGET_PX) == []
    vet.get_by_test_id("larger").click()
    assert vet.evaluate(NARROW, TARGET_PX) == []


def invite(vet: Page, server: WebServer, case_id: str) -> str:
    vet.goto(f"{server.address}/cases/{case_id}/consult")
    vet.get_by_test_id("consult-name").fill("Dr. Ito, surgery")
    vet.get_by_test_id("consult-question").fill("Does this fit organ failure?")
    vet.get_by_test_id("consult-invite").click()
    return vet.get_by_test_id("consult-link").input_value()


def answer(guest: Page, server: WebServer, link: str) -> None:
    """The link opens the case; a mark and an opinion go out under the guest's own name."""
    guest.goto(link)
    guest.wait_for_url(f"{server.address}/consult")  # the secret left the address
    guest.get_by_test_id("consult-open").click()
    expect(guest.get_by_role("heading", name="Rex", exact=True)).to_be_visible()
    expect(guest.get_by_role("note")).to_contain_text("Does this fit organ failure?")
    expect(guest.get_by_test_id("pattern")).to_have_attribute("data-kind", "focal")
    guest.get_by_test_id("draw").click()
    drawing = guest.locator("svg[data-view=left]")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box
    at = (box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    guest.mouse.move(*at)
    guest.mouse.down()
    guest.mouse.move(at[0] + 30, at[1] + 25, steps=4)
    guest.mouse.up()
    guest.get_by_test_id("draw-words").fill("between these two ribs")
    guest.get_by_test_id("draw-save").click()
    expect(guest.get_by_test_id("drawn-list")).to_contain_text("between these two ribs")
    guest.get_by_test_id("stance-doubts").click()
    guest.get_by_test_id("opinion-words").fill("One place hurts. Two films of the chest before anything else.")
    guest.get_by_test_id("opinion-save").click()
    expect(guest.get_by_test_id("opinion")).to_contain_text("Two films of the chest")


def asked_again(guest: Page, vet: Page, server: WebServer, case_id: str) -> None:
    """The second look shows the opinion; a finding shows up elsewhere by itself; withdrawn, the link opens nothing."""
    vet.goto(f"{server.address}/cases/{case_id}/second-look")
    expect(vet.get_by_test_id("opinions")).to_contain_text("Dr. Ito, surgery doubts the working diagnosis")
    vet.goto(f"{server.address}/cases/{case_id}/exam")
    expect(vet.get_by_test_id("drawn-list")).to_contain_text("Dr. Ito, surgery (consult)")
    vet.get_by_test_id("exam-gum_colour-pale").click()
    expect(guest.locator("[data-part=findings]")).to_contain_text("Pale gums")
    vet.goto(f"{server.address}/cases/{case_id}/consult")
    expect(vet.get_by_test_id("invitation")).to_contain_text("Opened 1 time,")
    vet.get_by_test_id("revoke").click()
    expect(vet.get_by_test_id("invitation")).to_contain_text("Withdrawn")
    guest.goto(f"{server.address}/consult/case")
    expect(guest.get_by_text("This link does not open a case")).to_be_visible()
