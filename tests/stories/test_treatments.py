"""The treatment board in a real browser: worked out from the checked table, given with one touch, seen elsewhere."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from holdfast.usecases import cases
from stories.browsing import fresh_page, sign_in
from stories.web_server import PASSWORD, web_server

TARGET_PX = 44
SMALL = """smallest => [...document.querySelectorAll('.treatment-board :is(a, button, summary)')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < smallest).map(e => e.textContent.trim())"""


def test_a_dose_is_worked_out_ordered_and_given_with_one_touch(tmp_path: Path, chromium: Browser) -> None:
    with web_server(tmp_path) as server, fresh_page(chromium) as page:
        house = server.house
        admission = cases.Admission(name="Rex", training=True, weight_kg=32.0)
        case_id = cases.admit(house.ctx, actor="drill", admission=admission)
        dose = next(d for d in house.ctx.knowledge.care.doses.values() if d.use == "analgesia" and not d.infusion)
        sign_in(page, server.address, "ada", PASSWORD)
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{server.address}/cases/{case_id}/treatments")
        page.get_by_test_id("checked-dose").locator("summary").click()
        page.get_by_test_id("dose-key").select_option(dose.key)
        expect(page.get_by_test_id("dose-says")).to_contain_text("Source:")
        page.get_by_test_id("dose-value").fill(f"{dose.accepted[1] * 4:g}")
        page.get_by_test_id("order-checked").click()
        expect(page.get_by_text("lies outside")).to_be_visible()
        page.get_by_test_id("dose-value").fill(f"{dose.range.low:g}")
        page.get_by_test_id("checked-dose").get_by_test_id("every").select_option("8")
        page.get_by_test_id("order-checked").click()
        line = page.get_by_test_id("order-line")
        expect(line).to_contain_text(f"at {32:g} kg")
        page.get_by_test_id("infusion").locator("summary").click()
        page.get_by_test_id("infusion-dose").fill("5")
        page.get_by_test_id("infusion-per-ml").fill("0.4")
        page.get_by_test_id("infusion-per-ml-unit").select_option("mg")
        expect(page.get_by_test_id("rate")).to_have_text("Pump: 24 mL/h")
        page.get_by_test_id("infusion-per-ml-unit").select_option("U")
        expect(page.get_by_test_id("rate")).to_contain_text("does not fit")

        wall = page.context.new_page()
        wall.goto(f"{server.address}/treatments")
        expect(wall.get_by_test_id("given")).to_be_visible()
        wall.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert wall.evaluate(SMALL, TARGET_PX) == []
        page.goto(f"{server.address}/treatments")
        page.get_by_test_id("given").click()
        expect(page.get_by_test_id("order-line")).to_have_attribute("data-due", "later")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        wall.bring_to_front()
        expect(wall.get_by_test_id("order-line")).to_have_attribute("data-due", "later")
        (given,) = house.ctx.book.case(case_id).treatments
        assert (given.category, given.what) == ("analgesic", dose.drug)
