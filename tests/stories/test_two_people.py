"""Two people before one second look: what one decides, the other is told without asking."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from holdfast.bootstrap.house import open_house
from holdfast.config import Config
from holdfast.usecases import cases
from stories.browsing import WHO, signed_in
from stories.conftest import start


def test_an_open_second_look_says_that_somebody_else_has_decided(tmp_path: Path, chromium: Browser) -> None:
    server = start("serve", tmp_path)
    house = open_house(Config(data_dir=server.data_dir))
    try:
        case_id = cases.admit(house.ctx, actor="drill", admission=cases.Admission(name="Rex", training=True))
        with signed_in(server, chromium) as first:
            first.goto(f"{server.address}/cases/{case_id}")
            first.locator("summary", has_text="Order end of life").click()
            first.get_by_test_id("eol-indication").fill("failing")
            first.get_by_test_id("eol-consent-by").fill("Officer Reyes")
            first.get_by_test_id("order-eol").click()
            expect(first.get_by_test_id("second-look-page")).to_be_visible()
            second = first.context.new_page()
            second.goto(f"{server.address}/cases/{case_id}/second-look")
            second.get_by_test_id("hold").click()
            second.wait_for_url(f"{server.address}/cases/{case_id}#end-of-life")
            first.bring_to_front()
            told = first.get_by_test_id("decided-meanwhile")
            expect(told).to_contain_text(f"{WHO} decided to hold")
    finally:
        house.close()
        server.stop()
