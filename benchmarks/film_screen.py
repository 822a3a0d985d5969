"""From the X-ray unit to the eye: how soon a 10-megapixel film is seen, and how soon its marks are.

A real server process, a unit that sends by DICOM (C-STORE, one association for each film), and a real Chromium that
opens the viewer as soon as the unit has its answer. One machine, one clock::

    sending --> success answered --> viewer asked for --> first picture painted
                      |-------------------------------------------> marks painted (beside the film, and on it)

Each film is drawn anew: the simulated chest, enlarged, with its own grain; it holds one piece of metal and letters.
Films that one machine has searched before are no measure: every run starts on an empty record, once the server has
prepared itself. Run it on a machine that does nothing else with::

    python benchmarks/film_screen.py --films 10 --json
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from playwright.async_api import Page, async_playwright
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import ComputedRadiographyImageStorage  # type: ignore[attr-defined]
from scipy import ndimage

from alarm_latency import free_port, sign_in, start_server
from holdfast.bootstrap.house import House, open_house
from holdfast.config import Config
from holdfast.gateways.dicom.pixels import read_film
from holdfast.simulation.phantom_film import PIXEL_MM, Patient, other_film, two_views

PATIENCE_S = 90.0
QUIET_S = 2.0
"""The server has prepared itself when it used next to nothing of a processor for so long."""

WATCH = """
window.seen = {};
const painted = (name) => {
  if (window.seen[name] !== undefined) return;
  window.seen[name] = null;
  requestAnimationFrame(() => setTimeout(() => { window.seen[name] = Date.now(); }));
};
const look = () => {
  const first = document.querySelector("[data-first-picture]");
  const canvas = document.querySelector('[data-testid="film"]');
  if ((first && first.complete && first.naturalWidth) || canvas?.dataset.drawn) painted("picture");
  if (canvas?.dataset.drawn === "values") painted("values");
  if (document.querySelector('[data-testid="metal-mark"]')) painted("marks");
  if (window.seen.marks === undefined) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@dataclass(frozen=True)
class Seen:
    """Of one film (seconds)."""

    sending: float
    """From the first byte to the success answer."""
    picture: float
    """From asking for the viewer to the first picture."""
    values: float
    """From asking for the viewer to the film's own values, with which its window can be changed."""
    marks: float
    """From the success answer to the marks."""
    server_cpu: float
    """Of the server, from the first byte to the marks."""
    names: int
    """Marks that are shown."""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="holdfast-films-") as folder:
        result = asyncio.run(run(Path(folder), options))
    print(json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10)
    parser.add_argument("--megapixels", type=float, default=10.5)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "", help="path of the browser")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def run(data: Path, options: argparse.Namespace) -> dict[str, object]:
    films = [made(number, options.megapixels) for number in range(options.films)]
    ports = free_port(), free_port(), free_port()
    house = open_house(Config(data_dir=data, http_port=ports[0], hl7_port=ports[1], dicom_port=ports[2]))
    server, setup_link = start_server(data, *ports)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=options.chromium or None, args=["--no-sandbox", "--disable-gpu"]
            )
            page = await browser.new_page(viewport={"width": 1280, "height": 800})
            await page.add_init_script(WATCH)
            await sign_in(page, setup_link)
            prepared_s = await quiet(server.pid)
            load = [round(one, 2) for one in os.getloadavg()]
            seen = [await one(house, page, server.pid, ports, film) for film in films]
            await browser.close()
    finally:
        server.terminate()
        server.wait()
        house.close()
    return {
        "films": len(seen),
        "megapixels": options.megapixels,
        "megabytes": round(statistics.mean(map(len, films)) / 1e6, 1),
        "load_before": load,
        "prepared_s": round(prepared_s, 1),
        **quantiles("sending_s", [film.sending for film in seen]),
        **quantiles("first_picture_s", [film.picture for film in seen]),
        **quantiles("own_values_s", [film.values for film in seen]),
        **quantiles("answer_to_marks_s", [film.marks for film in seen]),
        **quantiles("server_cpu_s", [film.server_cpu for film in seen]),
        "marks_shown": [film.names for film in seen],
    }


def quantiles(name: str, values: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50": round(statistics.median(values), 3),
        f"{name}_p95": round(float(np.percentile(values, 95)), 3),
        f"{name}_max": round(max(values), 3),
    }


def made(number: int, megapixels: float) -> bytes:
    """A film file: the simulated chest, enlarged, with its own grain."""
    patient = Patient("Made^Film", f"F{number}", "", f"2.25.{7_000 + number}")
    chest = read_film(two_views(patient, datetime(2026, 11, 22, tzinfo=UTC))[number % 2])
    larger = (megapixels * 1e6 / chest.pixels.size) ** 0.5
    pixels = ndimage.zoom(chest.pixels.astype(np.float32), larger, order=1)
    pixels += np.random.default_rng(number).normal(0, 18, pixels.shape)
    pixels = np.clip(pixels, 0, (1 << chest.bits) - 1).astype(np.uint16)
    return other_film(pixels, chest.bits, PIXEL_MM / larger, patient, datetime(2026, 11, 22, tzinfo=UTC))


async def one(house: House, page: Page, pid: int, ports: tuple[int, int, int], film: bytes) -> Seen:
    before = cpu_s(pid)
    begun = time.time()
    study_uid = await asyncio.to_thread(send, film, ports[2])
    answered = time.time()
    house.ctx.book.catch_up()
    with house.ctx.book.studies() as studies:
        study_id = next(one.study_id for one in studies.by_id.values() if one.study_uid == study_uid)
    asked = time.time()
    await page.goto(f"http://127.0.0.1:{ports[0]}/imaging/{study_id}/view", wait_until="commit")
    while time.time() < answered + PATIENCE_S:
        seen = await page.evaluate("window.seen")
        if seen.get("marks") and seen.get("picture") and seen.get("values"):
            break
        await asyncio.sleep(0.1)
    else:
        raise SystemExit(f"No marks within {PATIENCE_S:.0f} s.")
    return Seen(
        sending=answered - begun,
        picture=seen["picture"] / 1e3 - asked,
        values=seen["values"] / 1e3 - asked,
        marks=seen["marks"] / 1e3 - answered,
        server_cpu=cpu_s(pid) - before,
        names=await page.locator('[data-testid="metal-mark"]').count(),
    )


def send(film: bytes, port: int) -> str:
    """C-STORE; the study's UID once success is answered."""
    data_set = dcmread(BytesIO(film))
    unit = AE(ae_title="XRAY1")
    unit.add_requested_context(ComputedRadiographyImageStorage, data_set.file_meta.TransferSyntaxUID)
    line = unit.associate("127.0.0.1", port, ae_title="HOLDFAST")
    if not line.is_established:
        raise SystemExit("The server takes no association.")
    status = line.send_c_store(data_set)
    if status.Status != 0:
        raise SystemExit(f"The film was answered {status.Status:04x}.")
    line.release()
    return str(data_set.StudyInstanceUID)


async def quiet(pid: int) -> float:
    """Wait until the server rests; how long that took (s)."""
    begun = time.time()
    while time.time() < begun + 300:
        used = cpu_s(pid)
        await asyncio.sleep(QUIET_S)
        if cpu_s(pid) - used < 0.05 * QUIET_S:
            break
    return time.time() - begun


def cpu_s(pid: int) -> float:
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
