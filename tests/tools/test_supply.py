"""The bill of materials lists what is locked, and an audit that was not made never looks like one that was."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("supply", ROOT / "tools" / "supply.py")
supply = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(supply)

LOCK = """\
a-part==1.2.3 \\
    --hash=sha256:00
B.Part==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:01 \\
    --hash=sha256:02
b-part==3.0 ; python_full_version >= '3.12' \\
    --hash=sha256:03
"""


def test_every_locked_part_is_in_the_bill_once() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    made = supply.bill(lock, "1.0")
    assert len(made["components"]) == len(re.findall("^[^ ].*==", lock, re.MULTILINE)) > 30
    assert len({one["bom-ref"] for one in made["components"]}) == len(made["components"])
    assert supply.bill(lock, "1.0") == made
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["serialNumber"])
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")


def test_a_part_that_differs_by_python_is_listed_for_each() -> None:
    made = supply.bill(LOCK, "1.0")["components"]
    assert [(one["name"], one["version"], one["purl"]) for one in made] == [
        ("a-part", "1.2.3", "pkg:pypi/a-part@1.2.3"),
        ("B.Part", "2.0", "pkg:pypi/b-part@2.0"),
        ("b-part", "3.0", "pkg:pypi/b-part@3.0"),
    ]
    assert made[1]["properties"][0]["value"] == "python_full_version < '3.12'"


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ("echo 'ConnectionError: no route' >&2; exit 1", supply.NOT_AUDITED, "NOT AUDITED: pip-audit could not finish"),
        ("exit 0", supply.NOT_AUDITED, "NOT AUDITED"),
        ("echo nonsense", supply.NOT_AUDITED, "NOT AUDITED"),
        ("cat clean", 0, "1 parts audited, 0 known"),
        ("cat bad; exit 1", 1, "a-part 1.2.3: GHSA-1"),
        ("cat skipped", supply.NOT_AUDITED, "NOT AUDITED: a-part"),
    ],
)
def test_an_audit_that_could_not_be_made_says_so_and_does_not_pass(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    status: int,
    words: str,
) -> None:
    part = {"name": "a-part", "version": "1.2.3", "vulns": []}
    answers = {
        "clean": part,
        "bad": {**part, "vulns": [{"id": "GHSA-1"}]},
        "skipped": {"name": "a-part", "skip_reason": "x"},
    }
    for name, one in answers.items():
        (tmp_path / name).write_text(json.dumps({"dependencies": [one]}))
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncd {tmp_path}\n{said}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert supply.audit(tmp_path / "lock") == status
    assert words in capsys.readouterr().out


def test_without_the_tool_it_is_not_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert supply.audit(tmp_path / "lock") == supply.NOT_AUDITED
    assert "NOT AUDITED: pip-audit is not installed" in capsys.readouterr().out
