"""Pages: what stands on them, what they never hold, and what a refusal looks like."""

import re
from datetime import UTC, datetime

import pytest

from holdfast.kernel.limits import FORM_BYTES_MAX
from holdfast.usecases import cases
from holdfast.usecases.ports import Change, NewQuarantined

STATIC_PAGES = (
    "/",
    "/beds",
    "/beds/Bed 1",
    "/beds/Bed 2",
    "/cases",
    "/cases/new",
    "/quarantine",
    "/patterns",
    "/rules",
)


def case_pages(house) -> tuple[str, ...]:
    base = f"/cases/{house.case_id}"
    return (base, f"{base}/timeline", f"{base}/second-look", f"{base}/alarms")


def test_every_page_opens_and_none_needs_inline_code(house) -> None:
    disease = next(iter(house.ctx.knowledge.diseases))
    source = next(iter(house.ctx.knowledge.sources))
    knowledge = (f"/knowledge/diseases/{disease}", "/knowledge/sources", f"/knowledge/sources/{source}")
    for path in (*STATIC_PAGES, *case_pages(house), *knowledge, "/account"):
        answer = house.client("clinician").get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert not re.search(r"<[^>]+\s(on\w+|style)=", answer.text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style", answer.text), path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_training_case_is_marked_on_every_page_that_shows_it(house) -> None:
    for path in ("/", "/beds/Bed 1", "/cases", *case_pages(house)):
        page = house.client("clinician").get(path).text
        marks = re.findall(r"<(?:p|span)[^>]*>\s*TRAINING &ndash; SIMULATED", page)
        assert marks, path
        assert not re.search(r"<p class=\"band[^>]*hidden[^>]*>TRAINING", page) or path == "/", path


def test_what_people_wrote_is_shown_as_text(house) -> None:
    house.post("clinician", f"/cases/{house.case_id}/notes", {"text": "<script>alert(1)</script>"})
    for path in case_pages(house):
        assert "<script>alert(1)" not in house.client("clinician").get(path).text
    assert "&lt;script&gt;alert(1)" in house.client("clinician").get(f"/cases/{house.case_id}").text


def test_a_refusal_says_what_is_wrong_and_what_to_do_in_both_shapes(house) -> None:
    page = house.client("clinician").get("/cases/nothing")
    assert page.status_code == 404
    assert "There is no case" in page.text
    told = house.client("clinician").get("/api/cases/nothing")
    assert told.status_code == 404
    assert set(told.json()) == {"error"}
    assert set(told.json()["error"]) == {"problem", "remedy"}
    assert house.client("clinician").get("/api/no/such/path").json()["error"]["problem"]
    assert house.client().get("/api/board").status_code == 401


def test_a_fault_of_ours_shows_no_traceback(house, monkeypatch) -> None:
    def broken(now_us: int) -> None:
        raise RuntimeError("inner detail")

    monkeypatch.setattr(house.ward, "board", broken)
    for path in ("/", "/api/board"):
        answer = house.client("clinician").get(path)
        assert answer.status_code == 500
        assert "inner detail" not in answer.text
        assert "Traceback" not in answer.text


def test_what_was_typed_survives_a_refusal(house) -> None:
    answer = house.post(
        "clinician",
        f"/cases/{house.case_id}/treatments",
        {"category": "magic", "what": "Crystalloid", "amount": "10 mL/kg", "command_id": "c-1"},
    )
    assert answer.status_code == 400
    assert "Crystalloid" in answer.text
    assert 'value="c-1"' in answer.text


def test_a_password_is_never_offered_again(house) -> None:
    fields = {"login": "x y", "name": "N", "role": "clinician", "password": "my secret sentence"}
    answer = house.post("administrator", "/people", fields)
    assert answer.status_code == 400
    assert "my secret sentence" not in answer.text


def test_a_form_beyond_the_bound_is_refused(house) -> None:
    answer = house.post("clinician", f"/cases/{house.case_id}/notes", {"text": "x" * (FORM_BYTES_MAX + 1)})
    assert answer.status_code == 413


def test_an_unknown_kind_of_body_is_refused(house) -> None:
    answer = house.client("clinician").post(
        f"/cases/{house.case_id}/notes", content=b"<xml/>", headers={"content-type": "text/xml"}
    )
    assert answer.status_code == 415


def test_quarantined_bytes_are_a_dump_that_cannot_act(house) -> None:
    raw = b"MSH|<script>alert(1)</script>\x00\xff"
    row = NewQuarantined(received_us=1, peer="10.0.0.7", device="MON-9", reason="Not bound.", raw=raw)
    house.ctx.store.submit(Change(command_id="q", actor="holdfast", recorded_us=1, quarantined=(row,))).result()
    listed = house.client("technician").get("/quarantine").text
    assert "MON-9" in listed
    number = re.search(r"/quarantine/(\d+)/raw", listed).group(1)
    answer = house.client("technician").get(f"/quarantine/{number}/raw")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "4d 53 48 7c" in answer.text
    house.post("technician", "/beds/bind", {"device": "MON-9", "bed": "Bed 2"})
    assert house.ctx.book.clinic.bed_of_device == {"MON-9": "Bed 2"}


def test_the_timeline_shows_what_was_known_at_a_moment(house) -> None:
    base = f"/cases/{house.case_id}"
    cases.write_note(house.ctx, actor="holdfast", case_id=house.case_id, text="early words")
    house.clock.advance(3600)
    cases.write_note(house.ctx, actor="holdfast", case_id=house.case_id, text="late words")
    client = house.client("technician")
    now = client.get(f"{base}/timeline").text
    assert "late words" in now
    local = datetime.fromtimestamp(house.clock.at_us / 1e6 - 1800, UTC).astimezone()
    then = client.get(f"{base}/timeline", params={"until": local.strftime("%Y-%m-%dT%H:%M")}).text
    assert "early words" in then
    assert "late words" not in then
    only = client.get(f"{base}/timeline", params={"category": "admin"}).text
    assert not re.search("(early|late) words", only)
    assert client.get(f"{base}/timeline", params={"until": "yesterday"}).status_code == 400


@pytest.mark.parametrize("path", ["/static/holdfast.css", "/static/live.js", "/static/vendor/uplot/LICENSE"])
def test_static_files_are_served_from_here(house, path) -> None:
    assert house.client().get(path).status_code == 200
