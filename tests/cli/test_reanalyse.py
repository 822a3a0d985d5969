"""``holdfast reanalyse`` from the outside."""

import json
from pathlib import Path

import pytest

from holdfast.bootstrap.house import open_store
from holdfast.cli.main import main
from holdfast.config import DATABASE_FILE
from holdfast.knowledge.loader import load
from holdfast.usecases import cases, second_look
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from making import CountingIds, StandingClock


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    store = open_store(tmp_path / DATABASE_FILE)
    ctx = Context(store=store, book=CaseBook(store), clock=StandingClock(), ids=CountingIds(), knowledge=load())
    for name in ("Rex", "Leo"):
        case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name=name))
        second_look.show(ctx, actor="vet", case_id=case_id)
    store.close()
    return tmp_path


def test_every_case_is_judged_again_and_the_sums_are_told(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reanalyse", "--data", str(archive), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["looks"], told["looks_changed"]) == (2, 2, 0)
    assert {report["name"] for report in told["reports"]} == {"Rex", "Leo"}
    assert main(["reanalyse", "--data", str(archive)]) == 0
    assert "2 made again, 0 would say something else" in capsys.readouterr().out


def test_what_is_not_there_is_said(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reanalyse", "--data", str(archive), "--case", "nobody"]) == 1
    assert "no case 'nobody'" in capsys.readouterr().err
    assert main(["reanalyse", "--data", str(archive), "--knowledge", str(archive / "none")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert main(["reanalyse", "--data", str(archive / "none")]) == 1
    assert "There is no record" in capsys.readouterr().err
