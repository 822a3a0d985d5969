"""``holdfast demo``: Rex's bed moves, everything is marked as simulated, and what is done reaches the dog."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from stories.browsing import signed_in
from stories.conftest import PATIENCE_MS, start

LOOK_MS = 2_500


def test_the_demo_shows_a_moving_bed_marked_as_simulated(tmp_path: Path, chromium: Browser) -> None:
    server = start("demo", tmp_path / "demo", "--scenario", "rex", "--scenario", "leo")
    try:
        with signed_in(server, chromium) as page:
            page.goto(f"{server.address}/")
            cards = page.get_by_test_id("bed-card")
            expect(cards).to_have_count(2)
            expect(cards.first).to_contain_text("Rex")
            for card in cards.all():
                expect(card.get_by_test_id("band")).to_contain_text("SIMULATED")
            page.goto(f"{server.address}/beds/ICU 1")
            canvas = page.locator("canvas").first
            expect(canvas).to_be_visible()
            first, waited_ms = canvas.screenshot(), 0
            while canvas.screenshot() == first:
                assert waited_ms < PATIENCE_MS, "the trace does not move"
                page.wait_for_timeout(LOOK_MS)
                waited_ms += LOOK_MS
    finally:
        server.stop()
