"""Whether a house is well, its figures, who may read them, and what its log gives away."""

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from contract.examples import SECOND_US, T0_US, change
from holdfast.bootstrap import duties, health, monitors
from holdfast.bootstrap.house import House, open_house
from holdfast.bootstrap.logs import JsonLines, PlainLines
from holdfast.bootstrap.monitors import handle_hl7
from holdfast.bootstrap.operations import read_token
from holdfast.bootstrap.running import web_services
from holdfast.config import Config
from holdfast.gateways.hl7.reading import Reading
from holdfast.kernel.errors import IntegrityError, OperatorError
from holdfast.usecases import beds, cases
from holdfast.usecases.flushing import Flusher
from holdfast.usecases.operations import Readiness
from holdfast.web.app import create_app
from holdfast.web.request_id import REQUEST_ID
from holdfast.web.security_log import said
from making import CountingIds, StandingClock, monitor_message, numeric

ROOT = Path(__file__).parent.parent
TOKEN = "a-token-of-some-length"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "token").write_text(TOKEN)
    config = Config(data_dir=tmp_path / "record", metrics_token_file=tmp_path / "token")
    house = open_house(config, clock=StandingClock(T0_US + 60 * SECOND_US), ids=CountingIds())
    yield house
    house.close()


def client(house: House, peer: str = "127.0.0.1") -> TestClient:
    return TestClient(create_app(web_services(house)), client=(peer, 1), raise_server_exceptions=False)


def parts(found: Readiness) -> dict[str, bool]:
    return {part.name: part.ok for part in found.parts}


def test_it_is_ready_only_once_the_analysis_is_compiled(house: House) -> None:
    web = client(house)
    assert web.get("/health/live").text == "ok\n"
    before = web.get("/health/ready")
    assert (before.status_code, before.json()["ready"], before.json()["degraded"]) == (503, False, ["analysis"])
    house.health.well("analysis")
    after = web.get("/health/ready")
    assert (after.status_code, after.json()["ready"], after.json()["degraded"]) == (200, True, [])


def test_it_is_not_ready_when_the_record_cannot_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise IntegrityError("The file /secret/path is damaged.")

    house.health.well("analysis")
    monkeypatch.setattr(house.health, "_read_record", fails)
    answer = client(house).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["degraded"] == ["record"]
    assert "/secret/path" not in answer.text


def test_a_duty_that_fails_is_degraded_and_the_rest_stays_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.health.well("analysis")
    monkeypatch.setattr(house.ward, "tick", lambda _: 1 / 0)
    duties.tick(house, Flusher(house.ctx, duties.report))
    found = house.operations.readiness()
    assert found.ready
    assert [part.name for part in found.degraded] == ["noticing silent monitors"]
    monkeypatch.undo()
    duties.tick(house, Flusher(house.ctx, duties.report))
    assert not house.operations.readiness().degraded


def test_a_message_that_breaks_the_analysis_is_kept_answered_and_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.health.well("analysis")
    beds.add_bed(house.ctx, actor="vet", bed="Bed 1")
    beds.bind_device(house.ctx, actor="vet", device="MON-1", bed="Bed 1")
    cases.admit(house.ctx, actor="vet", admission=cases.Admission(name="Rex", weight_kg=30.0, bed="Bed 1"))

    def send(control_id: str) -> bytes:
        message = monitor_message(numeric("hr", 90.0, at_us=house.ctx.clock.now_us()), control_id=control_id)
        monkeypatch.setattr(monitors, "read_message", lambda raw, **_: Reading("", control_id, message=message))
        answer = asyncio.run(handle_hl7(house, control_id.encode(), "10.0.0.1:1"))
        house.analysis.submit("MON-1", lambda: None).result()  # what one device sent is done in its order
        return answer or b""

    with monkeypatch.context() as broken:
        broken.setattr(house.ward, "hear", lambda *_: 1 / 0)
        assert b"MSA|AA" in send("1")
    assert len(house.ctx.store.held()) == 1
    assert [part.name for part in house.operations.readiness().degraded] == ["judging signals"]
    assert house.operations.readiness().ready
    assert b"MSA|AA" in send("2")
    assert not house.operations.readiness().degraded


SHOWN_BY = [
    (row["gone"], test)
    for row in yaml.safe_load((ROOT / "docs" / "degradation.yaml").read_text(encoding="utf-8"))
    for test in row["shown_by"]
]


@pytest.mark.parametrize(("gone", "test"), SHOWN_BY)
def test_what_still_works_is_shown_by_a_living_test(gone: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), gone


def test_a_full_disk_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "DISK_FREE_LOW_BYTES", 1 << 62)
    assert parts(house.operations.readiness())["disk"] is False


def figures(house: House) -> dict[str, float]:
    lines = client(house).get("/metrics").text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_the_figures_count_what_happened(house: House) -> None:
    house.ctx.store.submit(change()).result()
    asyncio.run(handle_hl7(house, b"MSH|no message", "10.0.0.1:1"))
    found = figures(house)
    assert found['holdfast_hl7_messages_total{answer="AE"}'] == 1
    assert found["holdfast_hl7_quarantined_total"] == 1
    assert found["holdfast_commit_seconds_count"] == 2
    assert found["holdfast_commits_waiting"] == 0
    assert found["holdfast_websocket_followers"] == 0
    assert found['holdfast_part_ok{part="record"}'] == 1


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("10.0.0.9", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.9"}, 403),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 403),
        ("10.0.0.9", {"authorization": f"Bearer {TOKEN}"}, 200),
        ("10.0.0.9", {"authorization": f"Bearer {TOKEN}x"}, 403),
        ("10.0.0.9", {"authorization": f"Basic {TOKEN}"}, 403),
    ],
)
def test_the_figures_are_for_this_machine_or_the_token(
    house: House, peer: str, headers: dict[str, str], status: int
) -> None:
    assert client(house, peer).get("/metrics", headers=headers).status_code == status


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    with pytest.raises(OperatorError, match="5 characters"):
        read_token(tmp_path / "token")


def line(message: str, *args: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("holdfast", logging.WARNING, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    return record


@pytest.mark.parametrize(
    "secret",
    [
        "GET /h/abc123.def456.1.zzz?x=1",
        "http://clinic.example/c/id1.2.3.secretsecret",
        "/setup#secretsecret",
        "https://clinic.example/h#abc123.def456.zzz",
        "Authorization: Bearer abcdef123456",
        "Cookie: holdfast_session=abcdef123456; a=b",
        "password=hunter2secret",
        "mailto://vet:hunter2secret@mail.example",
    ],
)
@pytest.mark.parametrize("formatter", [PlainLines(), JsonLines()])
def test_no_secret_is_logged(secret: str, formatter: logging.Formatter) -> None:
    said = formatter.format(line("could not answer %s", secret))
    assert "[hidden]" in said
    for part in ("abc123.def456", "secretsecret", "abcdef123456", "hunter2"):
        assert part not in said


def test_one_event_is_one_line_with_the_name_of_its_request() -> None:
    reset = REQUEST_ID.set("request-7")
    try:
        said = JsonLines().format(line("two\nlines", route="board", status=200, password="x"))
    finally:
        REQUEST_ID.reset(reset)
    assert "\n" not in said
    read = json.loads(said)
    assert (read["request"], read["route"], read["status"], read["says"]) == ("request-7", "board", 200, "two\nlines")
    assert "password" not in read


def test_every_line_begins_with_its_moment_in_utc() -> None:
    one = line("told")
    one.created = 1_700_000_000.25
    assert PlainLines().format(one) == "2023-11-14T22:13:20.250+00:00 WARNING told"
    assert json.loads(JsonLines().format(one))["at"] == "2023-11-14T22:13:20.250+00:00"


def test_what_happened_at_the_door_is_an_object_with_its_facts(caplog: pytest.LogCaptureFixture) -> None:
    """A collector of logs finds all of one account or one address without taking words apart."""
    said("signed in", account="a-1", by="password and code", address="192.0.2.7", role="")
    (record,) = caplog.records
    read = json.loads(JsonLines().format(record))
    assert read["logger"] == "holdfast.security"
    assert read["says"] == "signed in"
    assert read["facts"] == {"account": "a-1", "by": "password and code", "address": "192.0.2.7"}
    assert 'signed in account="a-1" by="password and code"' in PlainLines().format(record)


def test_a_request_has_one_name_in_its_answer_and_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="holdfast.request")
    web = client(house)
    given = web.get("/health/live", headers={"x-request-id": "proxy-name-1"})
    assert given.headers["x-request-id"] == "proxy-name-1"
    hostile = web.get("/h/secret-token/photo", headers={"x-request-id": "a b\tlevel=error"})
    assert hostile.headers["x-request-id"] not in ("", "a b\tlevel=error")
    assert [record.__dict__["route"] for record in caplog.records] == ["health.live", "handler.photo"]
    assert "secret-token" not in caplog.text
