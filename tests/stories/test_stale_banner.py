"""When the server is gone, the screen must say so instead of showing the last numbers."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from stories.conftest import start


def test_a_lost_server_is_said_loudly(tmp_path: Path, chromium: Browser) -> None:
    server = start("serve", tmp_path)
    try:
        page = chromium.new_page()
        page.goto(server.setup_link)
        page.get_by_label("Your name").fill("Ada")
        page.get_by_label("Login").fill("ada")
        page.get_by_label("Password").fill("a quiet night in the ward")
        page.get_by_role("button", name="Make the account").click()
        page.goto(f"{server.address}/")
        banner = page.locator("#stale")
        page.wait_for_timeout(2_000)
        expect(banner).to_be_hidden()
        server.process.kill()
        expect(banner).to_be_visible()
        page.close()
    finally:
        server.stop()
