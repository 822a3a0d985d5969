"""``holdfast doctor``: what it finds in a house that is well, and in ones that are not."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.examples import T0_US, change
from holdfast.bootstrap import doctor_machine as machine
from holdfast.bootstrap.doctor import beds as bed_findings
from holdfast.bootstrap.doctor import examine, forecast
from holdfast.bootstrap.findings import Finding, State
from holdfast.bootstrap.house import open_store
from holdfast.cli.main import main
from holdfast.config import Config
from holdfast.record import events as ev
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases import beds, cases
from holdfast.usecases.ports import NewHeld
from holdfast.usecases.sampled_verification import sample
from making import StandingClock, make_context, monitor_message


def config(folder: Path) -> Config:
    """On ports that no Holdfast of this machine listens at."""
    return Config(data_dir=folder, http_port=1, hl7_port=2, dicom_port=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    store = open_store(tmp_path / "holdfast.db")
    for number in range(30):
        store.submit(change(ev.NoteWritten(at_us=T0_US, text=f"note {number}"), command_id=f"c{number}")).result()
    store.close()
    return tmp_path


def of(found: list[Finding], check: str) -> Finding:
    return min((one for one in found if one.check == check), key=lambda one: list(State).index(one.state))


def test_a_house_that_is_well_has_no_problem_and_every_remark_says_what_to_do(folder: Path) -> None:
    found = [one for one in examine(config(folder), whole=False) if one.check != "ports"]
    assert [one for one in found if one.state is State.PROBLEM] == []
    assert all(one.remedy for one in found if one.state is not State.WELL)
    assert {"disk space", "disk speed", "schema", "links", "clock", "machine code", "beds", "forecast"} <= {
        one.check for one in found
    }


def test_it_ends_with_1_for_a_problem_and_says_it_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(folder / "holdfast.db")) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
    code = main(["doctor", "--data", str(folder), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["ok"]) == (1, False)
    (schema,) = [one for one in said["findings"] if one["check"] == "schema"]
    assert schema["state"] == "problem"
    assert "newer release" in schema["remedy"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_changed_event_is_found(folder: Path, whole: bool) -> None:
    with closing(sqlite3.connect(folder / "holdfast.db")) as connection:
        connection.execute("DROP TRIGGER event_refuses_update")
        connection.execute("UPDATE event SET actor = 'somebody' WHERE seq = 7")
        connection.commit()
    links = of(examine(config(folder), whole=whole), "links")
    assert links.state is State.PROBLEM
    assert "do not match its hash" in links.says


def test_a_sample_finds_an_end_that_was_cut_off_from_its_anchor() -> None:
    store = MemoryStore()
    for number in range(5):
        store.submit(change(ev.NoteWritten(at_us=T0_US, text=f"note {number}"), command_id=f"c{number}")).result()
    assert sample(store).problem == ""
    store._tables.anchors.pop()
    assert "covered by no anchor" in sample(store).problem


def test_keys_that_others_can_read_are_a_problem(folder: Path) -> None:
    key = folder / "signing-key.json"
    key.write_text("{}")
    key.chmod(0o644)
    assert of(machine.file_modes(folder), "file modes").state is State.WELL  # nobody else comes into the folder
    folder.chmod(0o755)
    finding = of(machine.file_modes(folder), "file modes")
    assert (finding.state, finding.remedy) == (State.PROBLEM, f"chmod 600 {key}")


def test_a_clock_behind_the_record_is_a_problem() -> None:
    assert machine.own_clock(T0_US, T0_US + 3_600_000_000).state is State.PROBLEM
    assert machine.own_clock(T0_US, T0_US - 1).state is not State.PROBLEM


def test_a_port_that_another_program_holds_is_a_problem(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = [one for one in machine.ports(Config(data_dir=tmp_path, hl7_port=port)) if "monitors" in one.says]
    assert taken[0].state is State.PROBLEM
    assert "--hl7-port" in taken[0].remedy


def test_a_forecast_follows_the_last_week(folder: Path) -> None:
    store = open_store(folder / "holdfast.db")
    try:
        assert forecast(store, config(folder), T0_US + 1).state is State.UNKNOWN
        grown = forecast(store, config(folder), T0_US + 2 * 86_400_000_000)
    finally:
        store.close()
    size = sum(one.stat().st_size for one in folder.rglob("*"))
    assert f"{size / 2 / 1e6:.0f} MB a day" in grown.says


def test_a_silent_monitor_of_an_occupied_bed_is_said() -> None:
    clock = StandingClock()
    ctx = make_context(clock)
    beds.add_bed(ctx, actor="holdfast", bed="Bed 1")
    beds.bind_device(ctx, actor="holdfast", device="MON-1", bed="Bed 1")
    assert bed_findings(ctx.store, clock.at_us)[0].says == "No occupied bed has a monitor."
    case_id = cases.admit(ctx, actor="holdfast", admission=cases.Admission(name="Rex", weight_kg=32.0, bed="Bed 1"))
    assert "nothing from its monitor" in bed_findings(ctx.store, clock.at_us)[0].says
    heard = NewHeld(case_id=case_id, bed="Bed 1", received_us=clock.at_us, message=monitor_message())
    ctx.store.submit(change(held=(heard,))).result()
    assert bed_findings(ctx.store, clock.advance(60))[0].state is State.WELL
    later = bed_findings(ctx.store, clock.advance(3600))[0]
    assert (later.state, "61 min" in later.says) == (State.WARNING, True)
