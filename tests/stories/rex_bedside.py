"""Rex on his bed: admitted by hand, on a monitor that speaks over the wire and answers to what is done to him."""

import asyncio
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Page, expect

from holdfast.bootstrap.house import open_house
from holdfast.cli.demo import Played, play
from holdfast.config import Config
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenarios import ALL
from stories.conftest import Server

BED = "ICU 1"
DEVICE = "HOLDFAST_SIM:rex"


def admit(page: Page, server: Server) -> str:
    """A bed with a bound monitor, and Rex on it; returns his case."""
    page.goto(f"{server.address}/beds")
    page.get_by_label("Name on the door").fill(BED)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_test_id("bed-row").filter(has_text=BED)).to_be_visible()
    page.get_by_label("Device key").fill(DEVICE)
    page.locator("select[name=bed]").select_option(BED)
    page.get_by_role("button", name="Bind").click()
    expect(page.get_by_test_id("bed-row").filter(has_text=DEVICE)).to_be_visible()
    page.goto(f"{server.address}/cases/new")
    page.locator("input[name=name]").fill("Rex")
    page.get_by_label("Bed").select_option(BED)
    for label, value in {
        "Weight, kg": "32", "Breed": "Belgian Malinois", "Age, years": "6", "Handler": "Officer Reyes",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_label("Working dog").check()
    page.get_by_label("Training case").check()
    page.get_by_role("button", name="Admit").click()
    page.wait_for_url(re.compile(r"/cases/[a-z0-9]{12}"))
    found = re.search(r"/cases/([a-z0-9]{12})", page.url)
    assert found
    return found.group(1)


@contextmanager
def monitored(server: Server, case_id: str) -> Iterator[None]:
    """The hour before goes on record, then the monitor runs until the block ends."""
    config = Config(data_dir=server.data_dir, hl7_port=server.hl7_port)
    monitor = multiprocessing.get_context("spawn").Process(target=_run, args=(config, case_id))
    monitor.start()
    try:
        yield
    finally:
        monitor.terminate()
        monitor.join()


def _run(config: Config, case_id: str) -> None:
    """The films of the story are taken by the story itself, so this Rex is not pictured by the demo's unit."""
    house = open_house(config)
    rex = replace(ALL["rex"], metal_on_film=False)
    asyncio.run(play(house, [Played(rex, SimulatedMonitor(rex, "", run_id="story"), case_id)]))


def press(page: Page, side: str, region: str, strength: str, response: str) -> None:
    """One press on the chart of the case."""
    before = page.get_by_test_id("touch").count()
    page.get_by_test_id(f"region-{side}-{region}").first.click()
    page.get_by_test_id(f"strength-{strength}").click()
    page.get_by_test_id(f"response-{response}").click()
    page.get_by_test_id("save-touch").click()
    expect(page.get_by_test_id("touch")).to_have_count(before + 1)
