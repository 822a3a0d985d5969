"""When the server is gone, the screen must say so instead of showing the last numbers."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from stories.browsing import signed_in
from stories.conftest import start


def test_a_lost_server_is_said_loudly(tmp_path: Path, chromium: Browser) -> None:
    server = start("serve", tmp_path)
    try:
        with signed_in(server, chromium) as page:
            page.goto(f"{server.address}/")
            banner = page.locator("#stale")
            page.wait_for_timeout(2_000)
            expect(banner).to_be_hidden()
            server.process.kill()
            expect(banner).to_be_visible()
    finally:
        server.stop()
