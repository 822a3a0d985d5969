"""An export of the whole house: what is in it, what is not, and that a changed byte is found without Holdfast."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from contract.examples import T0_US, change
from holdfast.bootstrap.house import open_house
from holdfast.cli import proofs
from holdfast.cli.main import main
from holdfast.config import Config
from holdfast.kernel.errors import OperatorError
from holdfast.record import events as ev
from holdfast.record.monitor import Origin
from holdfast.usecases.ports import Account, NewBlock, NewQuarantined

TOOL = Path(__file__).parents[2] / "tools" / "verify_house.py"
PICTURE = b"a picture"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The export of a small house, and its key."""
    data = tmp_path_factory.mktemp("house")
    house = open_house(Config(data_dir=data))
    house.films.keep(PICTURE)
    house.accounts.put(
        Account(account_id="a1", login="kim", name="Kim", role="technician", password_hash="argon-SECRET")
    )
    for number in range(7):
        data_of_it = bytes([number]) * 50
        block = NewBlock(
            block_id=f"b{number}", case_id="rex", start_us=T0_US, end_us=T0_US + 1, data=data_of_it, trend=()
        )
        stored = ev.MonitorBlockStored(
            at_us=T0_US,
            block_id=f"b{number}",
            bed="Bed 1",
            device="MON-1",
            origin=Origin.LIVE,
            start_us=T0_US,
            end_us=T0_US + 1,
            sha256=hashlib.sha256(data_of_it).hexdigest(),
            numerics=1,
            waves=(),
            refused=0,
        )
        note = ev.NoteWritten(at_us=T0_US, text=f"see {DIGEST}")
        house.ctx.store.submit(change(stored, note, blocks=(block,))).result()
    text = ev.NoteWritten(at_us=T0_US, text=DIGEST)
    bad = NewQuarantined(received_us=T0_US, peer="p", device="", reason="r", raw=b"\x00raw")
    house.ctx.store.submit(change(text, quarantined=(bad,))).result()
    house.proofs.make_key("clinic.example/er")
    key = house.proofs.public_key()
    house.close()
    proofs.export_everything(Config(data_dir=data), data / "out")
    return data / "out", key


def verify(folder: Path, key: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", _ALONE, str(TOOL), str(folder), "--key", key]
    return subprocess.run(command, capture_output=True, text=True, check=False)


_ALONE = (
    "import sys, runpy, pathlib; sys.path.insert(0, str(pathlib.Path(sys.argv[1]).parent)); sys.argv = sys.argv[1:]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


def test_everything_is_there_and_holds(exported: tuple[Path, str]) -> None:
    folder, key = exported
    told = verify(folder, key)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "15 events, 7 monitor blocks" in told.stdout
    assert (folder / "images" / DIGEST).read_bytes() == PICTURE
    assert (folder / "quarantine" / "000000001.bin").read_bytes() == b"\x00raw"
    assert json.loads((folder / "accounts.json").read_bytes())[0]["login"] == "kim"


def test_no_secret_leaves_the_house(exported: tuple[Path, str]) -> None:
    folder, _ = exported
    for path in folder.rglob("*"):
        assert not path.is_file() or b"SECRET" not in path.read_bytes(), path


@pytest.mark.parametrize(
    "path",
    ["events/000000000001.ndjson", "blocks/rex.pack", "blocks/rex.index", f"images/{DIGEST}", "checkpoint.txt",
     "manifest.txt", "accounts.json", "keys.txt"],
)  # fmt: skip
def test_a_changed_byte_is_found(exported: tuple[Path, str], path: str) -> None:
    folder, key = exported
    file = folder / path
    before = file.read_bytes()
    place = len(before) // 2
    file.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
    try:
        told = verify(folder, key)
    finally:
        file.write_bytes(before)
    assert told.returncode == 1
    assert "PROBLEM" in told.stdout


def test_a_file_taken_out_or_put_in_is_found(exported: tuple[Path, str]) -> None:
    folder, key = exported
    (folder / "blocks" / "rex.pack").rename(folder / "gone")
    told = verify(folder, key)
    (folder / "gone").rename(folder / "blocks" / "rex.pack")
    assert "gone: is not on the signed list" in told.stdout
    assert "blocks/rex.pack: is missing" in told.stdout


def test_another_clinics_key_does_not_hold(exported: tuple[Path, str]) -> None:
    folder, key = exported
    assert verify(folder, key.replace("clinic.example/er", "clinic.example/xx")).returncode == 1


def test_a_failed_export_leaves_nothing_and_none_is_written_over(exported: tuple[Path, str]) -> None:
    folder, _ = exported
    data = folder.parent
    with pytest.raises(OperatorError, match="there already"):
        proofs.export_everything(Config(data_dir=data), folder)
    lost = data / "films" / DIGEST[:2] / DIGEST
    kept = lost.read_bytes()
    lost.write_bytes(b"damaged")
    try:
        code = main(["export", "--everything", "--data", str(data), "--out", str(data / "another")])
    finally:
        lost.write_bytes(kept)
    assert code != 0
    assert not [one for one in data.iterdir() if one.name.startswith("another")]


def test_it_asks_which_when_neither_a_case_nor_everything_is_named(tmp_path: Path) -> None:
    assert main(["export", "--out", str(tmp_path / "x")]) == 1
    assert main(["export", "rex", "--everything", "--out", str(tmp_path / "x")]) == 1
