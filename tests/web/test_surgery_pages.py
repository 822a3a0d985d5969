"""An operation in pages: nothing locks, a reason is asked, the record draws itself and prints."""

import io
import re

import pytest
from pypdf import PdfReader

from holdfast.kernel.time import US_PER_S
from holdfast.record import surgery_events as su
from holdfast.record.events import case_stream
from holdfast.record.monitor import Origin
from holdfast.usecases.ports import Change, NewBlock, TrendPoint


@pytest.fixture
def here(house) -> str:
    plan = {"procedure": "thoracotomy", "site": "left", "risk": "He may bleed to <b>death</b>."}
    answer = house.post("clinician", f"/cases/{house.case_id}/surgery", plan)
    assert answer.status_code == 303
    return answer.headers["location"]


def monitor(house, minutes: int, start_us: int, hr: float = 104.0) -> None:
    points = tuple(
        TrendPoint(
            key="hr",
            unit="/min",
            at_us=start_us + s * US_PER_S,
            last=hr,
            low=hr,
            high=hr,
            count=1,
            origin=Origin.SIMULATED,
        )
        for s in range(0, minutes * 60 + 1, 10)
    )
    block = NewBlock(
        block_id="b", case_id=house.case_id, start_us=start_us, end_us=house.clock.at_us, data=b"x", trend=points
    )
    change = Change(command_id="points", actor="holdfast", recorded_us=house.clock.at_us, blocks=(block,))
    house.ctx.store.submit(change).result()


def events(house, kind: type) -> list:
    recorded = house.ctx.store.read_stream(case_stream(house.case_id))
    return [item.event for item in recorded if isinstance(item.event, kind)]


def test_a_technician_does_not_plan_and_can_check(house, here) -> None:
    assert house.post("technician", f"/cases/{house.case_id}/surgery", {"procedure": "x"}).status_code == 403
    assert house.post("technician", f"{here}/items", {"item": "blood", "answer": "done"}).status_code == 303
    assert "<b>death</b>" not in house.client("technician").get(here).text


def test_an_open_line_asks_for_a_reason_and_then_goes_on(house, here) -> None:
    refused = house.post("technician", f"{here}/steps", {"step": "time_out"})
    assert refused.status_code == 400
    assert "Sign in is passed over" in refused.text
    gone_on = house.post("technician", f"{here}/steps", {"step": "time_out", "reason": "he is bleeding"})
    assert gone_on.status_code == 303
    page = house.client("technician").get(here).text
    assert "he is bleeding" in page
    assert 'data-testid="phase">operating<' in page
    again = house.post("technician", f"{here}/steps", {"step": "time_out", "reason": "twice"})
    assert again.status_code == 400
    assert len(events(house, su.SurgeryStepped)) == 1


def test_skipping_a_line_needs_a_reason(house, here) -> None:
    assert house.post("technician", f"{here}/items", {"item": "blood", "answer": "skipped"}).status_code == 400
    skipped = {"item": "blood", "answer": "skipped", "reason": "none in the house"}
    assert house.post("technician", f"{here}/items", skipped).status_code == 303
    assert "skipped: none in the house" in house.client("technician").get(here).text


@pytest.mark.parametrize(
    ("where", "data"),
    [("items", {"item": "coffee", "answer": "done"}), ("asa", {"status": 6}), ("steps", {"step": "x"})],
)
def test_what_does_not_exist_is_refused(house, here, where, data) -> None:
    assert house.post("technician", f"{here}/{where}", data).status_code == 400


def test_the_record_draws_itself_and_prints_with_what_was_given(house, here) -> None:
    house.post("technician", f"{here}/asa", {"status": "4", "emergency": "true"})
    house.post("technician", f"{here}/begin", {"anaesthetist": "Dr Lee"})
    start_us = house.clock.at_us
    assert house.client("technician").get(f"{here}/record.pdf").status_code == 200
    house.clock.advance(12 * 60)
    monitor(house, 12, start_us)
    given = {"category": "sedative", "what": "propofol", "amount": "to effect"}
    house.post("technician", f"/cases/{house.case_id}/treatments", given)
    house.post("technician", f"{here}/notes", {"what": "first cut"})
    record = house.client("technician").get(f"/api{here}").json()["record"]
    assert [line["values"].get("hr") for line in record["marks"]] == [104.0, 104.0, 104.0]
    assert [one["what"] for one in record["happened"]] == ["propofol to effect", "first cut"]
    assert "first cut" in house.client("technician").get(f"{here}/record").text
    house.post("technician", f"{here}/end")
    house.clock.advance(3600)
    assert len(house.client("technician").get(f"/api{here}").json()["record"]["marks"]) == 3, "closed is closed"
    data = house.client("technician").get(f"{here}/record.pdf").content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    for words in ("Anaesthetic record: Rex", "EXERCISE", "ASA 4 E", "Dr Lee", "propofol", "first cut", "104", "closed"):
        assert words in text, words
    assert "STILL OPEN" not in text


def test_an_open_record_says_so_on_paper_and_opens_once(house, here) -> None:
    house.post("technician", f"{here}/begin")
    assert house.post("technician", f"{here}/begin").status_code == 400
    data = house.client("technician").get(f"{here}/record.pdf").content
    assert "STILL OPEN" in PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_before_it_was_opened_there_is_no_record(house, here) -> None:
    assert house.client("technician").get(f"{here}/record.pdf").status_code == 404
    assert house.client("technician").get(f"/api{here}").json()["record"] is None


def test_the_end_of_the_anaesthetic_starts_the_recovery(house, here) -> None:
    house.post("technician", f"{here}/begin")
    house.post("technician", f"{here}/end")
    house.clock.advance(45 * 60)
    page = house.client("technician").get(f"/cases/{house.case_id}/recovery").text
    assert "end of the anaesthetic" in page
    assert "later than usual" in page


def test_numbers_of_what_happened_at_once_are_not_printed_over_each_other(house, here) -> None:
    house.post("technician", f"{here}/begin")
    for what in ("induction", "intubated", "turned"):
        house.post("technician", f"{here}/notes", {"what": what})
    house.clock.advance(20 * 60)
    house.post("technician", f"{here}/notes", {"what": "first cut"})
    page = house.client("technician").get(f"{here}/record").text
    assert re.findall(r'class="happening"[^>]*>([^<]*)<', page) == ["1-3", "4"]
