"""How every story begins: a person opens the link of the first start, makes an account and is on the ward."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from stories.conftest import PATIENCE_MS, Server

WHO = "Dr Ada Keller"


@contextmanager
def desk(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser as on a desk, that waits as long as busy machines need."""
    context = chromium.new_context(viewport={"width": 1366, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def make_account(page: Page, server: Server) -> None:
    """The first account of a fresh server."""
    page.goto(server.setup_link)
    page.get_by_label("Your name").fill(WHO)
    page.get_by_label("Login").fill("ada")
    page.get_by_label("Password").fill("a quiet night in the ward")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{server.address}/people")


def sign_in(page: Page, address: str, login: str, password: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


@contextmanager
def fresh_page(chromium: Browser) -> Iterator[Page]:
    """A page of nobody yet; when the story is over, no script may have failed on it."""
    with desk(chromium) as context:
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
        assert problems == []


@contextmanager
def signed_in(server: Server, chromium: Browser) -> Iterator[Page]:
    """A page of the first account of a fresh server."""
    with fresh_page(chromium) as page:
        make_account(page, server)
        yield page
