"""``holdfast checkpoint``, ``export`` and ``report`` on a record on disk."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from contract.examples import EXAMPLES, change, note
from holdfast.cli.main import EXIT_BROKEN_RECORD, main
from holdfast.record.custody_events import CustodyFact
from holdfast.record.evidence_events import ReportMade
from holdfast.storage.sql_store import SqlStore

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_holdfast.py"
NAME = ("--name", "clinic.example/er")


def write(folder: Path, *texts: str) -> None:
    store = SqlStore(folder / "holdfast.db")
    for text in texts:
        store.submit(change(note(text), stream="case/rex")).result()
    store.close()


@pytest.fixture
def record(tmp_path: Path) -> Path:
    folder = tmp_path / "record"
    folder.mkdir()
    store = SqlStore(folder / "holdfast.db")
    custody = [one for one in EXAMPLES if isinstance(one, CustodyFact)]
    store.submit(change(EXAMPLES[0], *custody, stream="case/rex")).result()
    store.close()
    return folder


def test_a_checkpoint_is_printed_kept_and_compared(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", str(record))
    assert main(["checkpoint", *data]) == 1
    assert "Name it once" in capsys.readouterr().err
    assert main(["checkpoint", *data, *NAME]) == 0
    kept = tmp_path / "kept.txt"
    kept.write_text(capsys.readouterr().out)
    assert kept.read_text().startswith("clinic.example/er\n14\n")
    shutil.copy(record / "holdfast.db", tmp_path / "old.db")
    write(record, "one", "two")
    assert main(["checkpoint", *data, "--compare", str(kept)]) == 0
    assert "all of them stand unchanged, and 2 came after them" in capsys.readouterr().out
    assert main(["checkpoint", *data]) == 0
    kept.write_text(capsys.readouterr().out)

    for one in record.glob("holdfast.db*"):
        one.unlink()
    shutil.copy(tmp_path / "old.db", record / "holdfast.db")
    assert main(["checkpoint", *data, "--compare", str(kept)]) == EXIT_BROKEN_RECORD
    assert "its last 2 events are gone" in capsys.readouterr().out
    assert main(["checkpoint", *data]) == EXIT_BROKEN_RECORD
    assert "Nothing was signed" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["rex", "rex.zip"])
def test_an_export_is_checked_by_another_program_with_the_key_from_before(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data = ("--data", str(record))
    assert main(["checkpoint", *data, *NAME, "--public-key"]) == 0
    key = capsys.readouterr().out.strip()
    assert main(["checkpoint", *data]) == 0
    kept = tmp_path / "kept.txt"
    kept.write_text(capsys.readouterr().out)
    assert main(["checkpoint", *data, "--rotate-key"]) == 0
    assert capsys.readouterr().out.strip() != key
    write(record, "one")
    target = tmp_path / name
    out = ("--out", str(target), "--kept", str(kept), "--withhold", "patient_admitted.1:owner")
    assert main(["export", "rex", *data, *out, "--item", "i1"]) == 0
    assert "14 events, 0 pictures" in capsys.readouterr().out
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(target), "--key", key, "--kept", str(kept)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "14 of 15 events are here, 1 parts of them withheld." in done.stdout
    assert main(["export", "rex", *data, *out]) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("reader", ["commander", "handler", "court"])
def test_a_report_is_written_signed_and_on_record(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: str
) -> None:
    data, target = ("--data", str(record)), tmp_path / "report.pdf"
    assert main(["checkpoint", *data, *NAME, "--public-key"]) == 0
    first = capsys.readouterr().out.strip()
    assert main(["checkpoint", *data, "--rotate-key"]) == 0
    assert main(["report", "rex", "--for", reader, str(target), *data, "--purpose", "file 2026/117"]) == 0
    capsys.readouterr()
    text = " ".join(page.extract_text() for page in PdfReader(target).pages)
    assert "Rex" in text
    assert ("Report of the case of Rex" in text) is (reader != "handler")
    done = subprocess.run(
        [sys.executable, str(VERIFIER.with_name("verify_report.py")), str(target), "--key", first],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    store = SqlStore(record / "holdfast.db")
    made = [one.event for one in store.read_stream("case/rex") if isinstance(one.event, ReportMade)]
    store.close()
    assert [(one.recipient, one.sha256) for one in made] == [
        ({"handler": ""}.get(reader, f"the {reader}"), hashlib.sha256(target.read_bytes()).hexdigest())
    ]
    assert made[0].purpose.startswith("file 2026/117 (command line, ")
    assert main(["report", "rex", "--for", reader, str(target), *data]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_report_without_a_key_says_that_nobody_can_check_it(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "rex", "--for", "handler", str(tmp_path / "r.pdf"), "--data", str(record)]) == 0
    assert "No signature: this record has no key yet." in capsys.readouterr().out
    assert not (tmp_path / "r.pdf.sig").exists()
    assert main(["report", "nobody", "--for", "handler", str(tmp_path / "n.pdf"), "--data", str(record)]) == 1
    assert not (tmp_path / "n.pdf").exists()
