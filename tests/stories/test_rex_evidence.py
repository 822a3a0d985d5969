"""What came out of Rex, in its sealed bag: handed to a detective, judged, reported, exported; and then checked by
somebody who has neither Holdfast nor a reason to believe it. How it was removed and sealed is told in ``test_rex``."""

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from holdfast.record import custody_events as cu
from holdfast.usecases import cases, custody
from made_pictures import photograph
from stories.browsing import fresh_page, sign_in
from stories.web_server import PASSWORD, WebServer, web_server
from tools.empty_environment import empty_python

TOOLS = Path(__file__).parents[2] / "tools"
NAME = "clinic.example/emergency"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with web_server(tmp_path_factory.mktemp("evidence")) as running:
        yield running


@pytest.fixture(scope="module")
def case_id(server: WebServer) -> str:
    rex = cases.Admission(
        name="Rex",
        breed="Belgian Malinois",
        sex="male",
        weight_kg=32.0,
        handler="Officer Reyes",
        owner="City Police",
        working_dog=True,
        complaint="collapsed during the night",
    )
    server.house.proofs.make_key(NAME)
    return cases.admit(server.house.ctx, actor=server.account("ada"), admission=rex)


@pytest.fixture(scope="module")
def page(server: WebServer, case_id: str, chromium: Browser) -> Iterator[Page]:
    with fresh_page(chromium) as page:
        sign_in(page, server.address, "ada", PASSWORD)
        yield page


def fill(page: Page, form: str, **fields: str) -> None:
    for name, value in fields.items():
        page.get_by_test_id(f"form-{form}").locator(f"[name={name}]").fill(value)


@pytest.fixture(scope="module")
def item(server: WebServer, case_id: str) -> str:
    """Address of the fragment: removed, entered and sealed as ``test_rex`` does it by hand."""
    ctx, vet = server.house.ctx, server.account("ada")
    photo = cu.Photograph(
        sha256=custody.keep_picture(server.house.films, photograph()), shows="as it was", scale="ruler, mm"
    )
    removal = custody.Removal(
        by="Dr Ada Keller",
        description="metallic object, grey, deformed",
        side="left",
        region="thorax_mid",
        site="between ribs 6 and 7, 3 cm deep",
        method="plastic forceps, not washed",
        witness="Kim Park",
        size_mm=(9.2, 6.1),
        photographs=(photo,),
    )
    (made,) = custody.create(ctx, actor=vet, case_id=case_id, removal=removal).recorded
    item_id = made.event.item_id
    sealed = cu.ItemSealed(
        at_us=ctx.clock.now_us(), item_id=item_id, by="Dr Ada Keller", bag="B-17", seal="S-4711", container="rigid, dry"
    )
    custody.add(ctx, actor=vet, case_id=case_id, event=sealed)
    return f"{server.address}/cases/{case_id}/items/{item_id}"


def test_2_the_detective_signs_for_it_and_a_wrong_seal_is_told(page: Page, item: str) -> None:
    page.goto(item)
    fill(page, "offer", to="Det. Alvarez", organisation="City Police", purpose="file 2026/117", seal="S-4771")
    page.get_by_test_id("offer").click()
    expect(page.get_by_test_id("form-offer")).to_contain_text("The seal read is S-4771, the one on record is S-4711.")
    fill(page, "offer", seal="S-4711")
    page.get_by_test_id("offer").click()
    expect(page.get_by_test_id("item-state")).to_contain_text("not yet confirmed")
    fill(page, "accept", identification="badge 9", seal="S-4711")
    page.get_by_test_id("form-accept").locator("[value=true]").check()
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("form-accept")).to_contain_text("Nobody has signed yet.")
    draw(page)
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("item-state")).to_contain_text("with Det. Alvarez (City Police); bag B-17, seal S-4711")
    expect(page.get_by_test_id("no-break")).to_be_visible()
    expect(page.get_by_alt_text("signature of Det. Alvarez")).to_be_visible()


def draw(page: Page) -> None:
    canvas = page.get_by_test_id("signature")
    canvas.hover(position={"x": 30, "y": 50})  # waits until it stands still and nothing lies over it
    box = canvas.bounding_box()
    assert box
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + 30 + 8 * step, box["y"] + 50 + 9 * (step % 4))
    page.mouse.up()


def test_3_an_opinion_stands_apart_from_the_facts(page: Page, item: str) -> None:
    page.goto(item)
    page.get_by_text("Enter an opinion").click()
    fill(page, "opinion", text="projectile, weeks to months", by="Dr Lind", profession="pathologist")
    fill(page, "opinion", basis="scar and capsule around it, histology")
    page.get_by_test_id("opinion-save").click()
    expect(page.get_by_test_id("opinion")).to_contain_text("projectile, weeks to months")
    expect(page.get_by_test_id("step")).to_have_count(4)
    assert "projectile" not in " ".join(page.get_by_test_id("step").all_inner_texts())


def days_ago(number: float) -> str:
    return (datetime.now().astimezone() - timedelta(days=number)).strftime("%Y-%m-%dT%H:%M")


def write_down(page: Page, kind: str, days: float, chosen: dict[str, str], **fields: str) -> None:
    """One entry of the service history, as a handler makes it."""
    before = page.get_by_test_id("service-entry").count()
    form = page.get_by_test_id(f"form-{kind}")
    if not form.is_visible():
        page.get_by_test_id(f"new-{kind}").locator("summary").first.click()
    form.locator("[name=at]").fill(days_ago(days))
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    for name, value in chosen.items():
        if name in ("gunfire", "explosion"):
            form.locator(f"label:has([name={name}][value={value}])").click()
        else:
            form.locator(f"select[name={name}]").select_option(value)
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("service-entry")).to_have_count(before + 1)


def test_3b_his_service_is_written_down_and_linked(server: WebServer, case_id: str, page: Page, item: str) -> None:
    page.goto(f"{server.address}/service")
    for name, value in {"name": "Rex", "service_number": "K9-017", "unit": "City Police"}.items():
        page.locator(f"form[action='/service'] [name={name}]").fill(value)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/service/[a-z0-9]{12}$"))
    no_shots = {"gunfire": "no", "explosion": "no"}
    write_down(page, "deployment", 117, {"gunfire": "yes", "explosion": "no"}, place="Warehouse", task="Armed suspects")
    write_down(page, "deployment", 96, no_shots, place="Stadium", task="Crowd")
    write_down(page, "deployment", 14.2, no_shots, place="Factory", task="Search")
    struck = {"mechanism": "blow", "where": "left:thorax_mid", "seen": "bruise", "imaged": "not_imaged"}
    write_down(page, "incident", 14.1, struck, what="A steel pipe", place="Factory", witnesses="Officer Lind")
    page.goto(f"{server.address}/cases/{case_id}")
    page.get_by_role("link", name="Incidents").click()
    page.get_by_test_id("link-dog").select_option(index=1)
    page.locator("form[action$='/service/link'] [name=how]").fill("chip read")
    page.get_by_test_id("link").click()
    expect(page.get_by_test_id("linked")).to_contain_text("Rex")


def test_3c_no_incident_explains_it_and_the_span_is_named(
    server: WebServer, case_id: str, page: Page, item: str
) -> None:
    page.goto(f"{server.address}/cases/{case_id}/incidents")
    form = page.get_by_test_id("lesion-form")
    chosen = {"where": "left:thorax_mid", "depth": "cavity", "found": "projectile", "found_basis": "eye"}
    chosen |= {"material": "soft_metal", "age_basis": "histology", "item_id": item.rpartition("/")[2]}
    for name, value in chosen.items():
        form.locator(f"select[name={name}]").select_option(value)
    judged = {"age_low_days": "28", "age_high_days": "180", "age_by": "Dr Lind", "age_reason": "scar and capsule"}
    for name, value in judged.items():
        form.locator(f"[name={name}]").fill(value)
    page.get_by_test_id("save-lesion").click()
    says = page.get_by_test_id("says")
    expect(says).to_contain_text("An event that is not on record is likeliest")
    expect(says).to_contain_text('("A steel pipe") does not explain a projectile')
    expect(says).to_contain_text("The tissue says older than the blow")
    expect(says).to_contain_text("Warehouse: Armed suspects (shots fired near the dog)")
    expect(page.get_by_test_id("candidate").first).to_have_attribute("data-key", "not_on_record")
    inside = page.get_by_test_id("work").filter(has_text="in the span")
    expect(inside).to_have_count(2)
    assert "Factory" not in " ".join(inside.all_inner_texts())
    page.get_by_test_id("state").click()
    expect(page.get_by_test_id("statement")).to_have_count(1)
    expect(page.get_by_test_id("changed-since")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1366, "height": 900})


def test_4_report_and_export_are_checked_in_an_empty_environment(
    server: WebServer, case_id: str, page: Page, item: str, tmp_path: Path
) -> None:
    page.goto(f"{server.address}/cases/{case_id}/papers")
    fill(page, "report", recipient="City Police, internal affairs", purpose="file 2026/117")
    page.get_by_test_id("make-report").click()
    expect(page.get_by_test_id("report")).to_have_count(1)
    fill(page, "export", recipient="Det. Alvarez", purpose="file 2026/117")
    page.get_by_text("Withhold parts").click()
    page.get_by_label("owner", exact=True).first.check()
    page.get_by_test_id("make-export").click()
    expect(page.get_by_test_id("export")).to_contain_text("Withheld: patient_admitted.1:owner")
    key = page.get_by_test_id("public-key").inner_text()
    report, export = (
        page.get_by_test_id("report").get_by_role("link"),
        page.get_by_test_id("export").get_by_role("link"),
    )
    for link, name in ((report.nth(0), "report.pdf"), (report.nth(1), "report.pdf.sig"), (export, "rex.zip")):
        answer = page.request.get(f"{server.address}{link.get_attribute('href')}")
        assert answer.ok
        (tmp_path / name).write_bytes(answer.body())

    python = empty_python(tmp_path / "empty")
    done = check(python, "verify_holdfast.py", tmp_path / "rex.zip", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 parts of them withheld" in done.stdout
    assert re.search(r"With (\d+) of \1 events of service/", done.stdout)
    done = check(python, "verify_report.py", tmp_path / "report.pdf", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"case {case_id}" in done.stdout

    changed = bytearray((tmp_path / "report.pdf").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "report.pdf").write_bytes(changed)
    done = check(python, "verify_report.py", tmp_path / "report.pdf", key)
    assert done.returncode == 1
    assert "NOT AS IT WAS SIGNED" in done.stdout


def check(python: Path, tool: str, file: Path, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, TOOLS / tool, file, "--key", key], capture_output=True, text=True, check=False, env={}
    )


def test_5_the_comparison_stands_in_report_and_export(server: WebServer, case_id: str, page: Page, item: str) -> None:
    page.goto(f"{server.address}/cases/{case_id}/papers")
    report = page.get_by_test_id("report").get_by_role("link").nth(0).get_attribute("href")
    export = page.get_by_test_id("export").get_by_role("link").get_attribute("href")
    pdf = PdfReader(BytesIO(page.request.get(f"{server.address}{report}").body()))
    printed = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    assert "does not explain a projectile" in printed
    with ZipFile(BytesIO(page.request.get(f"{server.address}{export}").body())) as files:
        summary = next(name for name in files.namelist() if name.endswith("summary.txt"))
        told = files.read(summary).decode()
    assert "OPINION of Holdfast" in told
    assert "An event that is not on record is likeliest" in told


def test_6_when_the_past_is_corrected_the_statement_is_marked(
    server: WebServer, case_id: str, page: Page, item: str
) -> None:
    page.goto(f"{server.address}/cases/{case_id}/incidents")
    page.get_by_test_id("linked").click()
    pipe = page.get_by_test_id("service-entry").filter(has_text="A steel pipe")
    pipe.locator("summary").click()
    pipe.get_by_role("link", name="Correct it").click()
    form = page.locator("#correct")
    form.locator("select[name=seen]").select_option("open_wound")
    form.locator("[name=reason]").fill("Lind remembers blood")
    form.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_test_id("gone-entry")).to_have_count(1)
    page.goto(f"{server.address}/cases/{case_id}/incidents")
    expect(page.get_by_test_id("changed-since")).to_contain_text("1 entry of the service history")
